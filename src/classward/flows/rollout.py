"""Rollouts: begin one, judge it with every tick, and what a person may say about it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from classward.domain import (
    WHOLE_TRAFFIC,
    Decision,
    Event,
    EventDraft,
    JudgedClass,
    Rollout,
    RolloutEvidence,
    RolloutVerdict,
    Task,
    canonical_json,
    content_hash,
    parse_time,
    to_plain,
)
from classward.errors import JournalError, Refused, UsageError
from classward.flows.compatible import check_compatible
from classward.flows.context import Context, draft, note
from classward.flows.deploy import rollback
from classward.flows.gate_standing import require_gate
from classward.flows.rollout_evidence import gather
from classward.flows.versions import registry_state, require_live
from classward.lifecycle.evaluate.stored import restored
from classward.lifecycle.release import (
    Move,
    RegistryState,
    after_rollbacks,
    check_readable,
    check_transition,
    judge_rollout,
    move_for,
    next_move,
    rollout_from_plain,
    routes_of,
)

__all__ = [
    "RolloutLook", "abort", "begin", "freeze", "judge_now", "pause", "promote", "replay_rollout", "resume", "thaw",
    "tick_rollout",
]  # fmt: skip

_TRIES = 5
_REMEMBERED_DAYS = 90.0
_BY_EVIDENCE = ("failures", "quality", "burn")


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutLook:
    """One look at a rollout: where it stood, what is known, the verdict, and the decision if it was recorded."""

    rollout: Rollout
    evidence: RolloutEvidence
    verdict: RolloutVerdict
    decision: Decision | None = None


def begin(ctx: Context, number: int, *, first: str = "shadow", because: str = "", limit: str = "full") -> Event:
    """Begin to replace the live version by a candidate, in ``shadow`` or (with a reason) at once as ``canary``.

    Both bundles are read and compared before any traffic moves. The policy of the task file is stored with the rollout and
    stays its own: a change of the file meanwhile is for the next one. ``limit`` is how far it goes before it asks a person.

    Raises
    ------
    UsageError
        CW901 if shadow is left out without a reason.
    Refused
        CW837 while changes are frozen, CW838 while another rollout is under way, CW804 if the version is live,
        CW835 and CW836 if it has other classes or wants other inputs, CW608 if it is in quarantine, CW110 if one of its
        classes was split since, CW870 to CW872 if the gate is required and was not passed.
    ArtifactError
        If a bundle was edited or is damaged; routes stay as they are.
    """
    if first != "shadow":
        _require_reason(because, "leaving out shadow")
    head = ctx.journal.head()
    state = registry_state(ctx.journal, ctx.task.name)
    _require_thawed(state)
    if state.rollout is not None:
        raise Refused(
            "CW838", f"a rollout of version {state.rollout.candidate} is under way",
            got=f"version {number} was to begin", why="each needs the other's traffic and labels, and evidence would mix",
            fix="classward rollout status; end it with 'classward rollout abort --because …'",
        )  # fmt: skip
    candidate, live = state.stored_version(number), require_live(state)
    if live.version == number:
        raise Refused("CW804", f"version {number} is live already", fix="nothing to do; 'classward status' shows it")
    check_transition(state, number, first)
    require_gate(ctx, candidate, state)
    check_compatible(ctx, candidate, state.stored_version(live.version), taxonomy=state.taxonomy)
    policy = after_rollbacks(replace(ctx.task.rollout, limit=limit), _n_rollbacks(state, ctx.clock.now()))
    plan = {
        "candidate": number, "candidate_hash": candidate.bundle_hash, "stable": live.version,
        "stable_hash": live.bundle_hash, "policy": to_plain(policy), "classes": to_plain(_judged(ctx.task)),
    }  # fmt: skip
    rollout_id = ctx.ids.new()
    made = Rollout(
        id=rollout_id, candidate=number, candidate_hash=candidate.bundle_hash, stable=live.version,
        stable_hash=live.bundle_hash, policy=policy, classes=(), began_at=ctx.clock.now(), began_seq=0, stage=first,
        stage_since=ctx.clock.now(),
    )  # fmt: skip
    payload = {
        "routes": to_plain(routes_of(made, Move(stage=first))), "was": live.version, "mode": "rollout",
        "is_override": first != "shadow",
        "rollout": {"id": rollout_id, "stage": first, "step": 0, "cause": "begin", "plan": plan},
    }  # fmt: skip
    why = because or f"rollout of version {number} begins in {first}"
    return ctx.journal.append(draft(ctx, "deployed", payload, why=why), expected=head)[0]


def judge_now(ctx: Context, *, now: datetime) -> RolloutLook | None:
    """Look at the rollout under way without recording anything; ``None`` if there is none."""
    state = registry_state(ctx.journal, ctx.task.name)
    if state.rollout is None:
        return None
    evidence = gather(ctx, state.rollout, state.taxonomy, now=now)
    number = state.rollout.candidate
    unfit = "; ".join(map(state.taxonomy.told, state.lost_classes(number)))
    banned = dict(state.quarantined).get(number)
    if banned is not None:
        unfit = f"it is in quarantine: {banned}"
    if unfit:
        evidence = replace(evidence, n_failures=evidence.n_failures + 1, failures=unfit)
    verdict = judge_rollout(
        state.rollout, evidence, now=now, is_frozen=bool(state.frozen), most_weight=ctx.task.alerts.most_label_weight
    )
    return RolloutLook(rollout=state.rollout, evidence=evidence, verdict=verdict)


def tick_rollout(ctx: Context, *, now: datetime) -> RolloutLook | None:
    """Judge the rollout under way; record the verdict when it says something new, with the change of routes it makes.

    Verdict and routes are one transaction that fails if the journal moved on meanwhile (a person aborted, say): the next
    tick then sees what they did.
    """
    head = ctx.journal.head()
    look = judge_now(ctx, now=now)
    if look is None:
        return None
    state = registry_state(ctx.journal, ctx.task.name)
    move = move_for(look.rollout, look.verdict)
    said = f"{look.verdict.outcome}: {look.verdict.cause}"
    if move is None and said == look.rollout.said:
        return look
    decision = _decision(ctx, look, now=now, is_frozen=bool(state.frozen))
    payload = {
        "rollout_id": look.rollout.id, "outcome": look.verdict.outcome, "question": look.verdict.question, "said": said,
        "decision": to_plain(decision),
    }  # fmt: skip
    why = "; ".join((*look.verdict.reasons, *look.verdict.missing))
    drafts = [draft(ctx, "rollout_judged", payload, why=why)]
    if move is not None:
        drafts.append(_change(ctx, look.rollout, move, why=why, decision_id=decision.id))
    try:
        ctx.journal.append(*drafts, expected=head)
    except JournalError as error:
        if error.code != "CW601":
            raise
        return replace(look, verdict=replace(look.verdict, outcome="hold", cause="journal moved on"))
    return replace(look, decision=decision)


def pause(ctx: Context, *, because: str) -> Event:
    """Keep a rollout where it is; what speaks against the candidate still rolls it back."""
    _require_reason(because, "a pause")
    return note(ctx, "rollout_paused", {"rollout_id": _under_way(ctx).id}, why=because)


def resume(ctx: Context, *, because: str) -> Event:
    """Let a paused rollout go on; a question that it asked counts as answered for this step."""
    _require_reason(because, "going on")
    return note(ctx, "rollout_resumed", {"rollout_id": _under_way(ctx).id}, why=because)


def promote(ctx: Context, *, because: str, is_full: bool = False) -> Event:
    """Take one step without waiting for evidence, or all of them with ``is_full``; recorded as a person's decision.

    The candidate is judged on at the new step, and can be rolled back, until the soak is over.

    Raises
    ------
    Refused
        CW834 if no rollout is under way, CW837 while changes are frozen, CW110 if a class of the candidate was split.
    """
    _require_reason(because, "a promotion without evidence")
    head = ctx.journal.head()
    state = registry_state(ctx.journal, ctx.task.name)
    _require_thawed(state)
    rollout = _under_way(ctx)
    check_readable(state, rollout.candidate)
    move = next_move(rollout, is_full=is_full, cause=f"promoted by {ctx.actor}")
    return ctx.journal.append(_change(ctx, rollout, move, why=because), expected=head)[0]


def abort(ctx: Context, *, because: str) -> Event:
    """Give all traffic back to the stable version, in whatever state the rollout is; wins over every other command.

    After a rollout has ended with its candidate live this is a rollback.

    Raises
    ------
    Refused
        CW834 if there is nothing to abort.
    """
    _require_reason(because, "an abort")
    for left in reversed(range(_TRIES)):
        head = ctx.journal.head()
        state = registry_state(ctx.journal, ctx.task.name)
        last = state.rollouts[-1] if state.rollouts else None
        try:
            if last is not None and last.stage == "finished" and state.live and state.live.version == last.candidate:
                return rollback(ctx, because=because)
            move = Move(stage="aborted", cause=f"aborted by {ctx.actor}")
            return ctx.journal.append(_change(ctx, _under_way(ctx), move, why=because), expected=head)[0]
        except JournalError as error:  # somebody else wrote meanwhile: an abort tries again, it does not give way
            if error.code != "CW601" or not left:
                raise
    raise AssertionError("unreachable")


def freeze(ctx: Context, *, because: str) -> Event:
    """Let nothing be promoted or deployed until the freeze is lifted; aborts and rollbacks stay possible."""
    _require_reason(because, "a freeze")
    return note(ctx, "frozen", {}, why=because)


def thaw(ctx: Context, *, because: str) -> Event:
    """Lift a freeze.

    Raises
    ------
    Refused
        CW840 if nothing is frozen.
    """
    _require_reason(because, "lifting a freeze")
    if not registry_state(ctx.journal, ctx.task.name).frozen:
        raise Refused("CW840", "nothing is frozen", fix="'classward history' tells what happened")
    return note(ctx, "unfrozen", {}, why=because)


def replay_rollout(plain: dict[str, Any]) -> tuple[Decision, bool]:
    """Decide a recorded verdict on a rollout again; say whether the answer is the same."""
    stored: Decision = restored(Decision, plain | {"at": parse_time(plain["at"])})
    inputs = json.loads(stored.inputs)
    verdict = judge_rollout(
        rollout_from_plain(inputs["rollout"]), restored(RolloutEvidence, inputs["evidence"]), now=stored.at,
        is_frozen=inputs["is_frozen"], most_weight=inputs["most_weight"],
    )  # fmt: skip
    is_same = (
        (verdict.outcome, verdict.reasons, verdict.missing) == (stored.verdict, stored.reasons, stored.missing)
        and content_hash(stored.inputs) == stored.inputs_hash
    )  # fmt: skip
    return stored, is_same


def _decision(ctx: Context, look: RolloutLook, *, now: datetime, is_frozen: bool) -> Decision:
    inputs = canonical_json(
        {
            "rollout": to_plain(look.rollout), "evidence": to_plain(look.evidence), "is_frozen": is_frozen,
            "most_weight": ctx.task.alerts.most_label_weight,
        }
    )  # fmt: skip
    policy, outcome = look.rollout.policy, look.verdict.outcome
    is_on = outcome == "advance"
    return Decision(
        id=ctx.ids.new(), at=now, task=ctx.task.name, verb="rollout", verdict=outcome, reasons=look.verdict.reasons,
        error_rate=policy.false_promotion if is_on else policy.false_rollback,
        error_rate_of=f"a candidate that loses {policy.margin:g} of a class passing, over all looks" if is_on else
        "a candidate that is no worse being rolled back, over all classes, rules and looks of this rollout",
        inputs=inputs, inputs_hash=content_hash(inputs), missing=look.verdict.missing,
    )  # fmt: skip


def _change(ctx: Context, rollout: Rollout, move: Move, *, why: str, decision_id: str = "") -> EventDraft:
    payload = {
        "routes": to_plain(routes_of(rollout, move)), "was": rollout.stable, "mode": "rollout",
        "is_override": not decision_id,
        "rollout": {"id": rollout.id, "stage": move.stage, "step": move.step, "cause": move.cause},
        "decision_id": decision_id,
    }  # fmt: skip
    return draft(ctx, "rolled_back" if move.stage == "aborted" else "deployed", payload, why=why)


def _judged(task: Task) -> tuple[JudgedClass, ...]:
    """Critical classes and those whose recall is promised, and the whole."""
    promised = {s.class_name: s.target for s in task.slos if s.indicator == "recall" and s.class_name is not None}
    names = dict.fromkeys((*task.critical, *promised))
    return (*(JudgedClass(name=n, promised=promised.get(n)) for n in names), JudgedClass(name=WHOLE_TRAFFIC))


def _n_rollbacks(state: RegistryState, now: datetime) -> int:
    since = now - timedelta(days=_REMEMBERED_DAYS)
    return sum(r.cause in _BY_EVIDENCE and r.ended_at is not None and r.ended_at >= since for r in state.rollouts)


def _under_way(ctx: Context) -> Rollout:
    rollout = registry_state(ctx.journal, ctx.task.name).rollout
    if rollout is None:
        raise Refused("CW834", "no rollout is under way", fix="classward deploy VERSION begins one")
    return rollout


def _require_thawed(state: RegistryState) -> None:
    if state.frozen:
        raise Refused(
            "CW837", "changes are frozen", got=state.frozen, why="a freeze lets nothing be deployed or promoted",
            fix='classward freeze --lift --because "…"; aborts and rollbacks are possible meanwhile',
        )  # fmt: skip


def _require_reason(because: str, what: str) -> None:
    if not because.strip():
        raise UsageError(
            "CW901", f"{what} needs a reason", got="no --because", why="who reads the journal later must know why",
            fix='add --because "…"',
        )  # fmt: skip
