"""How soon is a change of inputs, answers or calibration seen, and how often is a quiet year disturbed?

    python benchmarks/watching/drift.py [--runs 100] [--years 200] [--worlds label_shift covariate calibration quiet …]

Days of 2,000 rows, 30 numeric columns and 20 classes, half of the rows labelled, seven quiet days before the change, one per cent a
year for all comparisons together. Rows are drawn as counts in the bins that watching keeps, and go through the decision that watching
takes. References: 30,000 training rows beside 10,000 that gave the bins, and 8,000 sealed rows.
"""

from __future__ import annotations

import argparse
import statistics as means
from datetime import date, timedelta

import numpy as np

from classward.domain import (
    AlertPolicy,
    AnswerReference,
    BucketKey,
    DayBucket,
    FeatureCounts,
    FeatureReference,
    Reference,
    Summary,
)
from classward.lifecycle.monitor import drift_signals, tickets_due
from classward.statistics import beta_cdf

K, COLUMNS, ROWS, QUIET, SEALED = 20, 30, 2_000, 7, 8_000
FIRST, TRAIN = 10_000, 30_000
LIVE = date(2026, 1, 1)
POLICY = AlertPolicy()
PRIOR = np.append(0.98 / (1.0 + np.arange(K - 1)) ** 0.7 / np.sum(1.0 / (1.0 + np.arange(K - 1)) ** 0.7), 0.02)
NAMES = tuple(f"k{i:02d}" for i in range(K))
MOVED = ("n03", "n11", "n24")


def pool() -> np.ndarray:
    """Log posteriors of 20 classes, normal around their middles in 12 dimensions: .92 of the best are right."""
    rng = np.random.default_rng(20260101)
    middles, y = rng.normal(size=(K, 12)) * 1.25, rng.choice(K, p=PRIOR, size=20_000)
    z = middles[y] + rng.normal(size=(len(y), 12))
    return z @ middles.T - 0.5 * (middles**2).sum(axis=1) + np.log(PRIOR)


def softmax(logits: np.ndarray) -> np.ndarray:
    made = np.exp(logits - logits.max(axis=1, keepdims=True))
    return made / made.sum(axis=1, keepdims=True)


POOL = pool()


def counts(rng: np.random.Generator, edges: np.ndarray, shift: float, n: int) -> FeatureCounts:
    x = np.round(rng.normal(shift, 1.0, size=n) * 2**20) / 2**20
    binned = np.bincount(np.searchsorted(edges, x, side="right"), minlength=len(edges) + 1)
    return FeatureCounts(name="", counts=tuple(binned.tolist()), total=float(x.sum()), squares=float((x * x).sum()))


def answers(rng: np.random.Generator, prior: np.ndarray, n: int) -> tuple[int, ...]:
    """Answered classes: nine of ten rows as their class, the others anywhere."""
    return tuple(rng.multinomial(n, 0.9 * prior + 0.1 * PRIOR).tolist())


def confidences(rng: np.random.Generator, temperature: float, n: int, scale: float = 1.0) -> np.ndarray:
    """(rows, sum, right) per fifteenth; what is said has a temperature of ``scale``."""
    logits = POOL[rng.integers(0, len(POOL), size=n)]
    best = logits.argmax(axis=1)[:, None]
    c = np.take_along_axis(softmax(logits / scale), best, axis=1)[:, 0]
    right = rng.random(n) < np.take_along_axis(softmax(logits / temperature), best, axis=1)[:, 0]
    at = np.clip((c * 15).astype(int), 0, 14)
    return np.stack(
        [np.bincount(at, minlength=15), np.bincount(at, c, 15), np.bincount(at[right], minlength=15)], axis=1
    )


def reference(rng: np.random.Generator, scale: float = 1.0) -> Reference:
    features = []
    for i in range(COLUMNS):
        first = rng.normal(size=FIRST)
        edges = np.quantile(first, np.arange(1, 10) / 10)
        seen = counts(rng, edges, 0.0, TRAIN)
        features.append(
            FeatureReference(
                name=f"n{i:02d}", kind="numeric", edges=tuple(edges.tolist()), expected=(FIRST / 10,) * 10,
                expected_missing=0.5, counts=seen.counts, total=seen.total, squares=seen.squares,
            )
        )  # fmt: skip
    bins = confidences(rng, 1.0, SEALED, scale)
    told = AnswerReference(
        answered=(*answers(rng, PRIOR, SEALED), 0), expected=(*(PRIOR * 32_000 + 0.5).tolist(), 0.5), confusion=(),
        bins=tuple((int(n), float(total), int(right)) for n, total, right in bins),
    )  # fmt: skip
    return Reference(version=1, class_names=NAMES, n_rows=TRAIN, features=tuple(features), answers=told, hash="h")


