"""Learn the curves that make columns look like bell curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from classward.inference import BooleanPart, Columns, DatePart, NumericPart, SmoothPart

__all__ = ["SCALINGS", "fit_smooth_part"]

_FEW_VALUES = 12
_MOST_KNOTS = 500
_LIMIT = 3.0
_FAR = 6.0

SCALINGS = ("ranks", "spread", "common")
"""Ways to bring columns to like scale."""

_Curve = tuple[NDArray[np.float32], NDArray[np.float64]]


def fit_smooth_part(
    parts: tuple[NumericPart | BooleanPart | DatePart, ...], columns: Columns, n: int, *, scaling: str = "ranks"
) -> SmoothPart:
    """Learn one curve per column, by one of three ways to bring columns to like scale.

    ``ranks``: from a value to the normal score of its rank, stopped at ±3; values that occur often get the score of their
    mean rank, and columns of at most 12 different values are treated as in ``spread``, since their values are marks rather
    than measurements. ``spread``: centred, in units of the column's own standard deviation, stopped at ±6. ``common``:
    centred, all columns in one unit, for columns that measure the same thing, such as pixels. A gap becomes the median.

    Parameters
    ----------
    parts : tuple of NumericPart, BooleanPart or DatePart
        What makes the numbers.
    columns : Columns
        One sequence of ``n`` values per feature.
    n : int
        Rows.
    scaling : str
        ``ranks``, ``spread`` or ``common``.

    Returns
    -------
    SmoothPart
        Depends on the rows alone.
    """
    raw = np.concatenate([part.transform(columns, n) for part in parts], axis=1)
    curves, fill = [], []
    unit = _common_unit(raw) if scaling == "common" else None
    for values in raw.T:
        known = np.sort(values[~np.isnan(values)])
        knots, heights = _curve(known) if scaling == "ranks" else _line(known, unit)
        curves.append((knots, heights))
        fill.append(np.interp(np.median(known), knots, heights) if len(known) else 0.0)
    return SmoothPart(
        parts=parts,
        starts=np.cumsum([0] + [len(knots) for knots, _ in curves]).astype(np.int32),
        knots=np.concatenate([knots for knots, _ in curves]),
        heights=np.concatenate([heights for _, heights in curves]).astype(np.float32),
        fill=np.array(fill, dtype=np.float32),
        gaps=np.flatnonzero(np.isnan(raw).any(axis=0)).astype(np.int32),
    )


def _curve(known: NDArray[np.float32]) -> _Curve:
    values, counts = np.unique(known, return_counts=True)
    if len(values) < 2:
        return (values if len(values) else np.zeros(1, np.float32)), np.zeros(1)
    if len(values) <= _FEW_VALUES:
        return _line(known, None)
    last = np.cumsum(counts)
    heights = np.clip(ndtri((last - counts / 2) / len(known)), -_LIMIT, _LIMIT)
    if len(values) > _MOST_KNOTS:
        ranks = np.linspace(1, len(known), _MOST_KNOTS)
        kept = np.unique(np.searchsorted(last, ranks))
        return values[kept], heights[kept]
    return values, heights


def _line(known: NDArray[np.float32], unit: float | None) -> _Curve:
    """A straight line between the smallest and the largest value, or ±6 standard deviations from the mean."""
    if not len(known) or known[0] == known[-1]:
        return (known[:1] if len(known) else np.zeros(1, np.float32)), np.zeros(1)
    mean, std = known.mean(dtype=np.float64), known.std(dtype=np.float64)
    ends = np.clip(known[[0, -1]].astype(np.float64), mean - _FAR * std, mean + _FAR * std).astype(np.float32)
    if ends[0] >= ends[1]:  # so narrow that float32 cannot part them
        return known[:1], np.zeros(1)
    return ends, (ends.astype(np.float64) - mean) / (unit or std)


def _common_unit(raw: NDArray[np.float32]) -> float:
    known = ~np.isnan(raw)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, raw, 0.0).astype(np.float64)
    centred = np.where(known, filled - filled.sum(axis=0) / count, 0.0)
    return float(np.sqrt(((centred * centred).sum(axis=0) / count).mean())) or 1.0
