"""The loop that closes: look, decide, record what is new, and what a person may say about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from classward.domain import Decision, Event, LoopFacts, LoopVerdict, content_hash, parse_time, to_plain
from classward.errors import JournalError, Refused, UsageError
from classward.flows.context import Context, draft, note
from classward.flows.loop_facts import gather_facts
from classward.lifecycle.evaluate.stored import restored
from classward.lifecycle.retrain import LoopState, decide_loop, fold_loop, loop_decision, replay_loop

__all__ = [
    "STEPS",
    "LoopLook",
    "ask",
    "judge_loop",
    "look_at_loop",
    "loop_state",
    "pause",
    "replay_loop_decision",
    "resume",
    "review",
]  # fmt: skip

STEPS = {"retrain": ("snapshot", "train", "gate", "rollout"), "recalibrate": ("recalibrate", "gate", "rollout")}
"""What a run does, by what was decided, in order; each step leaves an event."""
_LOOK_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopLook:
    """One look: the facts, the verdict, and the decision if it was recorded."""

    facts: LoopFacts
    verdict: LoopVerdict
    decision: Decision | None = None


def loop_state(ctx: Context) -> LoopState:
    """Where the loop of the task stands."""
    return fold_loop(ctx.journal.events(task=ctx.task.name), task=ctx.task.name)


def judge_loop(ctx: Context, *, now: datetime) -> LoopLook:
    """Look and decide without recording anything."""
    facts = gather_facts(ctx, loop_state(ctx), now=now)
    return LoopLook(facts=facts, verdict=decide_loop(ctx.task.loop, facts, now=now))


def look_at_loop(ctx: Context, *, now: datetime) -> LoopLook | None:
    """Decide, and record the decision when it says something new, with the run that it begins.

    ``None`` where nobody looks: the loop is off and nobody asked, a run is under way, or the last look was less than ten
    minutes ago and nobody asked since. For the holder of the lease of ``watch``.
    """
    head = ctx.journal.head()
    loop = loop_state(ctx)
    policy = ctx.task.loop
    if loop.run is not None or (policy.autonomy == "off" and not loop.requests):
        return None
    is_asked = any(loop.decided_at is None or r.at >= loop.decided_at for r in loop.requests)
    if not is_asked and not _is_due(ctx, now):
        return None
    look = judge_loop(ctx, now=now)
    ctx.leases.acquire(_last_look(ctx), "look", now=now, ttl_s=0.0)
    keys = sorted(t.key for t in look.facts.triggers)
    said = "" if look.verdict.outcome == "no" else f"{look.verdict.outcome}: {look.verdict.cause}: {', '.join(keys)}"
    begins = look.verdict.outcome in STEPS and (policy.autonomy not in {"off", "propose"} or bool(loop.requests))
    if said == loop.said and not begins:
        return look
    decision = loop_decision(
        policy, look.facts, look.verdict, decision_id=ctx.ids.new(), at=now, task=ctx.task.name
    )  # fmt: skip
    payload: dict[str, object] = {"decision": to_plain(decision), "said": said, "question": look.verdict.question}
    if begins:
        payload["run"] = {"autonomy": policy.autonomy, "live": look.facts.live, "steps": STEPS[look.verdict.outcome]}
    why = "; ".join((*look.verdict.reasons, *look.verdict.missing))
    try:
        ctx.journal.append(draft(ctx, "loop_decided", payload, why=why), expected=head)
    except JournalError as error:
        if error.code != "CW601":
            raise
        return None  # something was recorded meanwhile: the next round sees it
    return replace(look, decision=decision)


def ask(ctx: Context, *, because: str) -> Event:
    """Ask for a run, now; cooldown and number of labels do not count, a rollout under way and a freeze do.

    Raises
    ------
    UsageError
        CW901 without a reason.
    Refused
        CW725 if a run is under way.
    """
    _require_reason(because, "a run by hand")
    run = loop_state(ctx).run
    if run is not None:
        raise Refused(
            "CW725", "a run of the loop is under way", got=f"its next step is {run.next_step}",
            why="two runs would train on the same rows", fix="classward loop status; classward loop pause --because …",
        )  # fmt: skip
    return note(ctx, "loop_asked", {}, why=because)


def pause(ctx: Context, *, because: str) -> Event:
    """Begin no run and no further step; a step that is being made is finished, a rollout goes on."""
    _require_reason(because, "a pause")
    return note(ctx, "loop_paused", {}, why=because)


def resume(ctx: Context, *, because: str) -> Event:
    """Go on after a pause.

    Raises
    ------
    Refused
        CW726 if it is not paused.
    """
    _require_reason(because, "going on")
    if not loop_state(ctx).paused:
        raise Refused("CW726", "the loop is not paused", fix="classward loop status")
    return note(ctx, "loop_resumed", {}, why=because)


def review(ctx: Context, *, because: str) -> Event:
    """Answer what the loop asked an expert; the same is not asked again before the next run.

    Raises
    ------
    Refused
        CW727 if nothing is asked.
    """
    _require_reason(because, "an answer")
    question = loop_state(ctx).question
    if not question:
        raise Refused("CW727", "the loop asks nothing", fix="classward loop status")
    ctx.leases.acquire(_last_look(ctx), "look", now=ctx.clock.now() - _LOOK_EVERY, ttl_s=0.0)
    return note(ctx, "loop_reviewed", {"question": question}, why=because)


def replay_loop_decision(plain: dict[str, Any]) -> tuple[Decision, bool]:
    """Decide a recorded decision of the loop again; say whether the answer is the same."""
    stored: Decision = restored(Decision, plain | {"at": parse_time(plain["at"])})
    return stored, replay_loop(stored) == stored and content_hash(stored.inputs) == stored.inputs_hash


def _is_due(ctx: Context, now: datetime) -> bool:
    last = ctx.leases.until(_last_look(ctx))
    return last is None or not last <= now < last + _LOOK_EVERY


def _last_look(ctx: Context) -> str:
    return f"looped:{ctx.task.name}"


def _require_reason(because: str, what: str) -> None:
    if not because.strip():
        raise UsageError(
            "CW901", f"{what} needs a reason", got="no --because", why="who reads the journal later must know why",
            fix='add --because "…"',
        )  # fmt: skip
