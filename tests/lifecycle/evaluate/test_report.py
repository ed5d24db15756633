"""A report says how good a model is, per class, and how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics
from ticket_answers import NAMES, answers, measured

from classward.domain import LabelSpace, Measure, Report, canonical_json
from classward.errors import DataError
from classward.inference import Proba


def figures(report: Report) -> list[Measure]:
    top = [m for _, m in report.top_k]
    classes = [m for c in report.classes for m in (c.recall, c.precision, c.f1, c.log_loss)]
    headline = [report.accuracy, report.macro_f1, report.micro_f1, report.weighted_f1, report.log_loss, report.brier]
    others = [p.rate for p in report.confused_pairs] + [m for b in report.baselines for m in (b.accuracy, b.macro_f1)]
    return [*headline, *top, *classes, *others, *(b.accuracy for b in report.calibration.bins)]


def test_figures_agree_with_scikit_learn() -> None:
    proba, y = answers(2400)
    report, predicted = measured(proba, y), proba.predicted
    assert report.accuracy.value == pytest.approx(metrics.accuracy_score(y, predicted))
    for name in ("macro", "micro", "weighted"):
        figure = getattr(report, f"{name}_f1")
        assert figure.value == pytest.approx(metrics.f1_score(y, predicted, average=name))
    assert report.log_loss.value == pytest.approx(metrics.log_loss(y, proba.matrix))
    precision, recall, f1, n = metrics.precision_recall_fscore_support(y, predicted, zero_division=0.0)
    for i, c in enumerate(report.classes):
        assert (c.class_name, c.n) == (NAMES[i], n[i])
        found = (c.recall.value, c.precision.value, c.f1.value)
        assert found == pytest.approx((recall[i], precision[i], f1[i]))
        own = y == i
        assert c.log_loss.value == pytest.approx(-np.log(proba.matrix[own, i]).mean())
    assert [k for k, _ in report.top_k] == [1, 3, 5]


def test_every_figure_has_n_and_an_interval_that_holds_it(tickets: Report) -> None:
    for figure in figures(tickets):
        assert figure.value is not None
        assert figure.n > 0
        assert figure.interval is not None
        assert figure.interval.low <= figure.value <= figure.interval.high
        assert figure.interval.level == 0.95


def test_precision_rests_on_what_was_called_so(tickets: Report) -> None:
    for c in tickets.classes:
        assert c.precision.n == c.n_predicted
        assert c.recall.n == c.n
    assert sum(c.n for c in tickets.classes) == sum(c.n_predicted for c in tickets.classes) == tickets.n == 2400


def test_same_rows_and_seed_give_the_same_report() -> None:
    assert canonical_json(measured(*answers(300))) == canonical_json(measured(*answers(300)))


def test_confused_pairs_come_from_the_confusion_counts(tickets: Report) -> None:
    counts = {
        (a, b): n
        for a, row in zip(tickets.class_names, tickets.confusion, strict=True)
        for b, n in zip(tickets.class_names, row, strict=True)
    }
    pairs = tickets.confused_pairs
    assert len(pairs) == 10
    assert [p.n for p in pairs] == sorted((n for (a, b), n in counts.items() if a != b), reverse=True)[:10]
    assert all(p.n == counts[p.true_class, p.predicted_class] and p.true_class != p.predicted_class for p in pairs)


def test_baselines_know_only_the_class_shares(tickets: Report) -> None:
    always, guess = tickets.baselines
    largest = max(tickets.classes, key=lambda c: c.n)
    assert always.name == f"always {largest.class_name!r}"
    assert always.accuracy.value == pytest.approx(largest.n / tickets.n)
    expected = sum((c.n / tickets.n) ** 2 for c in tickets.classes)
    assert guess.accuracy.value == pytest.approx(expected, abs=0.04)
    entropy = -sum(c.n / tickets.n * np.log(c.n / tickets.n) for c in tickets.classes)
    assert always.log_loss == guess.log_loss
    assert always.log_loss.value == pytest.approx(entropy, abs=1e-3)


def test_class_absent_from_training_does_not_break_the_baselines() -> None:
    proba, y = answers(300)
    prior = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    always = measured(proba, y, prior=prior).baselines[0]
    assert always.log_loss.value is not None
    assert np.isfinite(always.log_loss.value)


def test_class_without_rows_has_no_figure() -> None:
    proba, y = answers(200)
    matrix = proba.matrix.copy()
    matrix[:, 1] = 0.0
    matrix /= matrix.sum(axis=1, keepdims=True)
    kept = y != 1
    report = measured(Proba(matrix[kept], proba.label_space), y[kept])
    legal = report.classes[1]
    assert (legal.n, legal.n_predicted) == (0, 0)
    assert [m.value for m in (legal.recall, legal.precision, legal.f1, legal.log_loss)] == [None] * 4
    assert any("not measured" in note and "legal" in note for note in report.notes)
    assert "NaN" not in canonical_json(report)


def test_class_never_called_has_recall_zero_and_no_precision() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    report = measured(Proba(np.tile([0.6, 0.3, 0.1], (4, 1)), space), np.array([0, 1, 2, 0]))
    b = report.classes[1]
    assert (b.recall.value, b.precision.value, b.f1.value) == (0.0, None, 0.0)


@pytest.mark.parametrize("n", [3, 12, 200])
def test_no_error_seen_is_not_certainty(n: int) -> None:
    space = LabelSpace.of(["a", "b", "c"])
    y = np.arange(n) % 3
    report = measured(Proba(np.eye(3)[y], space), y)
    for figure in (report.accuracy, report.macro_f1, report.weighted_f1, report.classes[0].recall):
        assert figure.value == 1.0
        assert figure.interval is not None
        assert figure.interval.low < 1.0 - 0.3 / n


def test_notes_name_what_averages_hide(tickets: Report) -> None:
    assert tickets.notes[0] == "120 rows were left out"
    report = measured(*answers(400))
    macro = next(note for note in report.notes if note.startswith("macro F1"))
    assert "legal" in macro
    assert "billing" not in macro
    micro = next(note for note in report.notes if note.startswith("micro F1"))
    assert "billing" in micro
    assert "legal" not in micro


def test_top_k_is_capped_by_the_number_of_classes() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    report = measured(Proba(np.tile([0.5, 0.3, 0.2], (5, 1)), space), np.array([0, 1, 2, 0, 1]))
    assert [(k, m.value) for k, m in report.top_k] == [(1, 0.4), (3, 1.0)]


def test_many_classes() -> None:
    names = tuple(f"intent_{i:03}" for i in range(150))
    report = measured(*answers(3000, names=names, shares=np.full(150, 1 / 150), sharpness=3.0))
    assert len(report.classes) == 150
    assert report.macro_f1.interval is not None


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 40), st.integers(0, 10_000))
def test_any_few_rows_give_a_sound_report(n: int, seed: int) -> None:
    report = measured(*answers(n, seed=seed))
    text = canonical_json(report)
    assert "NaN" not in text
    for figure in figures(report):
        assert (figure.value is None) == (figure.n == 0)
        if figure.interval and figure.value is not None:
            assert figure.interval.low <= figure.value + 1e-12
            assert figure.value <= figure.interval.high + 1e-12


def test_no_rows_are_refused() -> None:
    proba, y = answers(5)
    with pytest.raises(DataError, match="CW220"):
        measured(Proba(proba.matrix[:0], proba.label_space), y[:0])


@pytest.mark.parametrize("y", [[0, 1], [0, 1, 2, 3, 6], [0, 1, 2, 3, -1]])
def test_labels_that_do_not_fit_are_refused(y: list[int]) -> None:
    proba, _ = answers(5)
    with pytest.raises(DataError, match="CW222"):
        measured(proba, np.array(y), prior=np.full(6, 1 / 6))


def test_prior_of_another_label_space_is_refused() -> None:
    with pytest.raises(DataError, match="CW222"):
        measured(*answers(5), prior=np.full(4, 0.25))
