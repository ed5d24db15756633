"""Simulated rollouts: how often a good candidate is rolled back, and a bad one passes, beside rules that peers use.

    python benchmarks/rollouts/worlds.py --rollouts 200

In five worlds a candidate is judged once a day by the production code on labels that come late. The good one is as good as
the live version on every class; the bad one loses .15 recall on one class, and wins as many rows on the others. Beside it
stand rules simplified from the documentation of Flagger (a check a day on the recall of each class, five failed days of
fourteen roll back) and of Kayenta (Mann-Whitney of daily rates with tolerance .25 and confidence .98); both see the same labelled rows, and both pass where nothing speaks against.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from scipy import stats

from classward.domain import (
    WHOLE_TRAFFIC,
    ClassEvidence,
    JudgedClass,
    PairTally,
    Rollout,
    RolloutEvidence,
    RolloutPolicy,
)
from classward.lifecycle.release import judge_rollout
from classward.statistics import clopper_pearson

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
RECALL, MOVED, LOSS, HORIZON = 0.85, 0.02, 0.15, 400
PEER_DAYS = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Classes, labelled pairs of each a day, and how long labels take."""

    name: str
    n_classes: int
    labels_per_day: float
    delay_days: float


WORLDS = (
    World(name="10 classes, 50 a day, at once", n_classes=10, labels_per_day=50, delay_days=0),
    World(name="20 classes, 20 a day, 1 day", n_classes=20, labels_per_day=20, delay_days=1),
    World(name="50 classes, 10 a day, 7 days", n_classes=50, labels_per_day=10, delay_days=7),
    World(name="150 classes, 5 a day, 14 days", n_classes=150, labels_per_day=5, delay_days=14),
    World(name="30 classes, 0.2 a day, 3 days", n_classes=30, labels_per_day=0.2, delay_days=3),
)


def drawn(world: World, *, is_bad: bool, rng: np.random.Generator) -> np.ndarray:
    """Cumulative (day, class, lost/same/won) counts of pairs by day of receipt, of shape (HORIZON, n_classes, 3)."""
    moved = np.tile([MOVED, 1 - 2 * MOVED, MOVED], (world.n_classes, 1))
    if is_bad:
        moved[0] = [MOVED + LOSS, 1 - 2 * MOVED - LOSS, MOVED]
        won = LOSS / (world.n_classes - 1)
        moved[1:] = [MOVED, 1 - 2 * MOVED - won, MOVED + won]
    n = rng.poisson(world.labels_per_day, size=(HORIZON, world.n_classes))
    return rng.multinomial(n, moved).cumsum(axis=0)


def ours(world: World, counts: np.ndarray) -> tuple[str, int, int]:
    """Outcome (finished, aborted, held), its day, and labels of the slowest class by then."""
    names = [f"class {i}" for i in range(world.n_classes)]
    rollout = Rollout(
        id="R", candidate=2, candidate_hash="b2", stable=1, stable_hash="b1",
        policy=RolloutPolicy(maturity_days=max(world.delay_days, 1.0)),
        classes=(*(JudgedClass(name=n) for n in names), JudgedClass(name=WHOLE_TRAFFIC)), began_at=BEGAN, began_seq=1,
        stage="shadow", stage_since=BEGAN,
    )  # fmt: skip
    step, since = -1, 0
    for day in range(HORIZON):
        now = BEGAN + timedelta(days=day)
        came = counts[day - int(world.delay_days)] if day >= world.delay_days else np.zeros_like(counts[0])
        rows = [*came.tolist(), came.sum(axis=0).tolist()]
        classes = tuple(
            ClassEvidence(class_name=name, pairs=tally, mature=tally, labels_per_day=world.labels_per_day)
            for name, (a, b, c) in zip((*names, WHOLE_TRAFFIC), rows, strict=True)
            for tally in [(PairTally(n_lost=a, n_same=b, n_won=c),)]
        )

        at = replace(
            rollout,
            stage="shadow" if step < 0 else "canary",
            step=max(step, 0),
            stage_since=BEGAN + timedelta(days=since),
        )
        verdict = judge_rollout(at, RolloutEvidence(classes=classes, n_answers=1000, n_candidate=1000), now=now)
        if verdict.outcome == "abort":
            return "aborted", day, int(came[0].sum())
        if verdict.outcome == "advance":
            step, since = step + 1, day
            if step == 3:
                return "finished", day, int(came.sum(axis=1).max())
    return "held", HORIZON, int(counts[-1].sum(axis=1).max())


def peers(world: World, counts: np.ndarray, rng: np.random.Generator) -> tuple[str, str]:
    """Outcomes of rules written from Flagger's and Kayenta's documentation, on the same rows over two weeks."""
    daily = np.diff(counts[:PEER_DAYS], axis=0, prepend=0)
    n = daily.sum(axis=2)
    was = rng.binomial(n, RECALL)
    now = np.clip(was - daily[..., 0] + daily[..., 2], 0, n)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate_was, rate_now = was / n, now / n
    fails = (rate_now < RECALL - 0.05) & (n > 0)
    flagger = "aborted" if (fails.any(axis=1).sum() >= 5) else "finished"
    kayenta = "finished"
    for c in range(world.n_classes):
        a, b = rate_was[n[:, c] > 0, c], rate_now[n[:, c] > 0, c]
        if len(a) > 1 and (np.ptp(a) > 0 or np.ptp(b) > 0):
            low = stats.mannwhitneyu(b, a * 0.75, alternative="less").pvalue
            if low < 0.02:
                kayenta = "aborted"
                break
    return flagger, kayenta


def share(k: int, n: int) -> str:
    """A share with its exact interval."""
    low, high = clopper_pearson(k, n)
    return f"{k}/{n} [{low:.3f}, {high:.3f}]"


def fixed_labels() -> int:
    """Labels of a fixed-sample test of the margin at the same error, power .9."""
    variance = 2 * MOVED
    z = stats.norm.ppf(0.99) + stats.norm.ppf(0.9)
    return math.ceil(z**2 * variance / 0.05**2)


def main() -> None:
    """Run and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rollouts", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    print(
        f"{given.rollouts} rollouts of each kind a world; a fixed-sample test would need {fixed_labels()} labels a class"
    )
    for world in WORLDS:
        for is_bad in (False, True):
            outcomes, flagger, kayenta, days, labels = Counter(), Counter(), Counter(), [], []
            for _ in range(given.rollouts):
                counts = drawn(world, is_bad=is_bad, rng=rng)
                outcome, day, n = ours(world, counts)
                outcomes[outcome] += 1
                if outcome != "held":
                    days.append(day)
                    labels.append(n)
                for counter, found in zip((flagger, kayenta), peers(world, counts, rng), strict=True):
                    counter[found] += 1
            n = given.rollouts
            print(
                f"{world.name:<32}{'bad ' if is_bad else 'good'} rolled back {share(outcomes['aborted'], n)}  live "
                f"{share(outcomes['finished'], n)}  held {outcomes['held']}  median day "
                f"{np.median(days) if days else math.nan:g}, labels {np.median(labels) if labels else math.nan:g}  | "
                f"live by Flagger's rule {flagger['finished']}, Kayenta's {kayenta['finished']}"
            )


if __name__ == "__main__":
    main()
