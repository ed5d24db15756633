"""Rows in two dimensions."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["principal_plane"]

_MOST_EXACT = 1_500


def principal_plane(rows: NDArray[np.float64], *, seed: int = 0) -> tuple[NDArray[np.float64], float]:
    """Lay rows out in the plane that keeps most of their variance (first two principal components).

    Straight directions only: what is close on the plane may be far in the others. Axes are turned so that the largest
    weight of each is positive, so the same rows give the same picture.

    Parameters
    ----------
    rows : float array of shape (n_samples, n_dimensions)
        Finite.
    seed : int, default=0
        For more than 1,500 dimensions, where the subspace is found by randomised iteration.

    Returns
    -------
    plane : float array of shape (n_samples, 2)
        Zeros where rows do not differ.
    explained : float
        Share of the variance that is kept, in [0, 1].

    References
    ----------
    Halko, Martinsson, Tropp (2011). Finding structure with randomness. SIAM Review 53.
    """
    centred = rows - rows.mean(axis=0) if len(rows) else rows
    total = float((centred**2).sum())
    if total <= 1e-12 * max(1, rows.size):
        return np.zeros((len(rows), 2)), 1.0
    if rows.shape[1] <= _MOST_EXACT:
        _, axes = np.linalg.eigh(centred.T @ centred)
        axes = axes[:, ::-1][:, :2]
    else:
        axes = _randomised_axes(centred, np.random.default_rng(seed))
    axes = axes * np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    plane = centred @ axes
    if plane.shape[1] < 2:
        plane = np.column_stack([plane, np.zeros(len(rows))])
    return plane, min(1.0, float((plane**2).sum()) / total)


def _randomised_axes(centred: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    width = min(12, len(centred), centred.shape[1])
    basis = np.linalg.qr(centred @ rng.standard_normal((centred.shape[1], width)))[0]
    for _ in range(6):
        basis = np.linalg.qr(centred @ np.linalg.qr(centred.T @ basis)[0])[0]
    axes: NDArray[np.float64] = np.linalg.svd(basis.T @ centred, full_matrices=False)[2][:2].T
    return axes
