"""What proves a gate, what leaves it out, and that later thresholds are proved on what gates leave."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classward.domain import ClassCut, ClassPromise, DecisionRule, LabelSpace
from classward.inference import Decider, Proba
from classward.lifecycle.calibrate import choose_thresholds, prove_gate, unproved_gate

PROMISE = ClassPromise(class_name="security", indicator="precision", target=0.9)
SPACE = LabelSpace.of(["billing", "refund", "security"])


def draws(n: int, seed: int = 0, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_yes = rng.random(n) < 0.2
    logit = np.where(is_yes, 3.0, -3.0) + noise * rng.normal(size=n)
    return np.stack([np.zeros(n), logit], axis=1), is_yes


def prove(n: int, noise: float = 1.5, taken: bool = False):
    logits, is_yes = draws(n, noise=noise)
    return prove_gate(PROMISE, logits, is_yes, np.full(n, taken), error_rate=0.1, rng=np.random.default_rng(0)), is_yes


def test_a_proved_gate_keeps_its_promise_on_new_rows() -> None:
    proved, _ = prove(1500)
    assert proved.proof.state == "guaranteed"
    assert proved.proof.threshold is not None
    assert proved.proof.threshold >= 0.5
    logits, is_yes = draws(4000, seed=1, noise=1.5)
    reached = proved.calibrator.apply(logits)[:, 1] >= proved.proof.threshold
    assert reached.sum() > 100
    assert is_yes[reached].mean() >= 0.9


def test_few_rows_noise_and_taken_rows_leave_it_out() -> None:
    for proved, _ in (prove(40), prove(1500, noise=30.0), prove(1500, taken=True)):
        assert proved.proof.threshold is None
        assert "left out" in proved.proof.remark
    assert unproved_gate(PROMISE, "3 rows", error_rate=0.1).remark.endswith("left out, 3 rows")


def test_promises_of_precision_are_proved_on_rows_that_gates_leave() -> None:
    n = 1200
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    matrix = np.full((n, 3), 0.1)
    matrix[np.arange(n), y] = 0.8
    gates = np.where(y == 2, 0.99, 0.01)[:, None]
    rule = replace(DecisionRule.plain(SPACE), gates=(ClassCut(class_index=2, at=0.9),))
    proba = Proba(matrix, SPACE, gates=gates)
    rows = np.arange(n)
    choice = choose_thresholds(proba, y, [PROMISE], rule=rule, rows=rows, fitted_rows=rows[:0])
    (proof,) = choice.proofs
    assert proof.figure.n == 0
    assert proof.state == "not enough evidence"
    recall = ClassPromise(class_name="security", indicator="recall", target=0.9)
    (proof,) = choose_thresholds(proba, y, [recall], rule=rule, rows=rows, fitted_rows=rows[:0]).proofs
    assert proof.state == "guaranteed"
    assert not rule.is_plain
    assert set(Decider(rule, SPACE).decide(proba).paths) == {"argmax", "gate:security"}
