"""Losses that hard labels and plain cross-entropy do not cover: soft targets, and noise that pulls less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference import log_softmax

__all__ = ["SoftLoss", "spread"]

_LEAST = 1e-12


def spread(y: NDArray[np.int64], n_classes: int, smoothing: float) -> NDArray[np.float64]:
    """Targets of shape (n, n_classes): ``1 - smoothing`` on the label, and ``smoothing`` shared by all classes.

    References
    ----------
    Szegedy, Vanhoucke, Ioffe, Shlens, Wojna (2016). Rethinking the Inception architecture. CVPR.
    """
    targets = np.full((len(y), n_classes), smoothing / n_classes)
    targets[np.arange(len(y)), y] += 1.0 - smoothing
    return targets


@dataclass(frozen=True, slots=True, kw_only=True)
class SoftLoss:
    """Cross-entropy against any targets, or its generalised form, by which a row that fits badly pulls less.

    Parameters
    ----------
    robustness : float
        ``q`` of the generalised cross-entropy ``(1 - pᵠ) / q`` of the probability ``p`` on the target: 0 is plain
        cross-entropy; towards 1 wrong labels pull less, and so do rows that are right but hard. 0.7 is usual.

    References
    ----------
    Zhang, Sabuncu (2018). Generalized cross entropy loss for training deep neural networks with noisy labels. NeurIPS.
    """

    robustness: float = 0.0

    def __post_init__(self) -> None:
        if not 0.0 <= self.robustness < 1.0:
            raise ValueError(f"robustness is 0 or more and below 1, not {self.robustness}")

    def value_and_pull(
        self, logits: NDArray[np.float64], targets: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Loss of each row, of shape (n,), and its derivative by the logits, of shape (n, n_classes).

        Stable for any finite logits: a row whose loss is huge has a large loss and a pull between -1 and 1, never NaN.
        """
        logs = log_softmax(logits)
        proba = np.exp(logs)
        if not self.robustness:
            return -(targets * logs).sum(axis=1), proba - targets
        q = self.robustness
        agreed = np.maximum((targets * proba).sum(axis=1), _LEAST)
        pull = (agreed**q)[:, None] * (proba - proba * targets / agreed[:, None])
        return (1.0 - agreed**q) / q, pull
