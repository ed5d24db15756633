"""Figures agree with scikit-learn; their intervals cover, and claim no certainty."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics
from ticket_answers import NAMES, answers, costs_of

from classward.domain import LabelSpace, Measure
from classward.inference import Proba
from classward.lifecycle.evaluate.figures import class_figures, figures, macro, worst_recall
from classward.statistics import confusion_counts


def made(n: int = 2400, **more: int) -> dict[str, Measure]:
    proba, y = answers(n, **more)  # type: ignore[arg-type]
    return dict(figures(proba, y, cost=costs_of(proba.label_space), rng=np.random.default_rng(0)))


def test_agree_with_scikit_learn() -> None:
    proba, y = answers(2400)
    found, predicted = made(), proba.predicted
    assert found["balanced_accuracy"].value == pytest.approx(metrics.balanced_accuracy_score(y, predicted))
    assert found["matthews_corrcoef"].value == pytest.approx(metrics.matthews_corrcoef(y, predicted))
    assert found["cohen_kappa"].value == pytest.approx(metrics.cohen_kappa_score(y, predicted))
    assert found["worst_class_recall"].value == pytest.approx(metrics.recall_score(y, predicted, average=None).min())
    assert found["top_3_accuracy"].value == pytest.approx(metrics.top_k_accuracy_score(y, proba.matrix, k=3))
    micro = metrics.roc_auc_score(np.eye(6)[y], proba.matrix, average="micro")
    assert found["roc_auc_micro"].value == pytest.approx(micro)
    assert found["mean_cost"].value == pytest.approx(np.mean(predicted != y))
    assert "top_10_accuracy" not in found


def test_every_figure_has_an_interval_that_holds_it() -> None:
    for name, figure in made().items():
        assert figure.value is not None
        if name != "roc_auc_micro":
            assert figure.interval is not None
            assert figure.interval.low <= figure.value <= figure.interval.high


def test_intervals_cover_the_truth() -> None:
    truth = made(60_000, seed=999)
    inside = dict.fromkeys(("balanced_accuracy", "matthews_corrcoef", "cohen_kappa", "mean_cost"), 0)
    for seed in range(60):
        proba, y = answers(1500, seed=seed)
        found = dict(figures(proba, y, cost=costs_of(proba.label_space), rng=np.random.default_rng(seed), n_draws=200))
        for name in inside:
            span, value = found[name].interval, truth[name].value
            assert span is not None
            assert value is not None
            inside[name] += span.low <= value <= span.high
    assert min(inside.values()) >= 50


def test_one_against_all_agrees_with_scikit_learn() -> None:
    proba, y = answers(2400)
    for i, c in enumerate(class_figures(proba, y)):
        assert (c.class_name, c.n) == (NAMES[i], int((y == i).sum()))
        assert c.auc.value == pytest.approx(metrics.roc_auc_score(y == i, proba.matrix[:, i]))
        assert c.average_precision.value == pytest.approx(metrics.average_precision_score(y == i, proba.matrix[:, i]))
        assert c.brier.value == pytest.approx(metrics.brier_score_loss(y == i, proba.matrix[:, i]))
        assert c.log_loss.value == pytest.approx(metrics.log_loss(y == i, proba.matrix[:, i]))
        assert 0 < len(c.precision_recall) <= 25


def test_macro_auc_is_the_mean_and_its_interval_is_narrower_than_a_classs() -> None:
    proba, y = answers(2400)
    aucs = [c.auc for c in class_figures(proba, y)]
    found = macro(aucs)
    assert found.value == pytest.approx(metrics.roc_auc_score(y, proba.matrix, multi_class="ovr"))
    assert found.interval is not None
    widths = [a.interval.high - a.interval.low for a in aucs if a.interval]
    assert found.interval.high - found.interval.low < max(widths)


def test_worst_class_recall_covers_where_resampling_would_not() -> None:
    rng = np.random.default_rng(0)
    recalls, sizes = np.array([0.9, 0.9, 0.9, 0.9, 0.88]), np.full(5, 40)
    inside = 0
    for _ in range(300):
        hits = rng.binomial(sizes, recalls)
        confusion = np.zeros((5, 5), dtype=np.int64)
        confusion[np.arange(5), np.arange(5)] = hits
        confusion[np.arange(5), (np.arange(5) + 1) % 5] = sizes - hits
        span = worst_recall(confusion).interval
        assert span is not None
        inside += span.low <= 0.88 <= span.high
    assert inside >= 0.95 * 300


def test_perfect_answers_claim_no_certainty() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    y = np.arange(12) % 3
    found = dict(figures(Proba(np.eye(3)[y], space), y, cost=costs_of(space), rng=np.random.default_rng(0)))
    for name in ("balanced_accuracy", "macro_f1", "matthews_corrcoef", "cohen_kappa"):
        assert found[name].value == 1.0
        assert found[name].interval is not None
        assert found[name].interval.low < 0.8  # type: ignore[union-attr]
    cost = found["mean_cost"]
    assert cost.value == 0.0
    assert cost.interval is not None
    assert cost.interval.high > 0.1


def test_costs_are_counted_by_pair() -> None:
    proba, y = answers(900)
    pairs = (("security", "billing", 50.0), ("billing", "billing", 0.5))
    cost = costs_of(proba.label_space, *pairs, off_diagonal=2.0)
    found = dict(figures(proba, y, cost=cost, rng=np.random.default_rng(0)))["mean_cost"]
    confusion = confusion_counts(y, proba.predicted, 6)
    security, billing = NAMES.index("security"), NAMES.index("billing")
    wrong = int((y != proba.predicted).sum())
    expected = 2 * wrong + 48 * confusion[security, billing] + confusion[billing, billing] / 2
    assert found.value == pytest.approx(expected / 900)


def test_figures_of_classes_without_rows_have_no_value() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    found = class_figures(Proba(np.full((4, 3), 1 / 3), space), np.array([0, 0, 1, 1]))
    assert found[2].auc.value is None
    assert found[2].average_precision.value is None
    assert found[2].brier.value == pytest.approx(1 / 9)
