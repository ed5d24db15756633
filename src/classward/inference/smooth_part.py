"""Numbers bent so that each column looks like a bell curve, without gaps."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.columns import Columns
from classward.inference.numeric_parts import BooleanPart, DatePart, NumericPart

__all__ = ["SmoothPart"]

_MARK = np.float32(1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmoothPart:
    """Dense parts seen through one piecewise linear curve per column; beyond its ends a curve is flat.

    For models that compare distances or add up many columns: no unit, outlier or gap is left. After the curves stand
    marks of the columns that had gaps in training: 1.5 at a gap, else 0.

    Parameters
    ----------
    parts : tuple of NumericPart, BooleanPart or DatePart
        What makes the numbers.
    starts : int32 array of shape (n_inputs + 1,)
        The curve of column ``j`` is ``knots`` and ``heights`` from ``starts[j]`` to ``starts[j + 1]``.
    knots, heights : float32 array
        Where a curve bends, ascending, and its value there.
    fill : float32 array of shape (n_inputs,)
        Value of a gap.
    gaps : int32 array
        Columns with a mark.
    """

    parts: tuple[NumericPart | BooleanPart | DatePart, ...]
    starts: NDArray[np.int32]
    knots: NDArray[np.float32]
    heights: NDArray[np.float32]
    fill: NDArray[np.float32]
    gaps: NDArray[np.int32]
    _lines: tuple[NDArray[np.float64], ...] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n = sum(part.n_columns for part in self.parts)
        starts, knots = self.starts, self.knots
        if starts.shape != (n + 1,) or self.fill.shape != (n,) or knots.ndim != 1 or self.heights.shape != knots.shape:
            raise ValueError("curves and columns differ in number")
        if starts[0] != 0 or starts[-1] != len(knots) or (np.diff(starts) < 1).any():
            raise ValueError("curves do not follow one another")
        is_within = np.ones(max(len(knots) - 1, 0), dtype=bool)
        is_within[starts[1:-1] - 1] = False
        if (
            not all(np.isfinite(a).all() for a in (knots, self.heights, self.fill))
            or (np.diff(knots) <= 0)[is_within].any()
        ):
            raise ValueError("knots of a curve must be finite and ascend")
        if self.gaps.ndim != 1 or (len(self.gaps) and not 0 <= self.gaps.min() <= self.gaps.max() < n):
            raise ValueError("an indicator points at a column that does not exist")

        object.__setattr__(self, "_lines", self._straight())

    def _straight(self) -> tuple[NDArray[np.float64], ...] | None:
        """Ends, slopes and first heights, if every curve is one straight line: then all columns are made at once."""
        first, last = self.starts[:-1], self.starts[1:] - 1
        if (last - first > 1).any():
            return None
        low, high, height = (a.astype(np.float64) for a in (self.knots[first], self.knots[last], self.heights[first]))
        rise = self.heights[last].astype(np.float64) - height
        return low, high, rise / np.where(high > low, high - low, 1.0), height

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return len(self.fill) + len(self.gaps)

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns) without NaN."""
        n_inputs, ends = len(self.fill), self.starts.tolist()
        raw = np.concatenate([part.transform(columns, n) for part in self.parts], axis=1)
        out = np.empty((n, self.n_columns), dtype=np.float32)
        if self._lines is None:
            for j in range(n_inputs):
                curve = slice(ends[j], ends[j + 1])
                out[:, j] = np.interp(raw[:, j], self.knots[curve], self.heights[curve])
        else:
            low, high, slope, height = self._lines
            out[:, :n_inputs] = (np.minimum(np.maximum(raw, low), high) - low) * slope + height
        missing = np.isnan(raw)
        out[:, n_inputs:] = _MARK * missing[:, self.gaps]
        if missing.any():
            np.copyto(out[:, :n_inputs], np.broadcast_to(self.fill, missing.shape), where=missing)
        return out
