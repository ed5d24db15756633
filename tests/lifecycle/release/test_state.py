"""The registry is a fold: the same from one pass, from two, and after a rebuild."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import GENESIS_HASH, Event, EventDraft, JournalHead, ModelVersion, canonical_json, to_plain
from classward.errors import Refused, UnknownVersion
from classward.lifecycle.release import (
    ALLOWED,
    check_chain,
    check_transition,
    fold_events,
    retain,
    rollback_target,
    version_states,
)

START = datetime(2026, 11, 1, tzinfo=UTC)


def chain(*facts: tuple[str, str, object]) -> list[Event]:
    events: list[Event] = []
    for i, (task, kind, payload) in enumerate(facts):
        draft = EventDraft(
            id=f"e{i}", at=START + timedelta(hours=i), task=task, kind=kind, actor="a", why=f"w{i}",
            payload=canonical_json(payload),
        )  # fmt: skip
        events.append(Event.chained(draft, seq=i + 1, prev_hash=events[-1].hash if events else GENESIS_HASH))
    return events


def registered(number: int) -> tuple[str, str, object]:
    version = ModelVersion(
        task="t", version=number, bundle_hash=f"b{number}", task_hash="t", dataset_hash="d", label_space_hash="l",
        schema_hash="s", plan_hash="p", registered_at=START, registered_by="a", code_version="0",
        libraries=(("numpy", "2"),),
    )  # fmt: skip
    return ("t", "version_registered", to_plain(version))


def routed(number: int, kind: str = "deployed") -> tuple[str, str, object]:
    return ("t", kind, {"routes": [{"role": "live", "version": number, "bundle_hash": f"b{number}", "weight": 1.0}]})


STORY = chain(
    registered(1), routed(1), ("other", "deployed", {"routes": []}), registered(2), routed(2), routed(1, "rolled_back"),
    ("t", "holdout_read", {"rows_hash": "r"}), ("t", "holdout_read", {"rows_hash": "r"}),
)  # fmt: skip


def test_state_says_what_is_live_and_what_was() -> None:
    state = fold_events(STORY, task="t")
    assert [v.version for v in state.versions] == [1, 2]
    assert state.live is not None
    assert state.live.version == 1
    assert state.reads_of("r") == 2
    assert state.live_at(START) is None
    at_four = state.live_at(START + timedelta(hours=4, minutes=3))
    assert at_four is not None
    assert at_four.live is not None
    assert (at_four.live.version, at_four.why) == (2, "w4")


def test_other_tasks_do_not_matter() -> None:
    state = fold_events(STORY, task="other")
    assert state.live is None
    assert state.versions == ()


@given(st.integers(0, len(STORY)))
def test_folding_in_two_parts_is_folding_at_once(cut: int) -> None:
    first = fold_events(STORY[:cut], task="t")
    assert fold_events(STORY[cut:], task="t", state=first) == fold_events(STORY, task="t")


def test_unknown_version_names_those_that_exist() -> None:
    with pytest.raises(UnknownVersion, match="registered: 1, 2"):
        fold_events(STORY, task="t").version(9)


def test_an_intact_chain_has_no_problems() -> None:
    assert check_chain(STORY) == ()
    assert check_chain(STORY, noted=[JournalHead(seq=8, hash=STORY[7].hash)]) == ()


def test_an_altered_a_missing_and_a_cut_off_event_are_found() -> None:
    import dataclasses

    altered = [*STORY[:2], dataclasses.replace(STORY[2], why="forged"), *STORY[3:]]
    assert "event 3 (deployed) was altered" in check_chain(altered)
    assert any("missing" in p for p in check_chain([*STORY[:2], *STORY[3:]]))
    head = JournalHead(seq=8, hash=STORY[7].hash)
    assert check_chain(STORY[:7]) == ()
    assert check_chain(STORY[:7], noted=[head]) == (
        "the journal does not contain a head that was noted elsewhere (event 8): its end was cut off",
    )


def back_from(*more: tuple[str, str, object]) -> int | None:
    state = fold_events(chain(*(registered(n) for n in (1, 2, 3)), *(routed(n) for n in (1, 2, 3)), *more), task="t")
    target = rollback_target(state)
    kept = retain(state, now=START + timedelta(days=500), keep_newest=0, keep_days=0).kept
    promised = [k.version for k in kept if "a rollback returns to it" in k.reasons]
    assert promised == ([target.version] if target else []), "what a rollback needs is kept, and nothing else for it"
    return target.version if target else None


def test_a_second_rollback_goes_further_back_never_forward_again() -> None:
    back = "rolled_back"
    assert back_from() == 2
    assert back_from(routed(2, back)) == 1
    assert back_from(routed(2, back), routed(1, back)) is None
    assert back_from(routed(2, back), routed(3)) == 2
    assert back_from(routed(1)) == 3
    assert back_from(routed(1), routed(3, back), routed(2, back)) == 1
    assert back_from(routed(2, back), routed(3, back)) == 1, "as journals of before say it"


def test_a_rollback_passes_over_what_is_in_quarantine_or_collected() -> None:
    quarantined: tuple[str, str, object] = ("t", "quarantined", {"version": 2})
    collected: tuple[str, str, object] = ("t", "collected", {"bundles": ["b2"], "rule": "old"})
    assert back_from(quarantined) == 1
    assert back_from(collected) == 1
    assert back_from(collected, ("t", "quarantined", {"version": 1})) is None
    assert back_from(quarantined, routed(1, "rolled_back")) is None


def test_a_collected_bundle_that_is_stored_again_is_there_again() -> None:
    gone: tuple[str, str, object] = ("t", "collected", {"bundles": ["b2", "b1"], "rule": "old"})
    again: tuple[str, str, object] = ("t", "stored_again", {"version": 2, "bundle_hash": "b2"})
    state = fold_events(chain(registered(1), registered(2), gone, again), task="t")
    assert state.stored_version(2).version == 2
    with pytest.raises(Refused, match="CW830"):
        state.stored_version(1)


def gated(number: int, outcome: str) -> tuple[str, str, object]:
    return ("t", "gate_judged", {"bundle_hash": f"b{number}", "outcome": outcome})


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        ((), ["registered", "registered"]),
        ((gated(2, "passed"),), ["registered", "validated"]),
        ((gated(2, "passed"), gated(2, "failed")), ["registered", "registered"]),
        ((gated(2, "not enough evidence"),), ["registered", "registered"]),
        ((gated(1, "passed"), routed(1)), ["live", "registered"]),
        ((gated(1, "passed"), routed(1), gated(2, "passed"), routed(2)), ["retired", "live"]),
        ((gated(2, "passed"), ("t", "quarantined", {"version": 2})), ["registered", "quarantined"]),
    ],
)
def test_a_version_is_validated_by_the_gate_until_it_answers(
    facts: tuple[tuple[str, str, object], ...], states: list[str]
) -> None:
    state = fold_events(chain(registered(1), registered(2), *facts), task="t")
    assert [found.state for found in version_states(state)] == states


def test_every_state_that_is_seen_has_ways_out_and_none_leads_past_quarantine() -> None:
    assert {"registered", "validated", "shadow", "canary", "live", "retired", "quarantined"} == set(ALLOWED)
    assert all(to in ALLOWED for ways in ALLOWED.values() for to in ways)
    assert not {"shadow", "canary", "live"} & set(ALLOWED["quarantined"])
    state = fold_events(chain(registered(1), gated(1, "passed"), ("t", "quarantined", {"version": 1})), task="t")
    for to in ("shadow", "canary", "live"):
        with pytest.raises(Refused, match="CW608"):
            check_transition(state, 1, to)
    check_transition(fold_events(chain(registered(1), gated(1, "passed")), task="t"), 1, "shadow")
