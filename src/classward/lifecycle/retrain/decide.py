"""Retrain, recalibrate only, wait, ask a person, or do nothing: a pure function of recorded facts and declared policy."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from classward.domain import (
    Decision,
    LoopFacts,
    LoopPolicy,
    LoopVerdict,
    canonical_json,
    content_hash,
    to_plain,
)
from classward.lifecycle.retrain.facts import facts_from_plain

__all__ = ["decide_loop", "loop_decision", "replay_loop"]

_ERROR = "something that asks having fired for nothing, a year (0: nothing was inferred)"


def decide_loop(policy: LoopPolicy, facts: LoopFacts, *, now: datetime) -> LoopVerdict:
    """Say what is to be done about what asks for a retraining.

    In this order: nothing asks (``no``); nothing is live, a pause, a freeze or a rollout under way (``wait``); a person asks
    (``retrain``); the cooldown (``wait``); promises broke while no input moved, so what classes mean may have changed
    (``ask``); a class that nobody declared is all that asks (``ask``); only calibration moved and the live version is
    shown to be right as often as on its sealed rows (``recalibrate``); too few new labels (``wait``); else ``retrain``.

    A question that a person answered is not asked again. What is missing never counts in favour: without labels that show
    the ranking unmoved there is no ``recalibrate``.

    Parameters
    ----------
    now : datetime
        Aware time; only the cooldown looks at it.
    """
    if not facts.triggers:
        return LoopVerdict(outcome="no", cause="nothing asks", reasons=("nothing asks for a retraining",))
    asks = tuple(t.cause for t in facts.triggers)
    for cause, said in _in_the_way(facts):
        return LoopVerdict(outcome="wait", cause=cause, reasons=asks, missing=(said,))
    if any(t.kind == "manual" for t in facts.triggers):
        return LoopVerdict(outcome="retrain", cause="manual", reasons=asks)
    if facts.began_at is not None and now < facts.began_at + timedelta(days=policy.cooldown_days):
        until = facts.began_at + timedelta(days=policy.cooldown_days)
        said = f"the cooldown after the last run is not over before {until:%Y-%m-%d %H:%M} UTC"
        return LoopVerdict(outcome="wait", cause="cooldown", reasons=asks, missing=(said,), not_before=until)
    return _asked(facts) or _calibration_alone(facts) or _with_labels(policy, facts)


def loop_decision(
    policy: LoopPolicy, facts: LoopFacts, verdict: LoopVerdict, *, decision_id: str, at: datetime, task: str
) -> Decision:
    """Put a verdict into a decision that can be replayed."""
    inputs = canonical_json({"policy": to_plain(policy), "facts": to_plain(facts)})
    return Decision(
        id=decision_id, at=at, task=task, verb="retrain", verdict=verdict.outcome, reasons=verdict.reasons,
        error_rate=min(1.0, sum(t.error_rate for t in facts.triggers)), error_rate_of=_ERROR, inputs=inputs,
        inputs_hash=content_hash(inputs), missing=verdict.missing,
    )  # fmt: skip


def replay_loop(stored: Decision) -> Decision:
    """Decide again from the stored inputs; equal to ``stored`` unless record or code changed."""
    inputs = json.loads(stored.inputs)
    policy, facts = LoopPolicy(**inputs["policy"]), facts_from_plain(inputs["facts"])
    verdict = decide_loop(policy, facts, now=stored.at)
    return loop_decision(policy, facts, verdict, decision_id=stored.id, at=stored.at, task=stored.task)


def _in_the_way(facts: LoopFacts) -> Iterator[tuple[str, str]]:
    if facts.live is None:
        yield "nothing live", "a version that is live: what is live decides what to compare with"
    if facts.paused:
        yield "paused", f"the loop is paused: {facts.paused}"
    if facts.frozen:
        yield "frozen", f"changes are frozen: {facts.frozen}"
    if facts.rollout is not None:
        yield "rollout", f"the rollout of version {facts.rollout} is under way"


def _asked(facts: LoopFacts) -> LoopVerdict | None:
    concept = f"concept:{','.join(sorted(facts.fell))}"
    if facts.fell and not facts.inputs_moved and concept not in facts.reviewed:
        said = (
            f"{', '.join(facts.fell)} fell while no input moved: what the classes mean may have changed, "
            "and training on labels that contradict each other mends nothing"
        )
        shown = f" (classward why: {', '.join(facts.missed)})" if facts.missed else ""
        missing = f"an expert who looks at the missed rows{shown} and at the label guide"
        return LoopVerdict(outcome="ask", cause="concept drift", reasons=(said,), missing=(missing,), question=concept)
    names = sorted(t.subject for t in facts.triggers if t.kind == "new class")
    question = f"new class:{','.join(names)}"
    if names and len(names) == len(facts.triggers) and question not in facts.reviewed:
        missing = "somebody who says whether it is a class, and adds rows of it to the training table"
        reasons = tuple(t.cause for t in facts.triggers)
        return LoopVerdict(outcome="ask", cause="new class", reasons=reasons, missing=(missing,), question=question)
    return None


def _calibration_alone(facts: LoopFacts) -> LoopVerdict | None:
    moved = facts.inputs_moved or facts.answers_moved or facts.fell
    if not facts.calibration_moved or moved or any(t.kind != "drift" for t in facts.triggers):
        return None
    interval, before = facts.accuracy.interval, facts.accuracy_before
    if interval is None or before is None or interval.low < before - facts.margin:
        return None
    said = (
        f"confidence moved ({', '.join(facts.calibration_moved)}), the order of the classes did not: right on "
        f"{facts.accuracy.value:.3f} [{interval.low:.3f}, {interval.high:.3f}] of {facts.accuracy.n:,} labels, "
        f"{before:.3f} on the sealed rows; inputs and answers have not moved"
    )
    return LoopVerdict(outcome="recalibrate", cause="calibration alone", reasons=(said,))


def _with_labels(policy: LoopPolicy, facts: LoopFacts) -> LoopVerdict:
    asks = tuple(t.cause for t in facts.triggers)
    if facts.n_new_labels < policy.min_new_labels:
        n = policy.min_new_labels - facts.n_new_labels
        said = f"{n:,} more new labels: {facts.n_new_labels:,} of {policy.min_new_labels:,} have come"
        return LoopVerdict(outcome="wait", cause="labels", reasons=asks, missing=(said,))
    return LoopVerdict(outcome="retrain", cause="asked for", reasons=asks)
