"""Probabilities that were honest under one mix of classes, made honest under the mix of the rows at hand, without labels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["present_shares", "reweighted"]


def present_shares(
    proba: NDArray[np.float64],
    prior: NDArray[np.float64],
    *,
    strength: float = 50.0,
    n_steps: int = 200,
    tolerance: float = 1e-6,
) -> NDArray[np.float64]:
    """Estimate the shares of classes among rows from their calibrated probabilities alone.

    Right while each class looks as before and only the classes' shares changed (label shift), and as far as the
    probabilities are calibrated. Not for a change of what a class looks like, nor for classes that the model does not know.

    Parameters
    ----------
    proba : float array of shape (n_samples, n_classes)
        Calibrated probabilities.
    prior : float array of shape (n_classes,)
        Shares of classes among the rows that they were calibrated on; all above 0.
    strength : float
        Imaginary rows with the old shares, so that a few rows say little.

    Returns
    -------
    shares : float array of shape (n_classes,)
        Adds up to 1; ``prior`` without rows. Cost: up to ``n_steps`` passes over the matrix.

    References
    ----------
    Saerens, Latinne, Decaestecker (2002). Adjusting the outputs of a classifier to new a priori probabilities. Neural
    Computation 14. Alexandari, Kundaje, Shrikumar (2020). Maximum likelihood with bias-corrected calibration is
    hard-to-beat at label shift adaptation. ICML.

    Examples
    --------
    >>> proba = np.array([[0.9, 0.1]] * 100 + [[0.1, 0.9]] * 900)
    >>> present_shares(proba, np.array([0.5, 0.5]), strength=1.0).round(1).tolist()
    [0.0, 1.0]
    """
    old = prior / prior.sum()
    shares = old
    if not len(proba):
        return np.asarray(old)
    for _ in range(n_steps):
        expected = reweighted(proba, old, shares).sum(axis=0) + strength * old
        moved = expected / expected.sum()
        if np.abs(moved - shares).max() < tolerance:
            return np.asarray(moved)
        shares = moved
    return np.asarray(shares)


def reweighted(
    proba: NDArray[np.float64], prior: NDArray[np.float64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Probabilities of the same rows if classes had other shares than ``prior``; of the same shape, rows add up to 1."""
    weighted = proba * (shares / prior)
    return np.asarray(weighted / np.maximum(weighted.sum(axis=1, keepdims=True), 1e-300))
