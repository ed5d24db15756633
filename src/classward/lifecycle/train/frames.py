"""One multiclass question asked for every pair of classes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace, Recipe
from classward.errors import NotMulticlass
from classward.inference import ABSENT_LOGIT
from classward.lifecycle.train.cross_fit import cross_fit
from classward.lifecycle.train.rows import FitFold, LabelledRows

__all__ = ["BINARY_SPACE", "Binary", "coupled", "cross_fit_binary", "one_vs_one", "pairs_of"]

BINARY_SPACE = LabelSpace.of(["no", "yes", "neither"])
"""Columns of a binary question; a label space has three classes at least."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary:
    """One binary question answered for rows that were not fitted on.

    ``first`` against ``second`` (columns of the label space). ``logits`` of shape (n_held, 2) say no and yes; ``y`` of
    shape (n_held,) is 1 for yes, 0 for no and -1 for rows of neither class.
    """

    first: int
    second: int
    logits: NDArray[np.float64]
    y: NDArray[np.int64]
    n_fits: int


def pairs_of(y_index: NDArray[np.int64]) -> tuple[tuple[int, int], ...]:
    """The binary questions: each pair of classes that have rows."""
    present = np.unique(y_index).tolist()
    return tuple((a, b) for i, a in enumerate(present) for b in present[i + 1 :])


def cross_fit_binary(
    recipe: Recipe,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    pair: tuple[int, int],
    *,
    seed: int,
    n_threads: int,
    seconds_left: Callable[[], float],
    n_after: float = 0.0,
) -> Binary:
    """Fit one binary question on the folds of a multiclass one; ``n_after`` further fits are to come afterwards.

    Raises
    ------
    OutOfTime, DataError
        As :func:`~classward.lifecycle.train.cross_fit`. A fold that lacks one side of the question answers with the other
        side for all its rows.
    """
    first, second = pair
    y = np.where(rows.y_index == first, 1, np.where(rows.y_index == second, 0, 2))
    asked = replace(rows, y_index=y, label_space=BINARY_SPACE)
    logits, n_fits = [], 0
    for i, fold in enumerate(folds):
        fit = fold.fit[y[fold.fit] < 2]
        held = len(fold.held)
        try:
            found = cross_fit(
                recipe, asked, [FitFold(fit=fit, held=fold.held)], seed=seed, n_threads=n_threads,
                seconds_left=seconds_left, n_after=n_after + len(folds) - 1 - i,
            )  # fmt: skip
            logits.append(found.logits[:, :2])
            n_fits += 1
        except NotMulticlass:
            is_yes = bool((y[fit] == 1).any())
            logits.append(np.tile([ABSENT_LOGIT, 0.0] if is_yes else [0.0, ABSENT_LOGIT], (held, 1)))
    held_y = np.concatenate([y[fold.held] for fold in folds])
    return Binary(
        first=first, second=second, logits=np.concatenate(logits), y=np.where(held_y == 2, -1, held_y), n_fits=n_fits
    )


def one_vs_one(yes: Sequence[tuple[int, int, NDArray[np.float64]]], n_classes: int) -> NDArray[np.float64]:
    """Put probabilities of each pair of classes together so that they agree with all pairs as well as can be.

    Parameters
    ----------
    yes : sequence of (int, int, float array of shape (n,))
        First and second class, and the calibrated probability of the first among the two.
    n_classes : int
        Columns of the result; classes that are not listed get 0.

    Returns
    -------
    float array of shape (n, n_classes)
        Rows sum to 1.
    """
    present = sorted({c for first, second, _ in yes for c in (first, second)})
    place = {c: i for i, c in enumerate(present)}
    ratio = np.zeros((len(yes[0][2]), len(present), len(present)))
    for first, second, proba in yes:
        ratio[:, place[first], place[second]] = proba
        ratio[:, place[second], place[first]] = 1.0 - proba
    out = np.zeros((len(ratio), n_classes))
    out[:, present] = coupled(ratio)
    return out


def coupled(ratio: NDArray[np.float64]) -> NDArray[np.float64]:
    """Class probabilities whose pairwise shares come closest to those given.

    Parameters
    ----------
    ratio : float array of shape (n, k, k)
        ``[:, i, j]`` is the probability of i among i and j; the diagonal is not read.

    Returns
    -------
    float array of shape (n, k)

    References
    ----------
    Wu, Lin, Weng (2004). Probability estimates for multi-class classification by pairwise coupling. JMLR 5 (second
    method, solved as a linear system).
    """
    n, k, _ = ratio.shape
    bounded = np.clip(ratio, 1e-7, 1.0 - 1e-7)
    off = ~np.eye(k, dtype=bool)
    q = -bounded * bounded.transpose(0, 2, 1) * off
    q[:, np.arange(k), np.arange(k)] = (bounded.transpose(0, 2, 1) ** 2 * off).sum(axis=2)
    # minimise p'Qp with p summing to 1
    system = np.zeros((n, k + 1, k + 1))
    system[:, :k, :k], system[:, :k, k], system[:, k, :k] = q, 1.0, 1.0
    system[:, np.arange(k), np.arange(k)] += 1e-12
    right = np.zeros((n, k + 1, 1))
    right[:, k] = 1.0
    p = np.maximum(np.linalg.solve(system, right)[:, :k, 0], 0.0) + 1e-9
    return np.asarray(p / p.sum(axis=1, keepdims=True))
