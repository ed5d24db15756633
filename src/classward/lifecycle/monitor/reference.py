"""The training rows as what every later day is counted and compared by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import AnswerReference, Feature, FeatureReference, LabelSpace, Reference, Report, content_hash
from classward.lifecycle.monitor.counting import counted, prepared

__all__ = ["answer_reference", "make_reference"]

_BINS = 10
_NAMED, _REMEMBERED = 50, 2_000
_MOST_ROWS = 200_000
_AS = {"numeric": "numeric", "text": "numeric", "categorical": "categorical", "boolean": "categorical"}


def make_reference(
    rows: pl.DataFrame,
    features: Sequence[Feature],
    label_space: LabelSpace,
    *,
    version: int,
    answers: AnswerReference | None,
    private: Sequence[str] = (),
    rng: np.random.Generator,
) -> Reference:
    """Lay out bins by one quarter of the training rows and count the others in them.

    The parts know nothing of each other, so that what the counts are compared by cannot favour them.

    Parameters
    ----------
    rows : DataFrame
        Training rows with a column for each feature.
    features : sequence of Feature
        Input columns. Texts are watched by their length; of dates, images and vectors only whether they are there.
    label_space : LabelSpace
        Classes of the version.
    version : int
        Whose training rows.
    answers : AnswerReference or None
        What the version answered to sealed rows.
    private : sequence of str
        Columns whose values are not in the record log: they are left out.
    rng : Generator
        Draws the parts.

    Returns
    -------
    reference : Reference
        The same rows and draws give the same ``hash``.
    """
    chosen = rng.permutation(rows.height)[:_MOST_ROWS]
    n_first = max(1, len(chosen) // 4)
    watched = [f for f in features if f.name not in private and f.name in rows.columns]
    first, second = rows[chosen[:n_first]], rows[chosen[n_first:]]
    made = tuple(_feature(f, first, second) for f in watched)
    return Reference(
        version=version, class_names=label_space.names, n_rows=second.height, features=made, answers=answers,
        hash=content_hash(made), left_out=tuple(f.name for f in features if f not in watched),
    )  # fmt: skip


def _feature(feature: Feature, first: pl.DataFrame, second: pl.DataFrame) -> FeatureReference:
    kind = _AS.get(feature.kind, "presence")
    values = prepared(first[feature.name], kind)
    bins = FeatureReference(
        name=feature.name, kind=kind, is_length=feature.kind == "text", is_flag=feature.kind == "boolean"
    )
    if kind == "numeric":
        bins = replace(bins, edges=_edges(values.drop_nulls().to_numpy()))
    elif kind == "categorical":
        frequent = values.drop_nulls().value_counts(sort=True)
        names = sorted(zip((-n for n in frequent["count"].to_list()), frequent[feature.name].to_list(), strict=True))
        listed = [name for _, name in names]
        bins = replace(
            bins, categories=tuple(listed[:_NAMED]), others=tuple(listed[_NAMED:_REMEMBERED]),
            knows_all=len(listed) <= _REMEMBERED,
        )  # fmt: skip
    guess, seen = counted(first[feature.name], bins), counted(second[feature.name], bins)
    return replace(
        bins, expected=tuple(n + 0.5 for n in guess.counts), expected_missing=guess.n_missing + 0.5, expected_unseen=0.5,
        counts=seen.counts, n_missing=seen.n_missing, n_unseen=seen.n_unseen, total=seen.total, squares=seen.squares,
    )  # fmt: skip


def _edges(values: NDArray[np.float64]) -> tuple[float, ...]:
    if not len(values):
        return ()
    cuts = np.quantile(values, np.arange(1, _BINS) / _BINS, method="higher")
    return tuple(float(cut) for cut in np.unique(cuts))


def answer_reference(report: Report, label_space: LabelSpace, *, other_labels: Sequence[int]) -> AnswerReference | None:
    """What the report of the sealed rows says of answers; ``None`` if it is of other classes.

    ``other_labels`` counts the rows of each class that are not sealed. Reports of earlier releases say how often a class
    was answered, but not how often an answer of some confidence was right: then calibration is compared over time alone.
    """
    if report.class_names != label_space.names:
        return None
    decided = report.analysis.answers if report.analysis else None
    said = {c.class_name: c.n_predicted for c in report.classes}
    if decided is not None:
        said = {c.class_name: c.n_answered for c in decided.classes}
    answered = [said.get(name, 0) for name in label_space.names]
    return AnswerReference(
        answered=(*answered, max(0, report.n - sum(answered))), expected=(*(n + 0.5 for n in other_labels), 0.5),
        confusion=decided.confusion if decided else (), bins=decided.confidence_bins if decided else (),
    )  # fmt: skip
