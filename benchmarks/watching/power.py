"""How many labels of a class an alarm needs after its recall fell, beside what no test at that error rate can do without.

    python benchmarks/watching/power.py [--runs 1000]

Sixty good days, then the fall; labels are looked at one by one. The limit is ln(365 K / alpha) over the divergence of the new rate
from the promised one (Lorden's bound without the overshoot), for K classes that share the yearly chance alpha.
"""

from __future__ import annotations

import argparse
import math

import numpy as np

from classward.statistics import alarm_level, bets_against, log_wealth, no_wealth, started

CLASSES, ALPHA, GOOD_DAYS, PER_DAY, MOST = 20, 0.0025, 60, 20, 5000
CASES = ((0.80, 0.855, 0.55), (0.80, 0.855, 0.70), (0.85, 0.90, 0.55))


def labels_needed(promised: float, before: float, now: float, *, runs: int, rng: np.random.Generator) -> np.ndarray:
    bets = bets_against(promised, is_floor=True)
    wealth, n = no_wealth(runs, len(bets.alternatives)), np.full(runs, PER_DAY)
    for _ in range(GOOD_DAYS):
        wealth = started(wealth) + bets.log_factors(rng.binomial(n, before), n)
    needed, one = np.full(runs, MOST), np.ones(runs, np.int64)
    for label in range(MOST):
        wealth = started(wealth) if label % PER_DAY == 0 else wealth
        wealth = wealth + bets.log_factors((rng.random(runs) < now).astype(np.int64), one)
        newly = (needed == MOST) & (log_wealth(wealth) >= alarm_level(ALPHA / CLASSES))
        needed[newly] = label + 1
        if np.all(needed < MOST):
            break
    return needed


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    asked = parser.parse_args()
    rng = np.random.default_rng(20260101)
    print(
        "| promised | recall before | recall now | median labels | p90 | limit | median / limit |\n|---|---|---|---|---|---|---|"
    )
    for promised, before, now in CASES:
        needed = labels_needed(promised, before, now, runs=asked.runs, rng=rng)
        divergence = now * math.log(now / promised) + (1 - now) * math.log((1 - now) / (1 - promised))
        limit = alarm_level(ALPHA / CLASSES) / divergence
        median = float(np.median(needed))
        print(
            f"| {promised} | {before} | {now} | {median:.0f} | {np.quantile(needed, 0.9):.0f} | {limit:.0f} | {median / limit:.2f} |"
        )
    print(f"\n{asked.runs} runs each, {CLASSES} classes, {ALPHA:.2%} a year, {PER_DAY} labels of the class a day.")


if __name__ == "__main__":
    main()
