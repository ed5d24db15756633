"""The loop's decision: what blocks, what asks, what retrains; nothing missing counts in favour, and all of it replays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import Interval, LoopFacts, LoopPolicy, Measure, Trigger
from classward.lifecycle.retrain import decide_loop, loop_decision, replay_loop

NOW = datetime(2026, 6, 1, tzinfo=UTC)
DRIFT = Trigger(kind="drift", subject="feature amount", cause="drift of amount", evidence=("A1",), error_rate=0.001)
LABELS = Trigger(kind="labels", subject="", cause="200 or more labels have come")
MANUAL = Trigger(kind="manual", subject="", cause="ann asked: new catalogue", evidence=("E1",))
NEW = Trigger(kind="new class", subject="vat", cause="labels name a class 'vat'")
POLICY = LoopPolicy(autonomy="full")
FACTS = LoopFacts(
    triggers=(DRIFT,), live=1, trained_at=NOW - timedelta(days=40), began_at=None, n_new_labels=500,
    inputs_moved=("amount",),
)  # fmt: skip
WELL = Measure(value=0.9, n=900, interval=Interval(low=0.88, high=0.92, level=0.95, method="wilson"))

facts_of = st.builds(
    LoopFacts,
    triggers=st.lists(st.sampled_from([DRIFT, LABELS, MANUAL, NEW]), unique=True).map(tuple),
    live=st.sampled_from([None, 1]), trained_at=st.just(NOW - timedelta(days=40)),
    began_at=st.one_of(st.none(), st.integers(0, 20).map(lambda d: NOW - timedelta(days=d))),
    n_new_labels=st.integers(0, 400), paused=st.sampled_from(["", "holidays"]), frozen=st.sampled_from(["", "audit"]),
    rollout=st.sampled_from([None, 2]), inputs_moved=st.sampled_from([(), ("amount",)]),
    answers_moved=st.sampled_from([(), ("billing",)]), calibration_moved=st.sampled_from([(), ("calibration",)]),
    fell=st.sampled_from([(), ("recall of security",)]), accuracy=st.sampled_from([Measure(value=None, n=0), WELL]),
    accuracy_before=st.sampled_from([None, 0.9, 0.99]),
    reviewed=st.sampled_from([(), ("concept:recall of security",), ("new class:vat",)]),
)  # fmt: skip


def verdict(**more: object) -> str:
    return decide_loop(POLICY, replace(FACTS, **more), now=NOW).outcome  # type: ignore[arg-type]


def test_nothing_asks_nothing_is_done() -> None:
    assert verdict(triggers=()) == "no"


def test_drift_with_enough_labels_retrains_and_with_too_few_says_how_many_are_missing() -> None:
    assert verdict() == "retrain"
    waits = decide_loop(POLICY, replace(FACTS, n_new_labels=150), now=NOW)
    assert (waits.outcome, waits.cause) == ("wait", "labels")
    assert "50 more new labels" in waits.missing[0]


@pytest.mark.parametrize(
    ("given", "cause"),
    [
        ({"live": None}, "nothing live"),
        ({"paused": "x"}, "paused"),
        ({"frozen": "x"}, "frozen"),
        ({"rollout": 2}, "rollout"),
    ],
)
def test_what_is_in_the_way_is_named_even_to_a_person(given: dict[str, object], cause: str) -> None:
    found = decide_loop(POLICY, replace(FACTS, triggers=(MANUAL,), **given), now=NOW)  # type: ignore[arg-type]
    assert (found.outcome, found.cause) == ("wait", cause)


def test_the_cooldown_holds_everybody_but_a_person() -> None:
    recent = NOW - timedelta(days=3)
    assert verdict(began_at=recent) == "wait"
    assert verdict(began_at=recent, triggers=(MANUAL,), n_new_labels=0) == "retrain"
    assert verdict(began_at=NOW - timedelta(days=7)) == "retrain"


def test_a_promise_that_broke_while_no_input_moved_asks_an_expert_once() -> None:
    fell = {"fell": ("recall of security",), "inputs_moved": ()}
    asked = decide_loop(POLICY, replace(FACTS, **fell), now=NOW)  # type: ignore[arg-type]
    assert (asked.outcome, asked.cause) == ("ask", "concept drift")
    assert verdict(**fell, reviewed=(asked.question,)) == "retrain"
    assert verdict(fell=("recall of security",)) == "retrain", "inputs moved: training on the new ones may mend it"


def test_a_class_that_nobody_declared_asks_only_where_nothing_else_does() -> None:
    assert verdict(triggers=(NEW,), inputs_moved=()) == "ask"
    assert verdict(triggers=(NEW, DRIFT)) == "retrain"


def test_calibration_alone_is_mended_alone_only_where_the_ranking_is_shown_unmoved() -> None:
    moved = replace(DRIFT, subject="calibration")
    alone = {"triggers": (moved,), "inputs_moved": (), "calibration_moved": ("calibration",), "accuracy_before": 0.91}
    found = decide_loop(POLICY, replace(FACTS, accuracy=WELL, **alone), now=NOW)  # type: ignore[arg-type]
    assert found.outcome == "recalibrate"
    assert "0.900 [0.880, 0.920] of 900 labels, 0.910 on the sealed rows" in found.reasons[0]
    assert verdict(**alone) == "retrain", "no labels show that the ranking is as it was"
    assert verdict(**(alone | {"accuracy_before": 0.99}), accuracy=WELL) == "retrain"
    assert verdict(**alone, accuracy=WELL, answers_moved=("billing",)) == "retrain"


@given(facts=facts_of)
def test_every_decision_replays_and_never_acts_against_what_blocks(facts: LoopFacts) -> None:
    found = decide_loop(POLICY, facts, now=NOW)
    stored = loop_decision(POLICY, facts, found, decision_id="D", at=NOW, task="desk")
    assert replay_loop(stored) == stored
    assert (found.outcome == "wait") == bool(found.missing and found.outcome != "ask")
    if found.outcome in {"retrain", "recalibrate"}:
        assert facts.triggers
        assert facts.live is not None
        assert (facts.paused, facts.frozen, facts.rollout) == ("", "", None)
        by_hand = MANUAL in facts.triggers
        assert by_hand or facts.began_at is None or facts.began_at + timedelta(days=7) <= NOW
        assert by_hand or found.outcome == "recalibrate" or facts.n_new_labels >= POLICY.min_new_labels


@given(facts=facts_of, more=st.integers(1, 500))
def test_more_labels_never_turn_a_retraining_into_a_wait(facts: LoopFacts, more: int) -> None:
    before = decide_loop(POLICY, facts, now=NOW).outcome
    after = decide_loop(POLICY, replace(facts, n_new_labels=facts.n_new_labels + more), now=NOW).outcome
    assert before == after or (before, after) == ("wait", "retrain")
