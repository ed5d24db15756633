"""A rollout and evidence on it, as tests need them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from classward.domain import (
    WHOLE_TRAFFIC,
    ClassEvidence,
    JudgedClass,
    PairTally,
    Rollout,
    RolloutEvidence,
    RolloutPolicy,
)

__all__ = ["LATER", "NOW", "evidence", "pairs", "rollout"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=30)


def rollout(**changes: Any) -> Rollout:
    made = Rollout(
        id="R1", candidate=2, candidate_hash="b2", stable=1, stable_hash="b1", policy=RolloutPolicy(),
        classes=(JudgedClass(name="security", promised=0.8), JudgedClass(name=WHOLE_TRAFFIC)), began_at=NOW, began_seq=7,
        stage="shadow", stage_since=NOW,
    )  # fmt: skip
    return replace(made, **changes)


def pairs(lost: int = 0, same: int = 0, won: int = 0, *, weight: float = 1.0) -> tuple[PairTally, ...]:
    return (PairTally(weight=weight, n_lost=lost, n_same=same, n_won=won),)


def evidence(
    *tallies: PairTally, mature: tuple[PairTally, ...] | None = None, canary: tuple[int, int] = (0, 0), **changes: Any
) -> RolloutEvidence:
    """Evidence of one judged class and of the whole, alike; enough traffic unless told otherwise."""
    known = tallies if mature is None else mature
    classes = tuple(
        ClassEvidence(
            class_name=name,
            pairs=tallies,
            mature=known,
            n_canary=canary[1],
            n_canary_hits=canary[0],
            labels_per_day=5.0,
        )
        for name in ("security", WHOLE_TRAFFIC)
    )
    made = RolloutEvidence(classes=classes, n_answers=5000, n_candidate=5000)
    return replace(made, **changes)
