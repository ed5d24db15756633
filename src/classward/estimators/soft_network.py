"""Small networks on soft targets: what scikit-learn's networks cannot be given."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classward.estimators.soft_loss import SoftLoss

__all__ = ["SoftNetwork"]

_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8
_PLAIN_SHARE = 0.25

_Layer = tuple[NDArray[np.float32], NDArray[np.float32]]


class SoftNetwork:
    """Layers with ReLU between them, moved by Adam, one pass at a time.

    It begins as scikit-learn's ``MLPClassifier`` does (Glorot's uniform weights) and takes the same steps, but learns any
    targets and any :class:`~classward.estimators.soft_loss.SoftLoss`. With a robust loss the first passes are plain: from
    chance, the robust loss hardly pulls at all.

    Parameters
    ----------
    widths : tuple of int
        Columns, hidden widths, classes.
    alpha, learning_rate : float
        Strength of regularisation, and step.
    batch_rows : int
        Rows of a step.
    loss : SoftLoss
        What is minimised.
    passes : int
        Passes that are planned: a quarter of them is plain when the loss is robust.
    rng : numpy Generator
        First weights, and order of rows.

    References
    ----------
    Kingma, Ba (2015). Adam: a method for stochastic optimization. ICLR.
    """

    def __init__(
        self,
        widths: tuple[int, ...],
        *,
        alpha: float,
        learning_rate: float,
        batch_rows: int,
        loss: SoftLoss,
        passes: int,
        rng: np.random.Generator,
    ) -> None:
        self.layers: list[_Layer] = []
        for i, (n_in, n_out) in enumerate(pairwise(widths)):
            factor = 2.0 if i == len(widths) - 2 else 6.0
            bound = np.sqrt(factor / (n_in + n_out))
            weights = rng.uniform(-bound, bound, (n_in, n_out)).astype(np.float32)
            self.layers.append((weights, rng.uniform(-bound, bound, n_out).astype(np.float32)))
        self._alpha, self._step, self._rows, self._rng = alpha, learning_rate, batch_rows, rng
        self._loss, self._plain_passes = loss, int(np.ceil(_PLAIN_SHARE * passes)) if loss.robustness else 0
        self._moments = [(np.zeros_like(a), np.zeros_like(a)) for layer in self.layers for a in layer]
        self._n_steps = self._n_passes = 0

    def learn(
        self, rows: NDArray[np.float32], targets: NDArray[np.float64], weight: NDArray[np.float64] | None
    ) -> None:
        """Pass once over the rows, in a new order."""
        loss = SoftLoss() if self._n_passes < self._plain_passes else self._loss
        self._n_passes += 1
        order = self._rng.permutation(len(rows))
        for start in range(0, len(order), self._rows):
            part = order[start : start + self._rows]
            self._move(self._slopes(rows[part], targets[part], None if weight is None else weight[part], loss))

    def _slopes(
        self,
        rows: NDArray[np.float32],
        targets: NDArray[np.float64],
        weight: NDArray[np.float64] | None,
        loss: SoftLoss,
    ) -> list[NDArray[np.float32]]:
        seen = [rows]
        for i, (weights, bias) in enumerate(self.layers):
            values = seen[-1] @ weights + bias
            seen.append(np.maximum(values, 0.0) if i < len(self.layers) - 1 else values)
        _, pull = loss.value_and_pull(seen[-1].astype(np.float64), targets)
        if weight is not None:
            pull *= weight[:, None]
        back = (pull / len(rows)).astype(np.float32)
        slopes: list[NDArray[np.float32]] = []
        for i in range(len(self.layers) - 1, -1, -1):
            weights, _ = self.layers[i]
            slopes += [back.sum(axis=0), seen[i].T @ back + np.float32(self._alpha / len(rows)) * weights]
            if i:
                back = (back @ weights.T) * (seen[i] > 0.0)
        return slopes[::-1]

    def _move(self, slopes: list[NDArray[np.float32]]) -> None:
        self._n_steps += 1
        t = self._n_steps
        step = self._step * np.sqrt(1.0 - _SECOND**t) / (1.0 - _FIRST**t)
        arrays = [a for layer in self.layers for a in layer]
        for array, slope, (mean, square) in zip(arrays, slopes, self._moments, strict=True):
            mean *= _FIRST
            mean += (1.0 - _FIRST) * slope
            square *= _SECOND
            square += (1.0 - _SECOND) * slope * slope
            array -= np.float32(step) * mean / (np.sqrt(square) + _TINY)
