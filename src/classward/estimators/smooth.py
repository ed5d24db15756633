"""Learn the curves that make columns look like bell curves."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from classward.inference import BooleanPart, Columns, DatePart, NumericPart, SmoothPart

__all__ = ["fit_smooth_part"]

_FEW_VALUES = 12
_MOST_KNOTS = 500
_LIMIT = 3.0

_Curve = tuple[NDArray[np.float32], NDArray[np.float64]]


def fit_smooth_part(parts: tuple[NumericPart | BooleanPart | DatePart, ...], columns: Columns, n: int) -> SmoothPart:
    """Learn one curve per column: from a value to the normal score of its rank, stopped at ±3.

    Values that occur often get the score of their mean rank. Columns of at most 12 different values are centred and
    scaled instead, since their values are marks rather than measurements. A gap becomes the median.

    Parameters
    ----------
    parts : tuple of NumericPart, BooleanPart or DatePart
        What makes the numbers.
    columns : Columns
        One sequence of ``n`` values per feature.
    n : int
        Rows.

    Returns
    -------
    SmoothPart
        Depends on the rows alone.
    """
    raw = np.concatenate([part.transform(columns, n) for part in parts], axis=1)
    curves, fill = [], []
    for values in raw.T:
        known = np.sort(values[~np.isnan(values)])
        knots, heights = _curve(known)
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
        ends = values[[0, -1]].astype(np.float64)
        return values[[0, -1]], (ends - known.mean(dtype=np.float64)) / known.std(dtype=np.float64)
    last = np.cumsum(counts)
    heights = np.clip(ndtri((last - counts / 2) / len(known)), -_LIMIT, _LIMIT)
    if len(values) > _MOST_KNOTS:
        ranks = np.linspace(1, len(known), _MOST_KNOTS)
        kept = np.unique(np.searchsorted(last, ranks))
        return values[kept], heights[kept]
    return values, heights
