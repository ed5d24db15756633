"""Rows whose probabilities are right, over-confident or skewed, from classes that overlap."""

from __future__ import annotations

import numpy as np

from classward.domain import LabelSpace
from classward.inference import Proba, softmax

SPACE = LabelSpace.of(["billing", "refund", "other", "security"])
SHARES = np.array([0.5, 0.3, 0.15, 0.05])
NONE = np.array([], dtype=np.int64)


def draw(
    seed: int,
    n: int,
    *,
    shares: np.ndarray = SHARES,
    apart: float = 0.7,
    sharper: float = 1.0,
    space: LabelSpace = SPACE,
) -> tuple[Proba, np.ndarray]:
    """``n`` rows of Gaussian classes; ``sharper`` above 1 makes the probabilities over-confident."""
    rng, k = np.random.default_rng(seed), len(shares)
    centre = np.random.default_rng(99).normal(size=(k, 6)) * apart
    y = rng.choice(k, size=n, p=shares / shares.sum())
    x = centre[y] + rng.normal(size=(n, 6))
    logits = x @ centre.T - 0.5 * (centre**2).sum(axis=1) + np.log(shares)
    return Proba(softmax(logits * sharper), space), y
