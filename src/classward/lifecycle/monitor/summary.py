"""Counts of a span that add up: two days summarised and merged are the two days summarised together."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import LabelSpace, Summary
from classward.errors import DataError
from classward.statistics import confusion_counts

__all__ = ["confusion_of", "merge", "summarise"]

_BINS = 15
_GRAIN = 2.0**-30


def summarise(outcomes: pl.DataFrame, label_space: LabelSpace, version: int) -> Summary:
    """Count what one version answered and how it turned out, in constant space.

    Parameters
    ----------
    outcomes : DataFrame
        Columns ``version, label, probability, truth``; truth is null where no label has come. Rows of other versions are
        left out, and so are classes outside ``label_space``.
    version : int
        Whose answers.

    Returns
    -------
    summary : Summary
        Confidence is summed in steps of 2**-30 (about 1e-9), so sums up to eight million rows a bin are exact and
        :func:`merge` gives the same whatever the order.
    """
    own = outcomes.filter(pl.col("version") == version)
    predicted = _positions(own["label"], label_space)
    labelled = own.filter(pl.col("truth").is_not_null())
    confidence = np.round(labelled["probability"].to_numpy().astype(np.float64) / _GRAIN) * _GRAIN
    right = (labelled["truth"] == labelled["label"]).to_numpy().astype(np.float64)
    of_bin = np.clip((confidence * _BINS).astype(np.int64), 0, _BINS - 1)
    n, total, hits = (np.bincount(of_bin, weights=w, minlength=_BINS) for w in (None, confidence, right))
    return Summary(
        version=version, class_names=label_space.names, n_predictions=own.height,
        predicted_counts=tuple(np.bincount(predicted[predicted >= 0], minlength=len(label_space)).tolist()),
        confusion=tuple(tuple(row) for row in confusion_of(labelled, label_space).tolist()),
        calibration_bins=tuple((int(n[b]), float(total[b]), int(hits[b])) for b in range(_BINS)),
    )  # fmt: skip


def merge(first: Summary, second: Summary) -> Summary:
    """Add two summaries of one version over spans that do not overlap.

    Raises
    ------
    DataError
        CW223 if versions, classes or formats differ.
    """
    for name in ("version", "class_names", "format_version"):
        if getattr(first, name) != getattr(second, name):
            raise DataError(
                "CW223", "two summaries cannot be added", got=f"different {name.replace('_', ' ')}",
                why="counts of different models or classes mean different things",
                fix="add summaries of one version in one label space",
            )  # fmt: skip
    confusion = np.array(first.confusion) + np.array(second.confusion)
    return Summary(
        version=first.version, class_names=first.class_names, n_predictions=first.n_predictions + second.n_predictions,
        predicted_counts=tuple(a + b for a, b in zip(first.predicted_counts, second.predicted_counts, strict=True)),
        confusion=tuple(tuple(row) for row in confusion.tolist()),
        calibration_bins=tuple(
            (a[0] + b[0], a[1] + b[1], a[2] + b[2])
            for a, b in zip(first.calibration_bins, second.calibration_bins, strict=True)
        ),
    )  # fmt: skip


def confusion_of(outcomes: pl.DataFrame, label_space: LabelSpace) -> NDArray[np.int64]:
    """Count labelled outcomes, rows true and columns predicted; classes outside the space are left out."""
    labelled = outcomes.filter(pl.col("truth").is_not_null())
    true, predicted = _positions(labelled["truth"], label_space), _positions(labelled["label"], label_space)
    known = (true >= 0) & (predicted >= 0)
    return confusion_counts(true[known], predicted[known], len(label_space))


def _positions(names: pl.Series, label_space: LabelSpace) -> NDArray[np.int64]:
    position = {name: i for i, name in enumerate(label_space.names)}
    return names.replace_strict(position, default=-1, return_dtype=pl.Int64).to_numpy()
