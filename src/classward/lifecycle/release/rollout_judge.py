"""The verdict on a rollout: a pure function of what was declared, how far it is, and what is known."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import log

import numpy as np

from classward.domain import ClassEvidence, JudgedClass, Rollout, RolloutEvidence, RolloutVerdict
from classward.lifecycle.release.rollout_figures import RULES, figure_in_words, loss_of
from classward.statistics import bets_against, evidence_of_loss, evidence_of_no_loss, log_wealth, pairs_needed

__all__ = ["judge_rollout"]

_MOST_DAYS_AHEAD = 36_500.0
_SURE_OF_SHARE = 200


def judge_rollout(
    rollout: Rollout, evidence: RolloutEvidence, *, now: datetime, is_frozen: bool = False, most_weight: float = 1.0
) -> RolloutVerdict:
    """Advance, hold, abort or ask a person. What is missing never counts in favour, and what speaks against always counts.

    In this order: the candidate failed on a row; a class is shown to lose more than it wins, and by more than the margin;
    the canary is shown to miss the promise of a class (both on whatever labels have come, in every stage, paused or not);
    versions differ more than the policy allows (asks); pauses and freezes; traffic, time and rows of this stage; and
    that every judged class is shown to lose less than the margin, on mature labels.

    A candidate that is no worse on any class and keeps its promises is rolled back with a chance of at most
    ``policy.false_rollback`` over all looks: half of it is shared by the comparisons, half by the promises. One that
    loses the margin on some class passes with a chance of at most ``policy.false_promotion``.

    Parameters
    ----------
    rollout, evidence
        As folded from the journal, and as counted from the records.
    now : datetime
        Aware time; a clock that jumped back makes it wait.
    is_frozen : bool
        Whether changes are frozen: it then holds at best.
    most_weight : float
        Largest weight of a label that counts.
    """
    if not rollout.is_under_way:
        return RolloutVerdict(outcome="hold", cause="ended", reasons=(f"the rollout is {rollout.stage}",))
    bad = _against(rollout, evidence, most_weight)
    if bad is not None:
        return bad
    asked = _odd(rollout, evidence)
    if asked is not None:
        return asked
    if rollout.is_paused:
        return RolloutVerdict(outcome="hold", cause="paused", reasons=(f"paused: {rollout.why}",))
    if is_frozen:
        return RolloutVerdict(outcome="hold", cause="frozen", reasons=("changes are frozen",))
    return _ripe(rollout, evidence, now, most_weight)


def _against(rollout: Rollout, evidence: RolloutEvidence, most_weight: float) -> RolloutVerdict | None:
    for rule, reasons in (
        ("failures", tuple(_failed(evidence))),
        ("quality", tuple(_worse(rollout, evidence, most_weight))),
        ("burn", tuple(_burning(rollout, evidence))),
    ):
        question = f"{rule}: {'; '.join(reasons)}" if rule == "failures" else rule
        if not reasons or question in rollout.accepted:
            continue
        outcome = "ask" if rule in rollout.policy.pause_on else "abort"
        return RolloutVerdict(outcome=outcome, cause=rule, reasons=reasons, question=question)
    return None


def _failed(evidence: RolloutEvidence) -> Iterator[str]:
    if evidence.n_failures:
        yield f"{RULES['failures']}: {evidence.failures} ({evidence.n_failures:,} times); callers got the stable version"


def _worse(rollout: Rollout, evidence: RolloutEvidence, most_weight: float) -> Iterator[str]:
    level = log(2.0 * len(rollout.classes) / rollout.policy.false_rollback)
    names = {c.name for c in rollout.classes}
    for one in evidence.classes:
        if one.class_name not in names or loss_of(one.pairs) <= rollout.policy.margin:
            continue
        found = evidence_of_loss(one.pairs, most_weight=most_weight)
        if found >= level:
            yield f"{RULES['quality']}: {figure_in_words(one)}; evidence {found:.1f} of {level:.1f} nats"


def _burning(rollout: Rollout, evidence: RolloutEvidence) -> Iterator[str]:
    promised = {c.name: c.promised for c in rollout.classes if c.promised is not None}
    for one in evidence.classes:
        floor = promised.get(one.class_name)
        if floor is None or not one.n_canary:
            continue
        level = log(2.0 * len(promised) / rollout.policy.false_rollback)
        bets = bets_against(floor, is_floor=True)
        found = float(log_wealth(bets.log_factors(np.array(one.n_canary_hits), np.array(one.n_canary))))
        if found >= level:
            yield (
                f"{RULES['burn']}: recall of {one.class_name!r} is {one.n_canary_hits} of {one.n_canary} on the canary, "
                f"promised {floor:.2f}; evidence {found:.1f} of {level:.1f} nats"
            )


def _odd(rollout: Rollout, evidence: RolloutEvidence) -> RolloutVerdict | None:
    """Disagreement is no proof of harm: a person is asked, once at each step."""
    most = rollout.policy.most_disagreement
    if "disagreement" in rollout.accepted or evidence.n_pairs < _SURE_OF_SHARE:
        return None
    share = evidence.n_differ / evidence.n_pairs
    if share <= most:
        return None
    said = f"the versions differ on {share:.0%} of {evidence.n_pairs:,} rows, the policy allows {most:.0%}"
    return RolloutVerdict(outcome="ask", cause="disagreement", reasons=(said,), question="disagreement")


def _ripe(rollout: Rollout, evidence: RolloutEvidence, now: datetime, most_weight: float) -> RolloutVerdict:
    policy, stage = rollout.policy, rollout.stage
    least = policy.shadow_days if stage == "shadow" else policy.soak_days if rollout.is_last_step else policy.step_days
    due = rollout.stage_since + timedelta(days=least)
    missing, dates, causes = [], [due], []
    if now < due:
        causes.append("time")
        missing.append(f"{least:g} days of {stage} are not over before {due:%Y-%m-%d %H:%M} UTC")
    if not evidence.n_answers:
        causes.append("no traffic")
        missing.append("no traffic: no request was answered since this stage began")
    elif evidence.n_candidate < policy.min_rows:
        causes.append("too little traffic")
        missing.append(f"too little traffic: {evidence.n_candidate} of {policy.min_rows} rows for the candidate")
    level = log(1.0 / policy.false_promotion)
    known = {one.class_name: one for one in evidence.classes}
    reasons = []
    for judged in rollout.classes:
        one = known.get(judged.name) or ClassEvidence(class_name=judged.name)
        if evidence_of_no_loss(one.mature, margin=policy.margin, most_weight=most_weight) >= level:
            reasons.append(f"{figure_in_words(one)}: loses less than {policy.margin:g}")
            continue
        causes.append(f"evidence:{judged.name}")
        said, date = _needed(judged, one, rollout, level, now)
        missing.append(said)
        if date is not None:
            dates.append(date)
    if missing:
        held = ("not enough evidence" if any(c.startswith("evidence") for c in causes) else "waiting",)
        return RolloutVerdict(
            outcome="hold", cause=", ".join(causes), reasons=held, missing=tuple(missing), not_before=max(dates)
        )
    if _is_at_limit(rollout) and "limit" not in rollout.accepted:
        said = f"it may go no further than {policy.limit} by itself, and everything asked for is there"
        return RolloutVerdict(outcome="ask", cause="limit", reasons=(said, *reasons), question="limit")
    return RolloutVerdict(outcome="advance", cause="evidence", reasons=tuple(reasons))


def _is_at_limit(rollout: Rollout) -> bool:
    """Whether the next step is one that needs a person."""
    if rollout.policy.limit == "shadow":
        return rollout.stage == "shadow"
    following = 0 if rollout.stage == "shadow" else rollout.step + 1
    return rollout.policy.limit == "canary" and following == len(rollout.policy.steps) - 1


def _needed(
    judged: JudgedClass, one: ClassEvidence, rollout: Rollout, level: float, now: datetime
) -> tuple[str, datetime | None]:
    n_more = pairs_needed(one.mature, margin=rollout.policy.margin, level=level)
    have = sum(t.n for t in one.mature)
    what = f"{judged.name}: {have} mature labels"
    if n_more is None:
        return f"{what}; as they go, no number of labels would show that it loses less than the margin", None
    if one.labels_per_day <= 0.0:
        return f"{what}, needs about {n_more} more; none come, so no date can be told", None
    days = n_more / one.labels_per_day + rollout.policy.maturity_days
    if days > _MOST_DAYS_AHEAD:
        return f"{what}, needs about {n_more} more; at this rate not within a hundred years", None
    date = now + timedelta(days=days)
    return f"{what}, needs about {n_more} more: about {date:%Y-%m-%d}", date
