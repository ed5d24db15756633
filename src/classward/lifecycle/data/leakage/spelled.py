"""Texts in which the label stands written, by its name or by a word of its own."""

from __future__ import annotations

import re

import numpy as np
import polars as pl

from classward.domain import Finding, Interval
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.looked_at import LookedAt
from classward.statistics import wilson

__all__ = ["spelled_labels"]

_WORD = re.compile(r"\w+", re.UNICODE)
_SHORTEST_NAME = 2
_MOST_CHARACTERS = 20_000
_MOST_WORDS = 200


def spelled_labels(rows: LookedAt, limits: LeakageLimits) -> list[Finding]:
    """Find text columns that hold, in nearly every row, the name of the row's class or a word that only its class has.

    The word of each class is chosen on one half of the rows and judged on the other. Words that merely go with a class
    ("invoice" with billing) are in some of its rows and in a few others; a label written into the text is in all of its
    own and in no other. Case and punctuation are passed over.
    """
    made = []
    for name in rows.text_columns:
        found = _by_name(name, rows, limits) or _by_word(name, rows, limits)
        made += [found] if found is not None else []
    return made


def _by_name(column: str, rows: LookedAt, limits: LeakageLimits) -> Finding | None:
    """Whether texts hold the name of their own class and of no other."""
    named = {_spaced(name): i for i, name in enumerate(rows.names)}
    named = {text: i for text, i in named.items() if len(text.strip()) >= _SHORTEST_NAME}
    if len(named) < 2:
        return None
    texts = rows.table[column].fill_null("").str.slice(0, _MOST_CHARACTERS).to_list()
    hits = pl.Series([_spaced(t) for t in texts]).str.extract_many(list(named), overlapping=True)
    n_own = n_only = n_any = 0
    for own, found in zip(rows.y_index.tolist(), hits.to_list(), strict=True):
        classes = {named[text] for text in found}
        n_own += own in classes
        n_only += classes == {own}
        n_any += bool(classes)
    return _judge(column, (n_own, n_only, n_any), n=rows.n, limits=limits, what="the name of its class")


def _spaced(text: str) -> str:
    return " " + " ".join(_WORD.findall(text.casefold().replace("_", " "))) + " "


def _by_word(column: str, rows: LookedAt, limits: LeakageLimits) -> Finding | None:
    """Whether each class has a word that is in its rows and in no others."""
    if len(rows.held) < 2:
        return None
    is_fit = np.zeros(rows.n, dtype=bool)
    is_fit[np.concatenate(rows.held[::2])] = True
    words = pl.DataFrame(
        {
            "row": np.arange(rows.n),
            "of": rows.y_index,
            "is_fit": is_fit,
            "word": pl.Series([_words(t) for t in rows.table[column].to_list()], dtype=pl.List(pl.String)),
        }
    )
    words = words.explode("word").drop_nulls()
    class_rows = np.bincount(rows.y_index[is_fit], minlength=rows.n_classes)
    counts = words.filter("is_fit").group_by("word", "of").agg(n=pl.len())
    counts = counts.with_columns(
        total=pl.col("n").sum().over("word"), rows=pl.Series(class_rows[counts["of"].to_numpy()])
    )
    own = counts.filter(
        (pl.col("n") > 1)
        & (pl.col("n") >= limits.spelled_precision * pl.col("total"))
        & (pl.col("n") >= limits.spelled_share * pl.col("rows"))
    ).select("word", says="of")
    hits = words.filter(~pl.col("is_fit")).join(own, on="word").group_by("row").agg(
        own=(pl.col("says") == pl.col("of")).any(), only=(pl.col("says") == pl.col("of")).all()
    )  # fmt: skip
    return _judge(
        column, (int(hits["own"].sum()), int(hits["only"].sum()), hits.height), n=int((~is_fit).sum()),
        limits=limits, what="a word that stands in rows of its class only",
    )  # fmt: skip


def _words(text: str | None) -> list[str]:
    found = _WORD.findall((text or "")[:_MOST_CHARACTERS].casefold())
    if len(found) > 2 * _MOST_WORDS:
        found = found[:_MOST_WORDS] + found[-_MOST_WORDS:]
    return sorted(set(found))


def _judge(column: str, hits: tuple[int, int, int], *, n: int, limits: LeakageLimits, what: str) -> Finding | None:
    """A finding if nearly all rows hold their own mark, and nearly all marks are the row's own."""
    n_own, n_only, n_any = hits
    if n < limits.fewest_rows or n_any == 0 or n_only / n_any < limits.spelled_precision:
        return None
    share = n_own / n
    if share < limits.spelled_share:
        return None
    low, high = wilson(n_own, n, level=limits.level)
    return Finding(
        kind="label_in_text", columns=(column,), figure="share of rows whose text holds the mark of their class",
        value=share, n=n, threshold=limits.spelled_share, severity="stop",
        interval=Interval(low=low, high=high, level=limits.level, method="Wilson"),
        what=f"{share:.1%} of {n:,} texts in {column!r} hold {what}, and {n_only / n_any:.1%} of the texts that hold such "
        "a mark hold no other class's",
        why="the label was written into the text (a tag, a folder, a signature): it is not there when a prediction is asked "
        "for",
        fix="remove the tag from the texts, or leave the column out",
    )  # fmt: skip
