"""The label column: class names as text, counts, and names that look mistyped."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

import polars as pl

from classward.lifecycle.data.found import TypoSuspect

__all__ = ["class_counts", "labels_of", "typo_suspects"]

_RARE_SHARE = 0.1
_CLOSE = 0.8
_MOST_CLASSES = 2000


def labels_of(table: pl.DataFrame, label: str) -> pl.Series:
    """Class names as text (numbers and booleans as Polars writes them); blank text becomes null: it is no label.

    White space is kept as it stands, since a class name is the user's: ``"billing "`` shows up as a typo suspect.
    """
    text = table[label].cast(pl.String, strict=False)
    return text.set(text.str.strip_chars() == "", None).alias(label)


def class_counts(labels: pl.Series) -> tuple[tuple[str, int], ...]:
    """Rows per class, most frequent first, equal counts by name; nulls are not counted."""
    found = labels.drop_nulls().to_frame("class").group_by("class").len().rows()
    return tuple(sorted(((name, int(n)) for name, n in found), key=lambda pair: (-pair[1], pair[0])))


def typo_suspects(counts: Sequence[tuple[str, int]]) -> tuple[TypoSuspect, ...]:
    """Find classes that differ from a more frequent one by case or white space alone, and rare ones named almost like
    a class at least ten times as frequent.

    Of the latter, names that differ by one or two letters are suspects; names that differ in digits
    (``tier 1``, ``tier 2``) or are shorter than four letters are not. Nothing is changed: the user decides.
    """
    found = []
    if len(counts) > _MOST_CLASSES:
        return ()
    first: dict[str, tuple[str, int]] = {}
    for name, n in counts:
        twin, n_twin = first.setdefault(_plain(name), (name, n))
        if twin != name:
            found.append(TypoSuspect(rare=name, n_rare=n, near=twin, n_near=n_twin))
            continue
        frequent = {other: m for other, m in counts if n <= _RARE_SHARE * m}
        near = _nearest(name, list(frequent))
        if near is not None:
            found.append(TypoSuspect(rare=name, n_rare=n, near=near, n_near=frequent[near]))
    return tuple(found)


def _nearest(name: str, others: list[str]) -> str | None:
    plain = _plain(name)
    close = {_plain(other): other for other in others if _digits(other) == _digits(name)}
    if len(plain) < 4:
        return None
    for match in difflib.get_close_matches(plain, list(close), n=3, cutoff=_CLOSE):
        if abs(len(match) - len(plain)) <= 2 and _n_edits(plain, match) <= 2:
            return close[match]
    return None


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def _digits(name: str) -> str:
    return "".join(c for c in name if c.isdigit())


def _n_edits(a: str, b: str) -> int:
    """Insertions, deletions, replacements and swaps of neighbours that turn one text into the other."""
    before: list[int] = []
    last = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        row = [i]
        for j, y in enumerate(b, start=1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
