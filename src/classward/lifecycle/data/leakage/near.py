"""Pairs of texts that are nearly the same, among many, without comparing all with all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.data.leakage.shingles import Shingles

__all__ = ["near_pairs"]

_N_BANDS, _PER_BAND = 14, 4
_NEIGHBOURS = 8
_PAIRS_AT_ONCE = 100_000


def near_pairs(
    sets: Shingles, *, jaccard: float, side: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Find pairs of sets whose Jaccard similarity is at least ``jaccard``.

    MinHash signatures (56 values) are cut into 14 bands; sets that agree in a band are candidates, and every candidate is
    compared by its true similarity, so no pair is wrong. A pair of similarity .8 is missed with probability below .001.
    In a crowd of more than eight that agree in a band, each is compared with the next eight only (in a random order that
    differs by band): every member of a crowd of copies is found, not every pair.

    Parameters
    ----------
    sets : Shingles
        None empty.
    jaccard : float
        Least similarity, in (0, 1]; below .6 many pairs are missed.
    side : bool array of shape (n_sets,), optional
        If given, only pairs of a ``True`` and a ``False`` set are looked for.

    Returns
    -------
    first, second, similarity : arrays of shape (n_pairs,)
        Each pair once, ``first < second``.

    References
    ----------
    Broder (1997). On the resemblance and containment of documents. Leskovec, Rajaraman, Ullman (2014). Mining of Massive
    Datasets, chapter 3 (banding).
    """
    n = len(sets.starts) - 1
    if n < 2:
        return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
    rng = np.random.default_rng(20_161)  # fixed: the hash functions are part of the method
    short = (sets.hashes >> np.uint64(32)).astype(np.uint32)
    found = []
    for _ in range(_N_BANDS):
        key = np.zeros(n, dtype=np.uint64)
        for _ in range(_PER_BAND):
            key = key * np.uint64(0x9E3779B97F4A7C15) + _smallest(short, sets.starts, rng)
        found.append(_candidates(key, side, rng))
    pairs = np.unique(np.concatenate(found))
    first, second = pairs // n, pairs % n
    similarity = np.concatenate(
        [
            _similarity(sets, first[i : i + _PAIRS_AT_ONCE], second[i : i + _PAIRS_AT_ONCE])
            for i in range(0, len(pairs), _PAIRS_AT_ONCE)
        ]
        or [np.zeros(0)]
    )
    keep = similarity >= jaccard
    return first[keep], second[keep], similarity[keep]


def _smallest(short: NDArray[np.uint32], starts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.uint64]:
    """Smallest of each set's short hashes under one random hash function (multiply, add)."""
    a, b = (np.uint32(int(rng.integers(0, 2**31)) * 2 + 1) for _ in range(2))
    turned = short * a
    turned += b
    return np.asarray(np.minimum.reduceat(turned, starts[:-1]), dtype=np.uint64)


def _candidates(key: NDArray[np.uint64], side: NDArray[np.bool_] | None, rng: np.random.Generator) -> NDArray[np.int64]:
    """Pairs with the same key, as ``first * n + second``."""
    n = len(key)
    mixed = rng.permutation(n)
    order = mixed[np.argsort(key[mixed], kind="stable")]
    ordered = key[order]
    if side is not None:
        return _across(order, ordered, side)
    made = []
    for step in range(1, min(_NEIGHBOURS, n - 1) + 1):
        same = np.flatnonzero(ordered[step:] == ordered[:-step])
        if not len(same):
            break
        made.append(_packed(order[same], order[same + step], n))
    return np.concatenate(made) if made else np.zeros(0, dtype=np.int64)


def _across(order: NDArray[np.int64], ordered: NDArray[np.uint64], side: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Each ``True`` set with up to eight ``False`` sets of the same key."""
    n = len(order)
    is_true = side[order]
    asked, others = order[is_true], order[~is_true]
    asked_key, other_key = ordered[is_true], ordered[~is_true]
    left = np.searchsorted(other_key, asked_key, side="left")
    size = np.searchsorted(other_key, asked_key, side="right") - left
    made = []
    for step in range(_NEIGHBOURS):
        has = np.flatnonzero(size > step)
        turn = (has + step) % size[has]  # crowds: every one asked begins at another place
        made.append(_packed(asked[has], others[left[has] + turn], n))
    return np.concatenate(made)


def _packed(a: NDArray[np.int64], b: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    return np.asarray(np.minimum(a, b) * n + np.maximum(a, b), dtype=np.int64)


def _similarity(sets: Shingles, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.float64]:
    """Jaccard similarity of pairs: shared hashes over all hashes."""
    sizes = np.diff(sets.starts)
    n_first, n_second = sizes[first], sizes[second]
    pair = np.concatenate([np.repeat(np.arange(len(first)), n_first), np.repeat(np.arange(len(first)), n_second)])
    hashes = np.concatenate([_gathered(sets, first), _gathered(sets, second)])
    order = np.lexsort((hashes, pair))
    pair, hashes = pair[order], hashes[order]
    shared = np.bincount(pair[1:][(hashes[1:] == hashes[:-1]) & (pair[1:] == pair[:-1])], minlength=len(first))
    return np.asarray(shared / (n_first + n_second - shared), dtype=np.float64)


def _gathered(sets: Shingles, which: NDArray[np.int64]) -> NDArray[np.uint64]:
    sizes = np.diff(sets.starts)[which]
    ends = np.cumsum(sizes)
    at = (
        np.arange(int(ends[-1]) if len(ends) else 0)
        - np.repeat(ends - sizes, sizes)
        + np.repeat(sets.starts[which], sizes)
    )
    return np.asarray(sets.hashes[at], dtype=np.uint64)
