"""From paired evidence to a verdict on replacing the live version; pure, so it can be replayed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from classward.domain import Comparison, Decision, PairedCounts, canonical_json, content_hash, to_plain
from classward.lifecycle.release.judge import judge_pairs

__all__ = ["decide_replacement", "replay_replacement"]


def decide_replacement(
    counts: Sequence[PairedCounts],
    *,
    critical: Sequence[str],
    alpha: float,
    decision_id: str,
    at: datetime,
    task: str,
) -> tuple[Decision, tuple[Comparison, ...]]:
    """Say whether a candidate is better than the live version on the same labelled rows.

    The verdict is ``worse`` if any class is shown to be worse, ``better`` if the whole is shown to be better and no class
    worse, ``not enough evidence`` if even the most lopsided outcome could not have shown a difference, and otherwise
    ``no difference shown``, which is not a proof of equality. The chance of any false ``worse`` or ``better``, for the
    whole or a class, is at most ``alpha`` for this one look: exact McNemar tests, half of ``alpha`` for the whole and half
    for the classes together (Holm).
    """
    comparisons = judge_pairs(counts, alpha=alpha / 2)
    inputs = canonical_json({"counts": to_plain(tuple(counts)), "critical": list(critical), "alpha": alpha})
    verdict, reasons = _verdict(comparisons, critical)
    missing = tuple(
        f"{c.counts.class_name}: only {c.counts.n_only_candidate + c.counts.n_only_live} rows on which they differ"
        for c in comparisons
        if c.verdict == "not enough evidence" and (c.counts.class_name in critical or c.counts.class_name == "(all)")
    )
    decision = Decision(
        id=decision_id, at=at, task=task, verb="compare", verdict=verdict, reasons=reasons, error_rate=alpha,
        error_rate_of="a false better or worse for any class, at this look", inputs=inputs,
        inputs_hash=content_hash(inputs), missing=missing,
    )  # fmt: skip
    return decision, comparisons


def replay_replacement(decision: Decision) -> Decision:
    """Decide again from the stored inputs; equal to ``decision`` unless record or code changed."""
    inputs = json.loads(decision.inputs)
    counts = [PairedCounts(**pair) for pair in inputs["counts"]]
    again, _ = decide_replacement(
        counts, critical=tuple(inputs["critical"]), alpha=inputs["alpha"], decision_id=decision.id, at=decision.at,
        task=decision.task,
    )  # fmt: skip
    return again


def _verdict(comparisons: Sequence[Comparison], critical: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    whole, classes = comparisons[0], comparisons[1:]
    worse = sorted((c for c in classes if c.verdict == "worse"), key=lambda c: c.counts.class_name not in critical)
    if worse or whole.verdict == "worse":
        return "worse", tuple(_reason(c) for c in ([whole] if whole.verdict == "worse" else []) + worse)
    better = [c for c in classes if c.verdict == "better"]
    if whole.verdict == "better":
        return "better", (_reason(whole), *(_reason(c) for c in better))
    return whole.verdict, (_reason(whole),)


def _reason(comparison: Comparison) -> str:
    counts, difference = comparison.counts, comparison.difference
    interval = difference.interval
    span = f" [{interval.low:+.3f}, {interval.high:+.3f}]" if interval else ""
    value = f"{difference.value:+.3f}" if difference.value is not None else "–"
    figure = "accuracy" if counts.class_name == "(all)" else f"recall of {counts.class_name!r}"
    return (
        f"{figure} {value}{span} on {counts.n:,} paired labels "
        f"({counts.n_only_candidate} won, {counts.n_only_live} lost; p {comparison.p_adjusted:.2g})"
    )
