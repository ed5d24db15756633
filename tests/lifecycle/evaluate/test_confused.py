"""Confused pairs are ranked, costed, held against simple models, and told apart."""

from __future__ import annotations

import numpy as np
import pytest
from ticket_answers import costs_of

from classward.domain import Feature, LabelSpace, PairAnalysis
from classward.inference import Proba
from classward.lifecycle.evaluate.confused import confused_pairs
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.lifecycle.evaluate.separators import Sides
from classward.lifecycle.evaluate.simple_models import one_column_answers

SPACE = LabelSpace.of(["billing", "refund", "outage"])
FEATURES = (
    Feature(name="text", kind="text"),
    Feature(name="amount", kind="numeric"),
    Feature(name="channel", kind="categorical"),
    Feature(name="noise", kind="numeric"),
)
WORDS = (["invoice", "charged", "bill"], ["refund", "money", "back"], ["down", "offline", "broken"])


def tickets(n: int = 900, seed: int = 0) -> HeldOut:
    """Refunds that say 'invoice' are answered as billing; the amount tells the two classes apart, the noise nothing."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, n, p=[0.5, 0.3, 0.2])
    misled = (y == 1) & (rng.random(n) < 0.3)
    text = [
        " ".join([*rng.choice(WORDS[k], 2), "please", *(["invoice"] if m else [])])
        for k, m in zip(y, misled, strict=True)
    ]
    columns = {
        "text": text,
        "amount": [float(v) for v in rng.normal(50 + 40 * (y == 1), 15)],
        "channel": [str(c) for c in rng.choice(["web", "phone"], n)],
        "noise": [float(v) for v in rng.standard_normal(n)],
    }
    matrix = np.full((n, 3), 0.05)
    matrix[np.arange(n), np.where(misled, 0, y)] = 0.9
    stray = rng.random(n) < 0.03
    matrix[stray] = np.roll(matrix[stray], 1, axis=1)
    return HeldOut(Proba(matrix, SPACE), y, columns, FEATURES)


def pair(pairs: tuple[PairAnalysis, ...], true: str, predicted: str) -> PairAnalysis:
    return next(p for p in pairs if (p.true_class, p.predicted_class) == (true, predicted))


def test_the_planted_confusion_leads_and_its_cause_is_named() -> None:
    held = tickets()
    pairs = confused_pairs(held, cost=costs_of(SPACE))
    worst = pairs[0]
    assert (worst.true_class, worst.predicted_class, worst.rank_by_cost, worst.rank_by_rate) == (
        "refund", "billing", 1, 1,
    )  # fmt: skip
    assert worst.rate.value == pytest.approx(np.mean(held.proba.predicted[held.y_index == 1] == 0))
    cause = worst.errors_apart[0]
    assert cause.column == "text"
    assert cause.terms[0].term == "invoice"
    assert cause.terms[0].log_odds < 0
    assert {s.column for s in worst.classes_apart[:2]} == {"text", "amount"}
    weakest = worst.classes_apart[-1]
    assert weakest.column in {"noise", "channel"}
    assert weakest.auc.interval is not None
    assert weakest.auc.interval.low < 0.5 < weakest.auc.interval.high + 0.02


def test_dear_pairs_come_before_frequent_ones() -> None:
    cost = costs_of(SPACE, ("outage", "billing", 400.0))
    pairs = confused_pairs(tickets(), cost=cost)
    assert (pairs[0].true_class, pairs[0].predicted_class) == ("outage", "billing")
    assert pairs[0].rank_by_rate > 1
    assert pair(pairs, "refund", "billing").rank_by_rate == 1
    assert pairs[0].cost.value == pytest.approx(400 * (pairs[0].rate.value or 0))
    assert sum(p.cost_share or 0 for p in pairs) == pytest.approx(1.0)


def test_simple_models_show_which_pairs_are_hard_anyway() -> None:
    held, before = tickets(), tickets(seed=7)
    column, answers = one_column_answers(before.columns, before.y_index, held.columns, features=FEATURES, n_classes=3)
    assert column == "text"
    pairs = confused_pairs(
        held, cost=costs_of(SPACE), baselines={"text alone": answers, "always billing": np.zeros(held.n, np.int64)}
    )
    (alone, rate), (_, always) = pairs[0].baselines
    assert alone == "text alone"
    assert rate.value is not None
    assert pairs[0].rate.value is not None
    assert rate.value < pairs[0].rate.value
    assert always.value == 1.0


def test_one_column_answers_are_those_of_the_best_column() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 600)
    columns = {"noise": rng.standard_normal(600).tolist(), "size": (y * 10 + rng.random(600)).tolist()}
    features = (Feature(name="noise", kind="numeric"), Feature(name="size", kind="numeric"))
    column, predicted = one_column_answers(columns, y, columns, features=features, n_classes=3)
    assert column == "size"
    assert (predicted == y).mean() > 0.95


def test_columns_that_tell_nothing_do_not_look_telling() -> None:
    rng = np.random.default_rng(1)
    n, inside = 300, 0
    for _ in range(60):
        columns = {
            "code": [f"c{v}" for v in rng.integers(0, 80, n)],
            "text": [f"w{v} x{v % 7}" for v in rng.integers(0, 200, n)],
        }
        features = (Feature(name="code", kind="categorical"), Feature(name="text", kind="text"))
        for found in Sides(columns, features).apart(np.arange(150), np.arange(150, 300)):
            assert found.auc.interval is not None
            inside += found.auc.interval.low <= 0.5 <= found.auc.interval.high
    assert inside >= 0.9 * 120


def test_a_rare_pair_does_not_lead_by_rate() -> None:
    space = LabelSpace.of(["a", "b", "c", "d"])
    y = np.array([0] * 100 + [3] + [1] * 50 + [2] * 50)
    predicted = y.copy()
    predicted[:60] = 1
    predicted[100] = 2
    held = HeldOut(Proba(np.eye(4)[predicted], space), y, {"x": [0.0] * len(y)}, (Feature(name="x", kind="numeric"),))
    pairs = confused_pairs(held, cost=costs_of(space))
    assert pair(pairs, "a", "b").rank_by_rate == 1
    assert pair(pairs, "d", "c").rate.value == 1.0
    assert pair(pairs, "d", "c").errors_apart == ()


def test_missing_values_everywhere() -> None:
    held = tickets(60)
    empty = {name: [None] * 60 for name in held.columns}
    pairs = confused_pairs(HeldOut(held.proba, held.y_index, empty, FEATURES), cost=costs_of(SPACE))
    assert all(s.auc.value in (None, 0.5) for p in pairs for s in p.classes_apart)


def test_no_confusion_no_pairs() -> None:
    y = np.arange(30) % 3
    held = HeldOut(Proba(np.eye(3)[y], SPACE), y, {"x": [1.0] * 30}, (Feature(name="x", kind="numeric"),))
    assert confused_pairs(held, cost=costs_of(SPACE)) == ()
