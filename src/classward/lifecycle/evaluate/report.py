"""A candidate's probabilities and the truth become a Report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassReport, ConfusedPair, LabelSpace, Report
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate.averages import averaged_f1, class_f1
from classward.lifecycle.evaluate.baselines import baselines
from classward.lifecycle.evaluate.remarks import remarks
from classward.statistics import (
    brier,
    calibration_report,
    confusion_counts,
    log_losses,
    measured_mean,
    measured_share,
    top_k_hits,
)

__all__ = ["evaluate"]

_MOST_PAIRS = 10


def evaluate(
    proba: Proba,
    y_index: NDArray[np.int64],
    *,
    task_name: str,
    fold: str,
    dataset_hash: str,
    prior: NDArray[np.float64],
    rng: np.random.Generator,
    checks: Sequence[tuple[str, str, str]] = (),
    notes: Sequence[str] = (),
) -> Report:
    """Measure a model on rows it has not seen, per class first.

    Not for production answers, whose labels come late and in part: those go through ``lifecycle.label`` and
    ``lifecycle.monitor``. Intervals are for one look at independent rows; repeated rows of one group make them too narrow.

    Parameters
    ----------
    proba : Proba
        Probabilities of shape (n_samples, n_classes) with their label space.
    y_index : int array of shape (n_samples,)
        True class of each row as a column number.
    prior : float array of shape (n_classes,)
        Class shares in training, for the baselines.
    rng : Generator
        For intervals by resampling, the guessing baseline and the calibration null.
    checks : sequence of (name, outcome, detail)
        Sanity checks to report.
    notes : sequence of str
        Sentences for people, before those that evaluation adds.

    Returns
    -------
    report : Report
        Every figure with n and, where there is a method, a 95 % interval; classes without rows have no value. The n of a
        class's F1 counts the rows that are of the class or called so. Cost: about 500 passes over the confusion matrix
        and 400 uniform numbers per row.

    Raises
    ------
    DataError
        CW220 without rows; CW222 if rows, labels and prior do not fit together. Nothing is measured.
    """
    y_index = _fitting(proba, y_index, prior, fold)
    space, matrix, n = proba.label_space, proba.matrix, len(y_index)
    confusion = confusion_counts(y_index, proba.predicted, len(space))
    losses = log_losses(matrix, y_index)
    classes = _classes(confusion, losses, y_index, space)
    right = measured_share(int(np.trace(confusion)), n)
    return Report(
        task_name=task_name, fold=fold, dataset_hash=dataset_hash, class_names=space.names, label_space_hash=space.hash,
        n=n, accuracy=right, micro_f1=right, macro_f1=averaged_f1(confusion, "macro_f1", rng=rng),
        weighted_f1=averaged_f1(confusion, "weighted_f1", rng=rng), log_loss=measured_mean(losses),
        brier=measured_mean(brier(matrix, y_index)),
        top_k=tuple((k, measured_share(top_k_hits(matrix, y_index, k), n)) for k in _ks(len(space))), classes=classes,
        calibration=calibration_report(matrix.max(axis=1), proba.predicted == y_index, proba=matrix, y_index=y_index,
                                       rng=rng, names=space.names),
        confusion=tuple(tuple(int(v) for v in row) for row in confusion), confused_pairs=_pairs(confusion, space),
        baselines=baselines(y_index, prior, space, rng=rng), checks=tuple(checks),
        notes=(*notes, *remarks(confusion, space)),
    )  # fmt: skip


def _fitting(proba: Proba, y_index: NDArray[np.int64], prior: NDArray[np.float64], fold: str) -> NDArray[np.int64]:
    y_index = np.asarray(y_index, dtype=np.int64)
    if not len(y_index):
        raise DataError("CW220", "there are no rows to measure on", got=f"an empty {fold} fold", fix="give more rows")
    n_classes = len(proba.label_space)
    fits = (
        len(y_index) == len(proba) and y_index.min() >= 0 and y_index.max() < n_classes and prior.shape == (n_classes,)
    )
    if not fits:
        raise DataError(
            "CW222", "probabilities and labels do not fit together",
            got=f"{len(proba)} rows of {n_classes} classes; {len(y_index)} labels from {y_index.min()} to "
            f"{y_index.max()}; {len(prior)} class shares",
            why="a label counted for another row or class makes every figure wrong",
            fix="use one label space, and take probabilities and labels from the same rows",
        )  # fmt: skip
    return y_index


def _ks(n_classes: int) -> list[int]:
    return sorted({min(k, n_classes) for k in (1, 3, 5)})


def _classes(
    confusion: NDArray[np.int64], losses: NDArray[np.float64], y_index: NDArray[np.int64], space: LabelSpace
) -> tuple[ClassReport, ...]:
    made = []
    for i, name in enumerate(space.names):
        tp, n, n_predicted = int(confusion[i, i]), int(confusion[i].sum()), int(confusion[:, i].sum())
        made.append(
            ClassReport(
                class_name=name, n=n, n_predicted=n_predicted, recall=measured_share(tp, n),
                precision=measured_share(tp, n_predicted), f1=class_f1(confusion, i),
                log_loss=measured_mean(losses[y_index == i]),
            )
        )  # fmt: skip
    return tuple(made)


def _pairs(confusion: NDArray[np.int64], space: LabelSpace) -> tuple[ConfusedPair, ...]:
    off = confusion.copy()
    np.fill_diagonal(off, 0)
    order = np.argsort(-off, axis=None, kind="stable")[:_MOST_PAIRS]
    pairs = [divmod(int(cell), len(space)) for cell in order if off.flat[cell]]
    return tuple(
        ConfusedPair(
            true_class=space.names[i], predicted_class=space.names[j], n=int(off[i, j]),
            rate=measured_share(int(off[i, j]), int(confusion[i].sum())),
        )
        for i, j in pairs
    )  # fmt: skip
