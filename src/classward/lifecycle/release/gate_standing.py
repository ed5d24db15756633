"""Whether a version may be deployed, as far as the gate is concerned: a fold over the journal."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from classward.domain import PASSED, Event

__all__ = ["NEVER_JUDGED", "OUT_OF_DATE", "OVERRIDDEN", "GateStanding", "gate_standing", "overrides_of"]

NEVER_JUDGED, OUT_OF_DATE, OVERRIDDEN = "never judged", "out of date", "overridden"


@dataclass(frozen=True, slots=True, kw_only=True)
class GateStanding:
    """``state`` is the outcome of the last judgement, ``overridden``, ``out of date`` or ``never judged``."""

    state: str = NEVER_JUDGED
    decision_id: str = ""
    told: str = ""

    @property
    def may_pass(self) -> bool:
        """Whether the version passed, or a person took it upon themselves."""
        return self.state in {PASSED, OVERRIDDEN}


def gate_standing(
    events: Iterable[Event], *, task: str, bundle_hash: str, live_hash: str, policy_hash: str
) -> GateStanding:
    """Fold events into the standing of one bundle against the version that is live now.

    A judgement counts for the bundle, the live version and the criteria it was made with; another bundle with the same
    number, a change of what is live or of the criteria makes it out of date. An override counts for the situation it was
    given in, until anything is deployed or rolled back, or the gate judges again.

    Parameters
    ----------
    live_hash : str
        Bundle that is live now; empty when nothing is.
    policy_hash : str
        Of the criteria as they are declared now.
    """
    judged, override = GateStanding(), GateStanding()
    now = (live_hash, policy_hash)
    for event in events:
        if event.task != task:
            continue
        if event.kind in {"deployed", "rolled_back"}:
            override = GateStanding()
        elif event.kind in {"gate_judged", "gate_overridden"}:
            payload = json.loads(event.payload)
            if payload["bundle_hash"] != bundle_hash:
                continue
            is_now = (payload["live_hash"], payload["policy_hash"]) == now
            if event.kind == "gate_overridden":
                said = f"by {event.actor}: {event.why}"
                told = GateStanding(state=OVERRIDDEN, decision_id=payload["decision_id"], told=said)
                override = told if is_now else override
                continue
            judged = GateStanding(state=payload["outcome"], decision_id=payload["decision"]["id"], told=event.why)
            judged = judged if is_now else replace(judged, state=OUT_OF_DATE)
            override = GateStanding()
    return override if override.state == OVERRIDDEN else judged


def overrides_of(events: Iterable[Event], *, task: str, bundle_hash: str) -> tuple[str, ...]:
    """Every override that was ever given for a bundle, in words."""
    return tuple(
        f"{event.at:%Y-%m-%d %H:%M} UTC by {event.actor} ({json.loads(event.payload)['state']}): {event.why}"
        for event in events
        if event.task == task and event.kind == "gate_overridden"
        and json.loads(event.payload)["bundle_hash"] == bundle_hash
    )  # fmt: skip
