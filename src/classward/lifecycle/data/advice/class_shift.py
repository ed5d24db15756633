"""Do the classes come and go over time?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

__all__ = ["ClassShift", "class_shift"]

_N_BLOCKS = 6
_ERROR_RATE = 0.01
_EXPECTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassShift:
    """How class shares move over six equally large blocks of time.

    ``moved`` is the share of rows that would have to change class to turn the first third into the last (total
    variation), ``by_chance`` what the same blocks show on average if nothing moves; ``p_value`` is of the hypothesis that
    shares are constant. ``appeared`` and ``vanished`` are class numbers whose rows lie only late, or only early, more than
    chance allows (1 % over all classes).
    """

    n: int
    moved: float
    by_chance: float
    p_value: float
    appeared: tuple[int, ...]
    vanished: tuple[int, ...]


def class_shift(
    time_us: NDArray[np.int64], y_index: NDArray[np.int64], *, n_classes: int, rng: np.random.Generator
) -> ClassShift | None:
    """Compare class shares over blocks of time; ``None`` with fewer than 60 rows or one moment for all.

    The test treats rows as independent; rows that come in bursts (one customer, one incident) make it see movement that
    is only clumping.

    References
    ----------
    Pearson (1900); Wilson, Hilferty (1931) for the tail of chi-square.
    """
    n = len(y_index)
    if n < 10 * _N_BLOCKS or time_us.min() == time_us.max():
        return None
    order = np.argsort(time_us, kind="stable")
    block = np.empty(n, dtype=np.int64)
    block[order] = np.arange(n) * _N_BLOCKS // n
    table = np.zeros((_N_BLOCKS, n_classes))
    np.add.at(table, (block, y_index), 1.0)
    chance = [_moved(_table(rng.permutation(block), y_index, n_classes)) for _ in range(20)]
    rank = np.empty(n)
    rank[order] = (np.arange(n) + 0.5) / n
    appeared, vanished = _one_sided(rank, y_index, n_classes)
    return ClassShift(
        n=n, moved=_moved(table), by_chance=float(np.mean(chance)), p_value=_p_value(table), appeared=appeared,
        vanished=vanished,
    )  # fmt: skip


def _table(block: NDArray[np.int64], y_index: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    counts = np.bincount(block * n_classes + y_index, minlength=_N_BLOCKS * n_classes)
    return counts.reshape(_N_BLOCKS, n_classes).astype(np.float64)


def _moved(table: NDArray[np.float64]) -> float:
    first, last = table[:2].sum(axis=0), table[-2:].sum(axis=0)
    return float(np.abs(first / first.sum() - last / last.sum()).sum() / 2)


def _p_value(table: NDArray[np.float64]) -> float:
    """Chi-square test of constant shares; classes too rare for it are taken together."""
    rare = table.sum(axis=0) < _EXPECTED * _N_BLOCKS
    kept = np.column_stack([table[:, ~rare], table[:, rare].sum(axis=1)])
    kept = kept[:, kept.sum(axis=0) > 0]
    degrees = (_N_BLOCKS - 1) * (kept.shape[1] - 1)
    if degrees == 0:
        return 1.0
    expected = kept.sum(axis=1, keepdims=True) * kept.sum(axis=0) / kept.sum()
    statistic = float(((kept - expected) ** 2 / expected).sum())
    z = ((statistic / degrees) ** (1 / 3) - (1 - 2 / (9 * degrees))) / math.sqrt(2 / (9 * degrees))
    return 1.0 - NormalDist().cdf(z)


def _one_sided(
    rank: NDArray[np.float64], y_index: NDArray[np.int64], n_classes: int
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Classes of k rows whose first rank is r by chance with (1 - r)^k, or whose last is r with r^k, below the rate."""
    first, last = np.ones(n_classes), np.zeros(n_classes)
    np.minimum.at(first, y_index, rank)
    np.maximum.at(last, y_index, rank)
    k = np.bincount(y_index, minlength=n_classes)
    limit = math.log(_ERROR_RATE / (2 * max(1, n_classes)))
    with np.errstate(divide="ignore"):
        late = (k > 1) & (k * np.log1p(-first) < limit) & (first > 0.25)
        early = (k > 1) & (k * np.log(last) < limit) & (last < 0.75)
    return tuple(np.flatnonzero(late).tolist()), tuple(np.flatnonzero(early).tolist())
