"""What a judgement is worth later, as events go on."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from classward.domain import GENESIS_HASH, Event, EventDraft
from classward.lifecycle.release import gate_standing, overrides_of

AT = datetime(2026, 11, 23, tzinfo=UTC)


def event(kind: str, *, bundle: str = "b", live: str = "l", policy: str = "p", outcome: str = "passed") -> Event:
    payload = {"bundle_hash": bundle, "live_hash": live, "policy_hash": policy, "outcome": outcome, "state": outcome,
               "decision": {"id": "d"}, "decision_id": "d", "version": 2}  # fmt: skip
    draft = EventDraft(id="e", at=AT, task="t", kind=kind, actor="ada", why="so", payload=json.dumps(payload))
    return Event.chained(draft, seq=1, prev_hash=GENESIS_HASH)


def state(*events: Event) -> str:
    return gate_standing(events, task="t", bundle_hash="b", live_hash="l", policy_hash="p").state


def test_the_last_judgement_counts() -> None:
    assert state() == "never judged"
    assert state(event("gate_judged", outcome="failed"), event("gate_judged")) == "passed"
    assert state(event("gate_judged"), event("gate_judged", outcome="failed")) == "failed"


def test_it_counts_for_its_bundle_live_version_and_criteria_alone() -> None:
    assert state(event("gate_judged", bundle="other")) == "never judged"
    assert state(event("gate_judged", live="other")) == "out of date"
    assert state(event("gate_judged", policy="other")) == "out of date"
    assert state(event("gate_judged"), event("gate_overridden", live="other")) == "passed"


def test_an_override_counts_until_something_happens() -> None:
    given = (event("gate_judged", outcome="failed"), event("gate_overridden", outcome="failed"))
    assert state(*given) == "overridden"
    assert state(*given, event("deployed")) == "failed"
    assert state(*given, event("rolled_back")) == "failed"
    assert state(*given, event("gate_judged", outcome="failed")) == "failed"
    assert state(event("gate_overridden", bundle="other")) == "never judged"


def test_overrides_stay_told() -> None:
    told = overrides_of([event("gate_overridden", outcome="failed"), event("deployed")], task="t", bundle_hash="b")
    assert told == ("2026-11-23 00:00 UTC by ada (failed): so",)


kinds = st.sampled_from(["gate_judged", "gate_overridden", "deployed", "rolled_back"])
several = st.lists(
    st.builds(event, kinds, bundle=st.sampled_from("bx"), live=st.sampled_from("lx"), policy=st.sampled_from("px"),
              outcome=st.sampled_from(["passed", "failed", "not enough evidence"])), max_size=12,
)  # fmt: skip


@given(several)
def test_nothing_passes_that_was_not_judged_so_or_overridden_here(events: list[Event]) -> None:
    standing = gate_standing(events, task="t", bundle_hash="b", live_hash="l", policy_hash="p")
    mine = [e for e in events if (p := json.loads(e.payload)) and (p["bundle_hash"], p["live_hash"], p["policy_hash"])
            == ("b", "l", "p") and e.kind.startswith("gate_")]  # fmt: skip
    if standing.may_pass:
        assert any(e.kind == "gate_overridden" or json.loads(e.payload)["outcome"] == "passed" for e in mine)
    if standing.state == "overridden":
        last = max(i for i, e in enumerate(events) if e in mine and e.kind == "gate_overridden")
        assert not any(e.kind in {"deployed", "rolled_back"} for e in events[last + 1 :])
