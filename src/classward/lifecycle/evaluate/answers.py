"""Decisions, not probabilities: what was answered, what it cost, what was left open, and how far off it was."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from classward.domain import AnswerReport, ClassAnswers, DecisionRule, LevelFigures, Measure, OrderFigures
from classward.errors import DataError
from classward.inference import Proba, cost_matrix, decide
from classward.statistics import (
    bootstrap_mean,
    confusion_counts,
    false_negative_costs,
    false_positive_costs,
    log_losses,
    measured_share,
    quadratic_kappa,
    rank_error,
)

__all__ = ["answer_report"]

_RARE = 20
_N_CANDIDATES = 3
_BINS = 15


def answer_report(
    proba: Proba, y_index: NDArray[np.int64], rule: DecisionRule, *, rng: np.random.Generator
) -> AnswerReport:
    """Measure a rule's answers on rows that chose nothing.

    Figures of the report itself are of the most probable class; these are of what a caller gets. Costs are those the rule
    holds (without any, every mistake costs 1); for ordered classes they grow with the distance.

    Parameters
    ----------
    proba : Proba
        Probabilities of held-out rows.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    rule : DecisionRule
        What turns them into answers.
    rng : numpy Generator
        For intervals by resampling.

    Raises
    ------
    DataError
        CW222 if rows and labels differ in number, or there are none.
    """
    y = np.asarray(y_index, dtype=np.int64)
    if len(y) != len(proba) or not len(y):
        raise DataError(
            "CW222", "probabilities and labels do not fit together", got=f"{len(proba)} rows, {len(y)} labels",
            fix="take both from the same rows",
        )  # fmt: skip
    done = decide(proba, rule)
    given = ~done.is_abstained
    costs = cost_matrix(rule.costs, len(proba.label_space))
    right = done.predicted[given] == y[given]
    best, _ = proba.top(_N_CANDIDATES)
    shown = (best == y[:, None]).any(axis=1)[~given]
    return AnswerReport(
        n=len(y),
        paths=tuple(sorted(Counter(done.paths).items(), key=lambda pair: (-pair[1], pair[0]))),
        answered=measured_share(int(given.sum()), len(y)),
        accuracy=measured_share(int(right.sum()), int(given.sum())),
        candidates=measured_share(int(shown.sum()), len(shown)),
        n_candidates=best.shape[1],
        classes=_classes(proba, y, done.predicted, given, costs),
        mean_cost=bootstrap_mean(_row_costs(y, done.predicted, given, costs, rule), rng=rng),
        argmax_cost=bootstrap_mean(_argmax_costs(y, proba.predicted, given, costs, rule), rng=rng),
        order=_order(y[given], done.predicted[given], len(costs), rng) if proba.label_space.is_ordered else None,
        levels=_levels(proba, y, rng),
        confidence_bins=_confidence_bins(proba, y, done.predicted, given),
        confusion=_confusion(y, done.predicted, given, len(costs)),
    )


def _confidence_bins(
    proba: Proba, y: NDArray[np.int64], answer: NDArray[np.int64], given: NDArray[np.bool_]
) -> tuple[tuple[int, float, int], ...]:
    """As production counts them: confidence is that of the answer, and a row left open is not right."""
    said = np.where(given, answer, proba.predicted)
    confidence = proba.matrix[np.arange(len(y)), said]
    at = np.clip((confidence * _BINS).astype(np.int64), 0, _BINS - 1)
    right = given & (answer == y)
    n, hits = np.bincount(at, minlength=_BINS), np.bincount(at[right], minlength=_BINS)
    total = np.bincount(at, confidence, minlength=_BINS)
    return tuple(zip(n.tolist(), total.tolist(), hits.tolist(), strict=True))


def _confusion(
    y: NDArray[np.int64], answer: NDArray[np.int64], given: NDArray[np.bool_], k: int
) -> tuple[tuple[int, ...], ...]:
    counts = np.zeros((k, k + 1), dtype=np.int64)
    np.add.at(counts, (y, np.where(given, answer, k)), 1)
    return tuple(map(tuple, counts.tolist()))


def _row_costs(
    y: NDArray[np.int64],
    answer: NDArray[np.int64],
    given: NDArray[np.bool_],
    costs: NDArray[np.float64],
    rule: DecisionRule,
) -> NDArray[np.float64]:
    """Cost of every row; where leaving a row to a person has no stated cost, of answered rows alone."""
    if not rule.abstain_costs:
        return np.asarray(costs[y[given], answer[given]])
    left = np.broadcast_to(np.asarray(rule.abstain_costs), (len(costs),))[y]
    return np.where(given, costs[y, answer], left)


def _argmax_costs(
    y: NDArray[np.int64],
    best: NDArray[np.int64],
    given: NDArray[np.bool_],
    costs: NDArray[np.float64],
    rule: DecisionRule,
) -> NDArray[np.float64]:
    """What the most probable class would cost, on the rows whose cost :func:`_row_costs` tells."""
    return np.asarray(costs[y, best] if rule.abstain_costs else costs[y[given], best[given]])


def _classes(
    proba: Proba,
    y: NDArray[np.int64],
    answer: NDArray[np.int64],
    given: NDArray[np.bool_],
    costs: NDArray[np.float64],
) -> tuple[ClassAnswers, ...]:
    names = proba.label_space.names
    confusion = confusion_counts(y[given], answer[given], len(names))
    unknown = np.bincount(y[~given], minlength=len(names))
    n, answered = confusion.sum(axis=1) + unknown, confusion.sum(axis=0)
    wrongly, missed = false_positive_costs(confusion, costs), false_negative_costs(confusion, costs)
    return tuple(
        ClassAnswers(
            class_name=name, n=int(n[i]), n_answered=int(answered[i]), n_unknown=int(unknown[i]),
            recall=measured_share(int(confusion[i, i]), int(n[i])),
            precision=measured_share(int(confusion[i, i]), int(answered[i])),
            false_positive_cost=wrongly[i], false_negative_cost=missed[i], is_rare=bool(n[i] < _RARE),
        )
        for i, name in enumerate(names)
    )  # fmt: skip


def _order(y: NDArray[np.int64], answer: NDArray[np.int64], k: int, rng: np.random.Generator) -> OrderFigures:
    off = np.bincount(np.abs(y - answer), minlength=k)
    return OrderFigures(
        off_by=tuple((steps, measured_share(int(count), len(y))) for steps, count in enumerate(off.tolist())),
        rank_error=rank_error(y, answer) if len(y) else Measure(value=None, n=0),
        kappa=quadratic_kappa(confusion_counts(y, answer, k), rng=rng),
    )


def _levels(proba: Proba, y: NDArray[np.int64], rng: np.random.Generator) -> tuple[LevelFigures, ...]:
    """The level of parents, answered by the parent of the most probable class and by the most probable parent."""
    classes = proba.label_space.classes
    if not any(c.parent for c in classes):
        return ()
    of = [c.parent or c.name for c in classes]
    names = sorted(set(of))
    parent = np.array([names.index(name) for name in of])
    summed = np.zeros((len(y), len(names)))
    np.add.at(summed.T, parent, proba.matrix.T)
    truth, flat, direct = parent[y], parent[proba.predicted], summed.argmax(axis=1)
    wrong = proba.predicted != y
    change = (direct == truth).astype(np.float64) - (flat == truth)
    return (
        LevelFigures(
            level="parents", n_classes=len(names), accuracy=measured_share(int((flat == truth).sum()), len(y)),
            accuracy_by_sums=measured_share(int((direct == truth).sum()), len(y)),
            lost_by_flattening=bootstrap_mean(change, rng=rng),
            log_loss=bootstrap_mean(log_losses(summed, truth), rng=rng),
            crossing=measured_share(int((flat != truth)[wrong].sum()), int(wrong.sum())),
        ),
        LevelFigures(
            level="classes", n_classes=len(of), accuracy=measured_share(int((~wrong).sum()), len(y)),
            accuracy_by_sums=measured_share(int((_by_parent(proba, parent, direct) == y).sum()), len(y)),
            lost_by_flattening=bootstrap_mean(
                (_by_parent(proba, parent, direct) == y).astype(np.float64) - ~wrong, rng=rng
            ),
            log_loss=bootstrap_mean(log_losses(proba.matrix, y), rng=rng),
            crossing=Measure(value=None, n=0),
        ),
    )  # fmt: skip


def _by_parent(proba: Proba, parent: NDArray[np.int64], direct: NDArray[np.int64]) -> NDArray[np.int64]:
    """The most probable class of the most probable parent."""
    return np.asarray(np.where(parent[None, :] == direct[:, None], proba.matrix, -1.0).argmax(axis=1))
