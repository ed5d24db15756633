"""Rounds of cross-validation: what to learn from, what to measure on, and folds within folds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.errors import DataError
from classward.lifecycle.data.cross_folds import cross_folds

__all__ = ["NestedRound", "Round", "forward_rounds", "nested_rounds", "rounds_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One round: rows to learn from and rows held out, both ascending; no row is in both. Arrays cannot be written to."""

    fit: NDArray[np.int64]
    held: NDArray[np.int64]

    @classmethod
    def of(cls, fit: NDArray[np.int64], held: NDArray[np.int64]) -> Round:
        """Sort both, and close them to writing."""
        parts = np.sort(fit).astype(np.int64), np.sort(held).astype(np.int64)
        for rows in parts:
            rows.setflags(write=False)
        return cls(fit=parts[0], held=parts[1])


@dataclass(frozen=True, slots=True, kw_only=True)
class NestedRound:
    """An outer round, and inner rounds that divide what it may learn from: choose by the inner, state the outer."""

    outer: Round
    inner: tuple[Round, ...]


def rounds_of(held: tuple[NDArray[np.int64], ...]) -> tuple[Round, ...]:
    """Turn held-out folds (:func:`cross_folds`) into rounds that learn from all other folds.

    >>> [len(r.fit) for r in rounds_of((np.array([0, 3]), np.array([1]), np.array([2])))]
    [2, 3, 3]
    """
    return tuple(
        Round.of(np.concatenate([rows for j, rows in enumerate(held) if j != i]), rows) for i, rows in enumerate(held)
    )


def forward_rounds(time_us: NDArray[np.int64], *, n_folds: int) -> tuple[Round, ...]:
    """Rounds in the order of time: each learns from everything before the block it is measured on.

    The rows are cut into ``n_folds + 1`` blocks of about the same size, rows of one moment never parted; the first block
    is only ever learned from. So, unlike with :func:`cross_folds`, not every row is held out, and early rounds have less
    to learn from than late ones.

    Parameters
    ----------
    time_us : int array of shape (n_rows,)
        When each row happened, in microseconds since any origin.

    Raises
    ------
    DataError
        CW281 if there are fewer than ``n_folds + 1`` different moments, or no fold is asked for.
    """
    moments, index, counts = np.unique(time_us, return_inverse=True, return_counts=True)
    if n_folds < 1 or len(moments) < n_folds + 1:
        raise DataError(
            "CW281",
            f"{len(time_us)} rows cannot be cut into {n_folds + 1} blocks by time",
            got=f"{len(moments)} different moments for {n_folds} rounds",
            why="each round is measured on rows later than all it learned from, so it needs a moment of its own",
            fix="ask for fewer folds (at least 1), or give times finer than a day",
        )
    ends = np.cumsum(counts)
    cuts: list[int] = []
    for k in range(1, n_folds + 1):
        wanted = len(time_us) * k / (n_folds + 1)
        nearest = int(np.argmin(np.abs(ends - wanted))) + 1
        least = cuts[-1] + 1 if cuts else 1
        cuts.append(min(max(nearest, least), len(moments) - (n_folds - k) - 1))
    block = np.searchsorted(np.array(cuts), index, side="right")
    return tuple(Round.of(np.flatnonzero(block < k), np.flatnonzero(block == k)) for k in range(1, n_folds + 1))


def nested_rounds(
    y_index: NDArray[np.int64],
    *,
    n_outer: int,
    n_inner: int,
    groups: NDArray[np.generic] | None,
    time_us: NDArray[np.int64] | None = None,
    rng: np.random.Generator,
) -> tuple[NestedRound, ...]:
    """Folds within folds: settings are chosen on the inner ones, so the outer ones were never chosen by.

    With times both levels go forward in time (groups may then recur, as they do in use); otherwise both are even by
    class and keep groups whole. All row numbers, also those of inner rounds, count rows of the whole table.

    Raises
    ------
    DataError
        CW280 or CW281 if the rows, groups or moments do not suffice, also within an outer round.
    """
    if time_us is not None:
        outer = forward_rounds(time_us, n_folds=n_outer)
    else:
        outer = rounds_of(cross_folds(y_index, n_folds=n_outer, groups=groups, rng=rng))
    made = []
    for part in outer:
        rows = part.fit
        if time_us is not None:
            inner = forward_rounds(time_us[rows], n_folds=n_inner)
        else:
            within = None if groups is None else groups[rows]
            inner = rounds_of(cross_folds(y_index[rows], n_folds=n_inner, groups=within, rng=rng))
        made.append(NestedRound(outer=part, inner=tuple(Round.of(rows[r.fit], rows[r.held]) for r in inner)))
    return tuple(made)