def day(
    made: Reference, i: int, rng: np.random.Generator, *, rows: int = ROWS, prior: np.ndarray = PRIOR, shift: float = 0.0,
    temperature: float = 1.0, labelled: float = 0.5, scale: float = 1.0,
) -> DayBucket:  # fmt: skip
    said = answers(rng, prior, rows)
    bins = confidences(rng, temperature, round(labelled * rows), scale)
    features = tuple(counts(rng, np.array(f.edges), shift if f.name in MOVED else 0.0, rows) for f in made.features)
    summary = Summary(
        version=1, class_names=NAMES, n_predictions=rows, predicted_counts=said, confusion=((0,) * K,) * K,
        calibration_bins=tuple((int(n), float(t), int(r)) for n, t, r in bins),
    )  # fmt: skip
    key = BucketKey(version=1, route="live", day=LIVE + timedelta(days=i))
    return DayBucket(key=key, answers=summary, reference_hash="h", n_payloads=rows, features=features)


def told(made: Reference, days: list[DayBucket]) -> tuple[set[str], dict]:
    today = days[-1].key.day
    signals = drift_signals(made, days, POLICY, since=LIVE, year_began_on=LIVE, today=today)
    return {d.signal.key for d in tickets_due(signals, (), POLICY, live_version=1) if d.signal}, {
        s.key: s for s in signals
    }


def names_of(keys: set[str]) -> set[str]:
    return {k.split(":")[2] or k.split(":")[1] for k in keys}


def label_shift(runs: int) -> None:
    prior = PRIOR * (1.0 - 0.06) / (1.0 - PRIOR[-1])
    prior[-1] = 0.06
    n_seen, n_other = 0, 0
    for run in range(runs):
        rng = np.random.default_rng([1, run])
        made = reference(rng)
        days = [day(made, i, rng) for i in range(QUIET)] + [day(made, QUIET, rng, prior=prior)]
        names = names_of(told(made, days)[0])
        n_seen, n_other = n_seen + ("k19" in names), n_other + bool(names - {"k19"})
    print(
        f"| share of a class 2 → 6 % | within 2,000 unlabelled rows, named | {n_seen} of {runs} | others named in {n_other} |"
    )


def ramp(world: str, runs: int) -> None:
    by_day_8, when, false = 0, [], 0
    wanted = set(MOVED) if world == "covariate" else {"calibration"}
    for run in range(runs):
        rng = np.random.default_rng([2 if world == "covariate" else 3, run])
        made = reference(rng)
        days = [day(made, i, rng) for i in range(QUIET)]
        for step in range(1, 21):
            part = step / 20
            change = {"shift": 0.5 * part} if world == "covariate" else {"temperature": 1.0 + 0.5 * part}
            days.append(day(made, QUIET + step - 1, rng, **change))
            if step < 3:
                continue
            names = names_of(told(made, days)[0])
            if wanted <= names:
                by_day_8 += step <= 8
                when.append(step)
                false += bool(names - wanted)
                break
    what = "3 of 30 columns 0 → 0.5 sd over 20 days" if world == "covariate" else "temperature 1 → 1.5 over 20 days"
    seen = f"median day {means.median(when):.0f}, last {max(when)}" if when else "never"
    print(f"| {what} | all named by day 8 | {by_day_8} of {runs} ({seen}) | others named in {false} |")


QUIET_WORLDS = {
    "quiet": {},
    "quiet, traffic x10 swings": {"swings": True},
    "quiet, imperfect calibration": {"scale": 0.7},
}


def quiet(world: str, years: int) -> None:
    """Looked at weekly and, in the last week, daily: evidence of a look holds for every one before the next."""
    n_any = 0
    options = QUIET_WORLDS[world]
    for year in range(years):
        rng = np.random.default_rng([4, list(QUIET_WORLDS).index(world), year])
        scale = float(options.get("scale", 1.0))
        made, days = reference(rng, scale), []
        for i in range(365):
            rows = round(300 * 10 ** rng.uniform(-0.5, 0.5)) if options.get("swings") else 300
            days.append(day(made, i, rng, rows=rows, scale=scale))
            if (i + 1) % 7 == 0 and told(made, days)[0]:
                n_any += 1
                break
    low, high = n_any / years, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(middle, n_any + 1, years - n_any) < 0.95 else (low, middle)
    print(f"| {world} | a year without any ticket | {years - n_any} of {years} | 95 % upper bound {high:.1%} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--years", type=int, default=20)
    worlds = ["label_shift", "covariate", "calibration", *QUIET_WORLDS]
    parser.add_argument("--worlds", nargs="+", choices=worlds, default=worlds)
    asked = parser.parse_args()
    print("| world | asked | seen | beside |\n|---|---|---|---|", flush=True)
    for world in asked.worlds:
        if world == "label_shift":
            label_shift(asked.runs)
        elif world in QUIET_WORLDS:
            quiet(world, asked.years)
        else:
            ramp(world, asked.runs)


if __name__ == "__main__":
    main()
