"""Every criterion passes, fails, and says when it cannot tell."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from gate_makes import calibration, evidence, finding, floor, pair, part
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import GateEvidence, GatePolicy, PairedCounts, SealedFacts
from classward.lifecycle.evaluate.stored import restored
from classward.lifecycle.release import decide_gate, judge_gate

AT = datetime(2026, 11, 23, tzinfo=UTC)
POLICY = GatePolicy(slices=("country",))
SEALED = SealedFacts(n=500, is_sealed=True, n_reads=1, most_reads=20)
SHOWN = {"slices": (part(455, 500),)}


def outcome_of(name: str, **changes: Any) -> tuple[str, str]:
    """The outcome of the one criterion that changes, and that of the gate."""
    verdict = judge_gate(POLICY, evidence(**(SHOWN | changes)))
    found = {c.outcome for c in verdict.criteria if c.name == name}
    assert len(found) == 1, verdict
    return found.pop(), verdict.outcome


def test_a_version_about_which_everything_is_known_passes() -> None:
    verdict = judge_gate(POLICY, evidence(**SHOWN))
    assert verdict.outcome == "passed"
    assert {c.outcome for c in verdict.criteria} == {"passed"}


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sealed holdout", {"sealed": dataclasses.replace(SEALED, is_sealed=False)}),
        ("recall floor", {"floors": (floor(120, 200),)}),
        ("calibration", {"calibration": calibration("miscalibrated")}),
        ("slice", {"slices": (part(300, 500),)}),
        ("rollback drill", {"found": (finding("failed"),)}),
    ],
)
def test_what_is_shown_to_be_bad_fails_the_gate(name: str, changes: dict[str, Any]) -> None:
    assert outcome_of(name, **changes) == ("failed", "failed")


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("sealed holdout", {"sealed": dataclasses.replace(SEALED, n_reads=21)}),
        ("recall floor", {"floors": (floor(9, 10),)}),
        ("recall floor", {"floors": (floor(0, 0),)}),
        ("no worse than live", {"pairs": (), "no_pairs": "they share no unseen rows"}),
        ("calibration", {"calibration": calibration("not enough evidence")}),
        ("calibration", {"calibration": None}),
        ("slice", {"slices": (part(5, 5),)}),
        ("slice", {"slices": ()}),
        ("rollback drill", {"found": (finding("not tried"),)}),
    ],
)
def test_missing_evidence_is_never_success(name: str, changes: dict[str, Any]) -> None:
    assert outcome_of(name, **changes) == ("not enough evidence", "not enough evidence")


def test_a_class_that_loses_fails_however_good_the_whole_is() -> None:
    pairs = (pair("(all)", won=80, lost=30, both=800), pair("a", lost=30, both=70))
    verdict = judge_gate(POLICY, evidence(pairs=pairs, **SHOWN))
    assert [(c.subject, c.outcome) for c in verdict.of("failed")] == [("a", "failed")]


def test_a_loss_within_the_margin_is_no_loss() -> None:
    verdict = judge_gate(POLICY, evidence(pairs=(pair("(all)", lost=20, both=4000),), **SHOWN))
    assert verdict.outcome == "passed"


def test_few_rows_say_how_many_would_do() -> None:
    verdict = judge_gate(POLICY, evidence(pairs=(pair("(all)", both=17),), floors=(floor(9, 10),), **SHOWN))
    said = {c.name: c.said for c in verdict.of("not enough evidence")}
    assert "rows like these would show it" in said["no worse than live"]
    assert "rows would show it" in said["recall floor"]


def test_without_a_live_version_nothing_is_compared_and_it_is_told() -> None:
    verdict = judge_gate(POLICY, evidence(pairs=(), live=None, left_out=("no other version is live",), **SHOWN))
    assert verdict.outcome == "passed"
    assert verdict.left_out == ("no other version is live",)
    assert "no worse than live" not in {c.name for c in verdict.criteria}


def test_small_slices_are_named() -> None:
    verdict = judge_gate(POLICY, evidence(slices=(part(455, 500), part(1, 3))))
    assert verdict.outcome == "passed"
    assert any("3 sealed rows" in text for text in verdict.left_out)


def test_a_version_below_its_floor_passes_at_most_as_often_as_was_said() -> None:
    rng = np.random.default_rng(0)
    drawn, n_drawn = np.unique(rng.binomial(200, 0.7999, size=4000), return_counts=True)
    passed = [outcome_of("recall floor", floors=(floor(int(k), 200),))[0] == "passed" for k in drawn]
    assert n_drawn[np.array(passed)].sum() / 4000 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 4000)


def test_a_version_that_loses_the_margin_passes_at_most_about_as_often_as_was_said() -> None:
    rng = np.random.default_rng(1)
    policy = GatePolicy()
    n_passed = 0
    for both, won, lost, neither in rng.multinomial(300, [0.80, 0.02, 0.0701, 0.1099], size=600):
        counts = PairedCounts(
            class_name="(all)", n=int(both + won + lost + neither), n_both=int(both), n_only_candidate=int(won),
            n_only_live=int(lost),
        )  # fmt: skip
        n_passed += judge_gate(policy, evidence(pairs=(counts,))).outcome == "passed"
    assert n_passed / 600 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


outcomes = st.sampled_from(["passed", "failed", "not enough evidence", "nonsense"])
counts = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda k: (min(k), max(k)))


@st.composite
def anything(draw: st.DrawFn) -> GateEvidence:
    return evidence(
        floors=tuple(floor(*draw(counts), at=draw(st.sampled_from([0.1, 0.5, 0.9])))
                     for _ in range(draw(st.integers(0, 3)))),
        pairs=draw(st.sampled_from([(), (pair("(all)"),), (pair("(all)", both=3), pair("a", lost=2, both=0))])),
        no_pairs=draw(st.sampled_from(["", "worn out"])),
        calibration=draw(st.sampled_from([None, calibration(), calibration("miscalibrated")])),
        slices=tuple(part(*draw(counts)) for _ in range(draw(st.integers(0, 2)))),
        found=tuple(finding(draw(outcomes)) for _ in range(draw(st.integers(0, 3)))),
    )  # fmt: skip


@given(anything())
def test_the_verdict_follows_from_its_criteria_and_replays(known: GateEvidence) -> None:
    decision, verdict = decide_gate(POLICY, known, decision_id="d", at=AT, task="t")
    outcomes = [c.outcome for c in verdict.criteria]
    assert set(outcomes) <= {"passed", "failed", "not enough evidence"}
    assert (verdict.outcome == "passed") == (set(outcomes) == {"passed"})
    assert (verdict.outcome == "failed") == ("failed" in outcomes)
    assert len(decision.missing) == outcomes.count("not enough evidence")
    inputs = json.loads(decision.inputs)
    again = (restored(GatePolicy, inputs["policy"]), restored(GateEvidence, inputs["evidence"]))
    assert again == (POLICY, known)
    assert decide_gate(*again, decision_id="d", at=AT, task="t") == (decision, verdict)


@given(st.integers(1, 80), st.data())
def test_one_more_right_row_never_makes_a_floor_worse(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n - 1))
    order = ["failed", "not enough evidence", "passed"]
    ranks = [order.index(outcome_of("recall floor", floors=(floor(right, n),))[0]) for right in (k, k + 1)]
    assert ranks[0] <= ranks[1]
