from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from decision_draws import NONE, SPACE, draw

from classward.domain import ClassCut, ClassPromise, DecisionRule, ThresholdsChoice
from classward.errors import DataError, TooFewLabels, UnknownClass, UsageError
from classward.inference import Proba, decide
from classward.lifecycle.calibrate import choose_thresholds

RULE = DecisionRule.plain(SPACE)
PROMISES = (
    ClassPromise(class_name="security", indicator="recall", target=0.8),
    ClassPromise(class_name="billing", indicator="precision", target=0.85),
    ClassPromise(class_name="refund", indicator="precision", target=0.8),
)


def choose(seed: int, n: int, promises: tuple[ClassPromise, ...] = PROMISES, **more: object) -> ThresholdsChoice:
    p, y = draw(seed, n, sharper=1.5)
    return choose_thresholds(
        p,
        y,
        promises,
        rule=RULE,
        rows=np.arange(n),
        fitted_rows=NONE,
        **{"error_rate": 0.1, **more},  # type: ignore[arg-type]
    )


def held(choice: ThresholdsChoice, p: Proba, y: np.ndarray) -> list[bool]:
    """Whether each guaranteed promise holds on the population."""
    done = decide(p, replace(RULE, claims=choice.claims, floors=choice.floors))
    out = []
    for proof in choice.proofs:
        if proof.state == "guaranteed":
            index = SPACE.index(proof.promise.class_name)
            answered = (done.predicted == index) & ~done.is_abstained
            of = answered if proof.promise.indicator == "precision" else y == index
            out.append(bool((answered & (y == index)).sum() >= proof.promise.target * of.sum()))
    return out


@pytest.mark.parametrize("n", [400, 1500])
def test_promises_hold_on_the_population_as_often_as_stated(n: int) -> None:
    p, y = draw(5, 40_000, sharper=1.5)
    kept = [held(choose(seed, n), p, y) for seed in range(80)]
    assert sum(len(one) for one in kept) > 20
    assert np.mean([all(one) for one in kept]) >= 0.9 - 0.03


def test_enough_rows_prove_everything_and_say_what_it_costs() -> None:
    done = choose(1, 6000)
    assert {proof.state for proof in done.proofs} == {"guaranteed"}
    assert [cut.class_index for cut in done.claims] == [3]
    assert [cut.class_index for cut in done.floors] == [0, 1]
    assert "withheld" in done.proofs[1].remark
    assert "3 of 3 promises proved on 6000 rows" in done.remark
    assert done.proofs[0].figure.n == pytest.approx(300, abs=60)


def test_too_few_rows_give_no_threshold_but_the_number_that_would() -> None:
    done = choose(2, 60)
    assert (done.claims, done.floors) == ((), ())
    for proof in done.proofs:
        assert (proof.state, proof.threshold, proof.bound) == ("not enough evidence", None, 0.0)
        assert proof.n_needed is None or proof.n_needed > proof.figure.n
    assert "answered without a promise" in done.remark


def test_unproved_answers_can_be_withheld() -> None:
    done = choose(2, 60, withhold_unproved=True)
    p, _ = draw(9, 500)
    answered = decide(p, replace(RULE, floors=done.floors))
    assert answered.is_abstained[np.isin(answered.predicted, [0, 1])].all()
    assert not answered.is_abstained[answered.predicted == 2].any()


def test_a_precision_no_threshold_reaches_is_never_guaranteed() -> None:
    rng = np.random.default_rng(0)
    p = Proba(rng.dirichlet(np.ones(4), size=4000), SPACE)
    y = rng.integers(0, 4, 4000)
    promise = ClassPromise(class_name="billing", indicator="precision", target=0.9)
    one = choose_thresholds(p, y, (promise,), rule=RULE, rows=np.arange(4000), fitted_rows=NONE).proofs[0]
    assert one.threshold is None
    assert one.n_needed is None
    assert one.figure.value is None or one.figure.value < 0.9


def test_claims_before_ones_own_can_take_too_many_rows() -> None:
    taken = replace(RULE, claims=(ClassCut(class_index=0, at=0.0),))
    p, y = draw(3, 2000)
    promise = ClassPromise(class_name="refund", indicator="recall", target=0.5)
    one = choose_thresholds(p, y, (promise,), rule=taken, rows=np.arange(2000), fitted_rows=NONE).proofs[0]
    assert one.state == "out of reach"
    assert "claimed by classes with earlier promises" in one.remark


def test_a_class_never_answered_is_not_guaranteed() -> None:
    p, y = draw(3, 500)
    none = Proba(np.column_stack([p.matrix[:, :3] + p.matrix[:, 3:] / 3, np.zeros(500)]), SPACE)
    promise = ClassPromise(class_name="security", indicator="precision", target=0.8)
    one = choose_thresholds(none, y, (promise,), rule=RULE, rows=np.arange(500), fitted_rows=NONE).proofs[0]
    assert (one.state, one.figure.n) == ("not enough evidence", 0)
    assert "there are no such answers" in one.remark


def test_refusals() -> None:
    p, y = draw(0, 50)
    with pytest.raises(DataError, match="CW266"):
        choose_thresholds(p, y, PROMISES, rule=RULE, rows=np.arange(50), fitted_rows=np.array([7]))
    with pytest.raises(UsageError, match="CW263"):
        choose(0, 50, (PROMISES[0], replace(PROMISES[0], indicator="precision")))
    with pytest.raises(UsageError, match="CW263"):
        choose(0, 50, (replace(PROMISES[0], indicator="f1"),))
    with pytest.raises(UsageError, match="CW262"):
        choose(0, 50, (replace(PROMISES[0], target=95.0),))
    with pytest.raises(UnknownClass, match="CW301"):
        choose(0, 50, (replace(PROMISES[0], class_name="secuirty"),))
    with pytest.raises(TooFewLabels, match="CW260"):
        choose_thresholds(p, y, PROMISES, rule=RULE, rows=NONE, fitted_rows=NONE)
