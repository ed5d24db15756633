"""A candidate's probabilities and the truth become a Report."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import Baseline, ClassReport, ConfusedPair, Interval, LabelSpace, Measure, Report
from classward.errors import DataError
from classward.inference import Proba
from classward.statistics import (
    bootstrap_confusion,
    brier,
    calibration_report,
    confusion_counts,
    f1_interval,
    f1_per_class,
    log_losses,
    macro_f1,
    top_k_hits,
    weighted_f1,
    wilson,
)

__all__ = ["evaluate"]

_MOST_PAIRS = 10
_FEW = 20


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
    """Measure a model on held-out rows, per class first.

    Parameters
    ----------
    proba : Proba
        Probabilities of shape (n_samples, n_classes) with their label space.
    y_index : int array of shape (n_samples,)
        True class of each row as a column number.
    prior : float array of shape (n_classes,)
        Class shares in training, for the baselines.
    rng : Generator
        For intervals by resampling and for the calibration null.

    Returns
    -------
    report : Report
        Every figure with n and, where there is a method, a 95 % interval.

    Raises
    ------
    DataError
        CW220 without rows.
    """
    y_index = np.asarray(y_index, dtype=np.int64)
    if not len(y_index):
        raise DataError("CW220", "there are no rows to measure on", got=f"an empty {fold} fold", fix="give more rows")
    space, matrix = proba.label_space, proba.matrix
    confusion = confusion_counts(y_index, matrix.argmax(axis=1), len(space))
    losses = log_losses(matrix, y_index)
    ks = sorted({k for k in (1, 3, 5) if k <= len(space)})
    return Report(
        task_name=task_name, fold=fold, dataset_hash=dataset_hash, class_names=space.names, label_space_hash=space.hash,
        n=len(y_index), accuracy=_share(int(np.trace(confusion)), len(y_index)),
        macro_f1=_resampled(confusion, macro_f1, rng), micro_f1=_share(int(np.trace(confusion)), len(y_index)),
        weighted_f1=_resampled(confusion, weighted_f1, rng), log_loss=_mean(losses), brier=_mean(brier(matrix, y_index)),
        top_k=tuple((k, _share(top_k_hits(matrix, y_index, k), len(y_index))) for k in ks),
        classes=_classes(confusion, losses, y_index, space),
        calibration=calibration_report(matrix.max(axis=1), matrix.argmax(axis=1) == y_index, proba=matrix,
                                       y_index=y_index, rng=rng),
        confusion=tuple(tuple(int(v) for v in row) for row in confusion), confused_pairs=_pairs(confusion, space),
        baselines=_baselines(y_index, prior, space, rng), checks=tuple(checks),
        notes=(*notes, *_remarks(confusion, space)),
    )  # fmt: skip


def _classes(
    confusion: NDArray[np.int64], losses: NDArray[np.float64], y_index: NDArray[np.int64], space: LabelSpace
) -> tuple[ClassReport, ...]:
    f1 = f1_per_class(confusion)
    made = []
    for i, name in enumerate(space.names):
        tp, n, n_predicted = int(confusion[i, i]), int(confusion[i].sum()), int(confusion[:, i].sum())
        union = n + n_predicted - tp
        low, high = f1_interval(tp, n_predicted - tp, n - tp)
        made.append(
            ClassReport(
                class_name=name, n=n, n_predicted=n_predicted, recall=_share(tp, n), precision=_share(tp, n_predicted),
                f1=Measure(value=float(f1[i]), n=union, interval=_interval(low, high, "Wilson on Jaccard"))
                if union else Measure(value=None, n=0),
                log_loss=_mean(losses[y_index == i]),
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
            rate=_share(int(off[i, j]), int(confusion[i].sum())),
        )
        for i, j in pairs
    )  # fmt: skip


def _baselines(
    y_index: NDArray[np.int64], prior: NDArray[np.float64], space: LabelSpace, rng: np.random.Generator
) -> tuple[Baseline, ...]:
    shares = np.clip(prior, 1e-6, None) / np.clip(prior, 1e-6, None).sum()
    largest = np.full(len(y_index), int(np.argmax(prior)), dtype=np.int64)
    confusion = confusion_counts(y_index, largest, len(space))
    return (
        Baseline(
            name=f"always {space.names[int(np.argmax(prior))]!r}, with the class shares as probabilities",
            accuracy=_share(int(np.trace(confusion)), len(y_index)), macro_f1=_resampled(confusion, macro_f1, rng),
            log_loss=_mean(-np.log(shares[y_index])),
        ),
    )  # fmt: skip


def _remarks(confusion: NDArray[np.int64], space: LabelSpace) -> tuple[str, ...]:
    support = confusion.sum(axis=1)
    remarks = []
    few = [space.names[i] for i in np.argsort(support, kind="stable") if support[i] < _FEW]
    if few:
        listed = ", ".join(few[:8]) + (" …" if len(few) > 8 else "")
        remarks.append(f"macro F1 leans on {len(few)} classes with fewer than {_FEW} rows each: {listed}")
    half = np.sort(support)[::-1].cumsum()
    n_major = int(np.searchsorted(half, half[-1] / 2)) + 1
    remarks.append(f"micro F1 and accuracy: half of the rows belong to the {n_major} largest of {len(space)} classes")
    return tuple(remarks)


def _share(k: int, n: int) -> Measure:
    return Measure(value=k / n, n=n, interval=_interval(*wilson(k, n), "Wilson")) if n else Measure(value=None, n=0)


def _mean(values: NDArray[np.float64]) -> Measure:
    n = len(values)
    if n == 0:
        return Measure(value=None, n=0)
    mean = float(values.mean())
    if n == 1:
        return Measure(value=mean, n=1)
    half = 1.96 * float(values.std(ddof=1)) / np.sqrt(n)
    return Measure(value=mean, n=n, interval=_interval(max(0.0, mean - half), mean + half, "normal, of the mean"))


def _resampled(confusion: NDArray[np.int64], figure, rng: np.random.Generator) -> Measure:  # type: ignore[no-untyped-def]
    low, high = bootstrap_confusion(confusion, figure, rng=rng)
    n = int(confusion.sum())
    return Measure(value=figure(confusion), n=n, interval=_interval(low, high, "bootstrap of rows"))


def _interval(low: float, high: float, method: str) -> Interval:
    return Interval(low=float(low), high=float(high), level=0.95, method=method)
