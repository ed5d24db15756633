from __future__ import annotations

from datetime import UTC, datetime

from classward.domain import PairedCounts
from classward.lifecycle.release import decide_replacement, replay_replacement

AT = datetime(2026, 11, 23, tzinfo=UTC)


def pair(name: str, won: int, lost: int, both: int = 200) -> PairedCounts:
    return PairedCounts(class_name=name, n=both + won + lost, n_both=both, n_only_candidate=won, n_only_live=lost)


def decide(*counts: PairedCounts, alpha: float = 0.05):  # type: ignore[no-untyped-def]
    decision, _ = decide_replacement(counts, critical=["a"], alpha=alpha, decision_id="d", at=AT, task="t")
    return decision


def test_the_four_verdicts() -> None:
    assert decide(pair("(all)", 60, 10), pair("a", 30, 5), pair("b", 30, 5)).verdict == "better"
    assert decide(pair("(all)", 60, 40), pair("a", 0, 35), pair("b", 60, 5)).verdict == "worse"
    assert decide(pair("(all)", 30, 30), pair("a", 15, 15), pair("b", 15, 15)).verdict == "no difference shown"
    assert decide(pair("(all)", 2, 1), pair("a", 1, 0), pair("b", 1, 1)).verdict == "not enough evidence"


def test_the_error_rate_is_shared_by_whole_and_classes() -> None:
    lone = [pair("(all)", 15, 5), pair("a", 0, 0), pair("b", 15, 5)]  # p = 0.041 for the whole: between 0.025 and 0.05
    assert decide(*lone, alpha=0.05).verdict != "better"
    assert decide(*lone, alpha=0.10).verdict == "better"


def test_a_critical_class_without_evidence_is_named_as_missing() -> None:
    decision = decide(pair("(all)", 60, 10), pair("a", 1, 0), pair("b", 59, 10))
    assert any(missing.startswith("a:") for missing in decision.missing)


def test_a_decision_replays_from_its_inputs() -> None:
    decision = decide(pair("(all)", 60, 10), pair("a", 30, 5), pair("b", 30, 5))
    assert replay_replacement(decision) == decision
