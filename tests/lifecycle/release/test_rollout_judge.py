"""Verdicts on rollouts: nothing missing counts in favour, everything against counts always."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from rollout_makes import LATER, NOW, evidence, pairs, rollout

from classward.domain import JudgedClass, RolloutEvidence, RolloutPolicy
from classward.lifecycle.release import judge_rollout

GOOD, BAD = pairs(20, 960, 20), pairs(60, 200, 5)
STAGES = [
    rollout(),
    rollout(stage="canary", step=0),
    rollout(stage="canary", step=1),
    rollout(stage="canary", step=2),
]


@pytest.mark.parametrize("at", STAGES, ids=lambda r: f"{r.stage}{r.step}")
def test_evidence_for_every_class_and_time_advance(at: object) -> None:
    assert judge_rollout(at, evidence(*GOOD), now=LATER).outcome == "advance"  # type: ignore[arg-type]


@pytest.mark.parametrize("at", STAGES, ids=lambda r: f"{r.stage}{r.step}")
@pytest.mark.parametrize(
    "found",
    [
        RolloutEvidence(classes=()),
        RolloutEvidence(classes=(), n_answers=10**6, n_candidate=10**6),
        evidence(),
        evidence(*pairs(0, 5, 0)),
        evidence(*GOOD, mature=()),
        replace(evidence(*GOOD), classes=evidence(*GOOD).classes[1:]),
    ],
    ids=["nothing", "no labels", "no pairs", "five labels", "none mature", "one class unseen"],
)
def test_no_evidence_is_never_success(at: object, found: RolloutEvidence) -> None:
    verdict = judge_rollout(at, found, now=LATER + timedelta(days=4000))  # type: ignore[arg-type]
    assert (verdict.outcome, verdict.reasons) == ("hold", ("not enough evidence",))
    assert any("security" in said for said in verdict.missing)


def test_what_is_missing_is_told_with_labels_and_a_date() -> None:
    verdict = judge_rollout(rollout(), evidence(*pairs(1, 48, 1)), now=LATER)
    assert verdict.not_before is not None
    assert verdict.not_before > LATER + timedelta(days=20)
    assert "security: 50 mature labels, needs about" in verdict.missing[0]
    silent = replace(evidence(), classes=tuple(replace(c, labels_per_day=0.0) for c in evidence().classes))
    assert "none come" in judge_rollout(rollout(), silent, now=LATER).missing[0]


@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (evidence(*GOOD, n_answers=0, n_candidate=0), "no traffic"),
        (evidence(*GOOD, n_candidate=3), "too little traffic"),
    ],
)
def test_no_traffic_and_too_little_are_states_of_their_own(found: RolloutEvidence, cause: str) -> None:
    verdict = judge_rollout(rollout(), found, now=LATER)
    assert (verdict.outcome, verdict.cause) == ("hold", cause)


def test_time_is_waited_for_and_a_clock_that_jumps_back_waits() -> None:
    assert judge_rollout(rollout(), evidence(*GOOD), now=NOW + timedelta(days=13)).cause == "time"
    assert judge_rollout(rollout(), evidence(*GOOD), now=NOW - timedelta(days=900)).cause == "time"


@pytest.mark.parametrize("at", STAGES, ids=lambda r: f"{r.stage}{r.step}")
@pytest.mark.parametrize("is_paused", [False, True])
@pytest.mark.parametrize("is_frozen", [False, True])
@pytest.mark.parametrize(
    ("found", "cause"),
    [
        (evidence(*BAD, mature=()), "quality"),
        (evidence(*GOOD, canary=(30, 60)), "burn"),
        (evidence(*GOOD, n_failures=1, failures="cannot load: ArtifactError"), "failures"),
    ],
    ids=["worse", "promise", "failure"],
)
def test_what_speaks_against_it_aborts_everywhere(
    at: object, is_paused: bool, is_frozen: bool, found: RolloutEvidence, cause: str
) -> None:
    paused = replace(at, is_paused=is_paused, why="lunch")  # type: ignore[type-var]
    verdict = judge_rollout(paused, found, now=NOW, is_frozen=is_frozen)  # type: ignore[arg-type]
    assert (verdict.outcome, verdict.cause) == ("abort", cause), "labels need not be mature to roll back"


@pytest.mark.parametrize(("found", "rule"), [(evidence(*BAD), "quality"), (evidence(*GOOD, canary=(30, 60)), "burn")])
def test_a_rule_may_pause_and_ask_and_an_answer_is_not_asked_again(found: RolloutEvidence, rule: str) -> None:
    asking = rollout(policy=RolloutPolicy(pause_on=(rule,)))
    verdict = judge_rollout(asking, found, now=LATER)
    assert (verdict.outcome, verdict.question) == ("ask", rule)
    again = judge_rollout(replace(asking, accepted=(verdict.question,)), found, now=LATER)
    assert again.outcome != "ask"


def test_disagreement_asks_and_never_aborts_or_promotes() -> None:
    odd = evidence(*GOOD, n_pairs=1000, n_differ=400)
    assert judge_rollout(rollout(), odd, now=LATER).outcome == "ask"
    assert judge_rollout(rollout(accepted=("disagreement",)), odd, now=LATER).outcome == "advance"
    assert judge_rollout(rollout(), replace(odd, classes=()), now=LATER).outcome == "ask"
    assert judge_rollout(rollout(accepted=("disagreement",)), replace(odd, classes=()), now=LATER).outcome == "hold"


def test_a_loss_within_the_margin_is_no_reason_to_roll_back() -> None:
    slight = evidence(*pairs(900, 47_900, 300))
    assert judge_rollout(rollout(), slight, now=LATER).outcome == "advance"


def test_pauses_and_freezes_hold() -> None:
    assert judge_rollout(rollout(is_paused=True, why="x"), evidence(*GOOD), now=LATER).cause == "paused"
    assert judge_rollout(rollout(), evidence(*GOOD), now=LATER, is_frozen=True).cause == "frozen"


def test_an_ended_rollout_is_left_alone() -> None:
    for stage in ("aborted", "finished"):
        assert judge_rollout(rollout(stage=stage), evidence(*BAD), now=LATER).outcome == "hold"


def test_a_promise_exactly_on_target_at_150_classes_is_not_tripped_by_a_point_rule() -> None:
    many = rollout(classes=tuple(JudgedClass(name=f"c{i}", promised=0.8) for i in range(150)))
    found = evidence(*GOOD, canary=(12, 20))
    one = replace(found.classes[0], class_name="c7")
    assert judge_rollout(many, replace(found, classes=(one,)), now=LATER).outcome == "hold"
