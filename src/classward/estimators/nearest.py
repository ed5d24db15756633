"""Store training rows by cells of like rows, so that few of them need to be compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference import Features, NearestScorer, unit_rows

__all__ = ["NearestSettings", "fit_nearest"]

_ROUNDS = 8
_ROWS_PER_CELL = 64
_CHUNK = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestSettings:
    """How to store and compare.

    Parameters
    ----------
    neighbours : int
        Rows that vote.
    sharpness : float
        How much more a nearer row counts; 0.1 more of cosine counts ``exp(sharpness / 10)`` times as much.
    probes : int
        Cells read for one row.
    exact_up_to : int
        Up to so many rows there is one cell, so that the search is exact.
    floor : float
        Share of the class shares mixed into the votes.
    """

    neighbours: int = 15
    sharpness: float = 20.0
    probes: int = 16
    exact_up_to: int = 2000
    floor: float = 0.02


def fit_nearest(
    features: Features,
    y_index: NDArray[np.int64],
    *,
    blocks: tuple[int, ...],
    ids: Sequence[str],
    n_classes: int,
    settings: NearestSettings,
    rng: np.random.Generator,
) -> NearestScorer:
    """Store rows and an index over them.

    Right for sentence, image and given vectors whose cosine means likeness, and where an answer should point at the
    training rows it rests on. Not for raw table columns. Rows without any vector are left out: they are near nothing.

    Parameters
    ----------
    features : Features
        The dense block is read.
    y_index : int64 array of shape (n,)
        Classes as columns of the label space.
    blocks : tuple of int
        Widths of the vectors side by side.
    ids : sequence of str
        Of the rows.
    n_classes : int
        Size of the label space.
    settings : NearestSettings
        How.
    rng : Generator
        Draws the first centres.

    Raises
    ------
    ValueError
        If no row has a vector.
    """
    rows = unit_rows(features.dense, blocks)
    known = np.flatnonzero(rows.any(axis=1))
    if not len(known):
        raise ValueError("no row has a vector")
    rows = rows[known]
    n_cells = 1 if len(rows) <= settings.exact_up_to else round(np.sqrt(len(rows)))
    cell, centres = _cells(rows, n_cells, rng)
    order = np.argsort(cell, kind="stable")
    counts = np.bincount(cell, minlength=len(centres))
    kept = np.flatnonzero(counts)
    return NearestScorer(
        vectors=rows[order],
        classes=y_index[known][order].astype(np.int32),
        ids=tuple(str(ids[i]) for i in known[order].tolist()),
        centres=centres[kept],
        starts=np.concatenate([[0], np.cumsum(counts[kept])]).astype(np.int64),
        blocks=blocks,
        shares=np.bincount(y_index, minlength=n_classes) / len(y_index),
        n_neighbours=settings.neighbours,
        n_probes=settings.probes,
        sharpness=settings.sharpness,
        floor=settings.floor,
    )


def _cells(
    rows: NDArray[np.float32], n_cells: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Spherical k-means on a sample, then every row goes to its likest centre."""
    if n_cells == 1:
        return np.zeros(len(rows), dtype=np.int64), _lengths_of_one(rows.mean(axis=0, keepdims=True))
    sample = rows[np.sort(rng.choice(len(rows), min(len(rows), _ROWS_PER_CELL * n_cells), replace=False))]
    centres = sample[np.sort(rng.choice(len(sample), n_cells, replace=False))]
    for _ in range(_ROUNDS):
        nearest = _likest(sample, centres)
        order = np.argsort(nearest, kind="stable")
        present, starts = np.unique(nearest[order], return_index=True)
        centres = centres.copy()
        centres[present] = _lengths_of_one(np.add.reduceat(sample[order], starts, axis=0))
    return _likest(rows, centres), centres


def _likest(rows: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.int64]:
    chunks = [np.argmax(rows[i : i + _CHUNK] @ centres.T, axis=1) for i in range(0, len(rows), _CHUNK)]
    return np.concatenate(chunks)


def _lengths_of_one(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return unit_rows(rows, (rows.shape[1],))
