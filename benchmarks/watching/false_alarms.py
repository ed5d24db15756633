"""In how many years is there any page although every promise is kept? Seven worlds, every class exactly on its promise.

    python benchmarks/watching/false_alarms.py [--years 2000] [--worlds stationary "weekly season" …]

The worst case that keeps a promise: each class has exactly the promised recall and precision, every day. Counts of labels are
generated a day at a time and go through the bets and levels that watching uses; one page in a year counts the year. The bound is
Clopper and Pearson's, 95 %, one-sided.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from classward.statistics import YEAR_DAYS, alarm_level, beta_cdf, bets_against, log_wealth, no_wealth, started

ALPHA = 0.01


@dataclass(frozen=True)
class World:
    """Labels of a class a day on average, number of classes, and what moves them."""

    classes: int = 20
    labels: float = 10.0
    season: float = 0.0
    swings: bool = False
    chosen: bool = False


WORLDS = {
    "stationary": World(),
    "weekly season": World(season=0.8),
    "traffic x10 swings": World(swings=True),
    "5 classes, many labels": World(classes=5, labels=200.0),
    "150 classes, few labels": World(classes=150, labels=0.5),
    "labels 1 % late in bursts": World(labels=0.1, swings=True),
    "labels chosen by the model": World(labels=10.0, chosen=True),
}


def years_with_a_page(world: World, years: int, rng: np.random.Generator) -> int:
    promised, k = 0.8, world.classes
    bets = bets_against(promised, is_floor=True)
    level = alarm_level(ALPHA / (2 * k))
    wealth, paged = no_wealth(years, 2 * k, len(bets.alternatives)), np.zeros(years, bool)
    for day in range(YEAR_DAYS):
        mean = world.labels * (1.0 + world.season * np.sin(2.0 * np.pi * day / 7.0))
        factor = 10.0 ** rng.uniform(-0.5, 0.5, size=(years, 1)) if world.swings else 1.0
        n = rng.poisson(np.broadcast_to(mean * factor, (years, 2 * k)))
        wealth = started(wealth) + (
            chosen(bets, n, rng) if world.chosen else bets.log_factors(rng.binomial(n, promised), n)
        )
        paged |= (log_wealth(wealth) >= level).any(axis=1)
    return int(paged.sum())


def chosen(bets, n: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Wrong answers are labelled five times as often as right ones, and the weights say so: chances .5 and .1."""
    hits = rng.binomial(n, 0.8 * 0.1 / (0.8 * 0.1 + 0.2 * 0.5))
    weights, most = np.array([2.0, 10.0]), 10.0
    miss, hit = bets.log_factors_weighted(np.array([False, True]), weights, most_weight=most)
    return hits[..., None] * hit + (n - hits)[..., None] * miss


def upper_bound(k: int, n: int) -> float:
    """Largest chance that is not refuted at 5 % by ``k`` of ``n``."""
    low, high = k / n, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if beta_cdf(middle, k + 1, n - k) < 0.95 else (low, middle)
    return high


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--years", type=int, default=2000)
    parser.add_argument("--worlds", nargs="+", choices=list(WORLDS), default=list(WORLDS))
    asked = parser.parse_args()
    print("| world | years | with a page | 95 % upper bound | allowed |\n|---|---|---|---|---|")
    for i, name in enumerate(asked.worlds):
        rng = np.random.default_rng([20260101, i])
        n = sum(years_with_a_page(WORLDS[name], min(100, asked.years), rng) for _ in range(-(-asked.years // 100)))
        years = 100 * -(-asked.years // 100)
        print(f"| {name} | {years} | {n} | {upper_bound(n, years):.2%} | {ALPHA:.0%} |", flush=True)


if __name__ == "__main__":
    main()
