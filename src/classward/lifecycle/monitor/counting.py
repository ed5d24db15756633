"""Values of an input column become counts in the bins of its reference, which add up."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
import polars as pl

from classward.domain import FeatureCounts, FeatureReference

__all__ = ["added", "counted", "evenly_kept", "prepared"]

_GRAIN = 2.0**-20
_LARGEST = 2.0**31


def prepared(values: pl.Series, kind: str) -> pl.Series:
    """The values as they are binned: numbers, lengths of texts, names, or themselves."""
    if kind == "numeric":
        numbers = values.str.len_chars() if values.dtype == pl.String else values
        return numbers.cast(pl.Float64, strict=False).fill_nan(None)
    return values.cast(pl.String, strict=False) if kind == "categorical" else values


def counted(values: pl.Series, reference: FeatureReference) -> FeatureCounts:
    """Count one column.

    Numbers enter the sums in steps of 2**-20 and cut to 2**31, so that adding up is exact whatever the order.
    """
    ready = prepared(values, reference.kind)
    there = ready.drop_nulls()
    n_missing = ready.len() - there.len()
    if reference.kind == "numeric":
        numbers = there.to_numpy()
        at = np.searchsorted(np.array(reference.edges), numbers, side="right")
        counts = np.bincount(at, minlength=len(reference.edges) + 1)
        exact = np.round(np.clip(numbers, -_LARGEST, _LARGEST) / _GRAIN) * _GRAIN
        return FeatureCounts(
            name=reference.name, counts=tuple(counts.tolist()), n_missing=n_missing, total=float(exact.sum()),
            squares=float(np.sum(np.round(exact**2 / _GRAIN) * _GRAIN)),
        )  # fmt: skip
    if reference.kind == "categorical":
        return _categories(there, reference, n_missing)
    return FeatureCounts(name=reference.name, counts=(there.len(),), n_missing=n_missing)


def _categories(there: pl.Series, reference: FeatureReference, n_missing: int) -> FeatureCounts:
    other = len(reference.categories)
    place = {name: i for i, name in enumerate(reference.categories)} | dict.fromkeys(reference.others, other)
    counts, n_unseen = [0] * (other + 1), 0
    for name, n in there.value_counts().iter_rows():
        at = place.get(name)
        if at is not None or not reference.knows_all:
            counts[other if at is None else at] += n
        else:
            n_unseen += n
    return FeatureCounts(name=reference.name, counts=tuple(counts), n_missing=n_missing, n_unseen=n_unseen)


def added(first: Sequence[FeatureCounts], second: Sequence[FeatureCounts]) -> tuple[FeatureCounts, ...]:
    """Add counts of the same columns in the same bins; one side may be empty."""
    if not first or not second:
        return tuple(first or second)
    return tuple(
        FeatureCounts(
            name=a.name, counts=tuple(x + y for x, y in zip(a.counts, b.counts, strict=True)),
            n_missing=a.n_missing + b.n_missing, n_unseen=a.n_unseen + b.n_unseen, total=a.total + b.total,
            squares=a.squares + b.squares,
        )
        for a, b in zip(first, second, strict=True)
    )  # fmt: skip


def evenly_kept(rows: pl.DataFrame, *, heaviest: float) -> pl.DataFrame:
    """Rows with feature values, thinned so that each answer had the same chance to be among them.

    Notable rows are kept whatever the share, with weight 1, and others with the inverse of their chance; a hash of the id
    decides which of the lighter ones stay.
    """
    own = rows.filter(pl.col("features").is_not_null())
    if heaviest <= 1.0 or not own.height:
        return own
    chance = np.clip(own["payload_weight"].fill_null(1.0).to_numpy() / heaviest, 0.0, 1.0)
    drawn = np.array([zlib.crc32(b"evenly\0" + str(one).encode()) / 2**32 for one in own["id"]])
    return own.filter(pl.Series(drawn < chance - 1e-9) | pl.Series(chance >= 1.0 - 1e-9))
