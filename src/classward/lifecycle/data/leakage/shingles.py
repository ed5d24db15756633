"""Texts as sets of hashed pieces of five characters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Shingles", "normalised", "shingles"]

_WIDTH = 5
_MOST_PER_TEXT = 256
_MOST_CHARACTERS = 100_000
_CHUNK_CHARACTERS = 4_000_000
_LARGEST = np.uint64(2**64 - 1)
_PRIME = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shingles:
    """Hashes of all texts, one text after the other; text ``i`` owns ``hashes[starts[i]:starts[i + 1]]``, no hash twice."""

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]


def normalised(text: str) -> str:
    """Lower case, one blank for any white space, at most 100,000 characters: what differs in no more is the same text."""
    return " ".join(text[:_MOST_CHARACTERS].casefold().split())


def shingles(texts: Sequence[str]) -> Shingles:
    """Hash every run of five characters of each text; a shorter text is one piece.

    Of a text with more than 256 runs, those with the smallest hashes are kept, about 256: the same ones in a text nearly
    like it, so that long texts cost no more than short ones. Texts should be :func:`normalised`.
    """
    hashes, counts, chunk, n_characters = [], [], [], 0
    for i, text in enumerate(texts):
        chunk.append(text if len(text) >= _WIDTH else text.ljust(_WIDTH, "\0"))
        n_characters += len(chunk[-1])
        if n_characters >= _CHUNK_CHARACTERS or i == len(texts) - 1:
            found, n = _of_chunk(chunk)
            hashes.append(found)
            counts.append(n)
            chunk, n_characters = [], 0
    if not hashes:
        return Shingles(hashes=np.zeros(0, dtype=np.uint64), starts=np.zeros(1, dtype=np.int64))
    starts = np.concatenate([[0], np.cumsum(np.concatenate(counts))]).astype(np.int64)
    return Shingles(hashes=np.concatenate(hashes), starts=starts)


def _of_chunk(texts: list[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    points = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    owner = np.repeat(np.arange(len(texts)), lengths)
    n_runs = len(points) - _WIDTH + 1
    value = np.zeros(n_runs, dtype=np.uint64)
    for j in range(_WIDTH):
        value = value * np.uint64(1_000_003) + points[j : j + n_runs]
    value = _mixed(value)
    runs = lengths - _WIDTH + 1
    share = np.minimum(1.0, _MOST_PER_TEXT / runs)
    limit = np.where(share >= 1.0, _LARGEST, (share * 2.0**63).astype(np.uint64) * np.uint64(2))
    first = owner[:n_runs]
    is_whole = first == owner[_WIDTH - 1 :]
    least = np.minimum.reduceat(np.where(is_whole, value, _LARGEST), np.cumsum(lengths) - lengths)
    keep = is_whole & (value <= np.maximum(limit, least)[first])
    value, first = value[keep], first[keep]
    order = np.lexsort((value, first))
    value, first = value[order], first[order]
    is_new = np.ones(len(value), dtype=bool)
    is_new[1:] = (value[1:] != value[:-1]) | (first[1:] != first[:-1])
    return value[is_new], np.bincount(first[is_new], minlength=len(texts))


def _mixed(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread the bits (the finaliser of SplitMix64)."""
    value = value * _PRIME
    value ^= value >> np.uint64(30)
    value *= np.uint64(0xBF58476D1CE4E5B9)
    value ^= value >> np.uint64(27)
    value *= np.uint64(0x94D049BB133111EB)
    return np.asarray(value ^ (value >> np.uint64(31)), dtype=np.uint64)
