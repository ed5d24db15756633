"""Training on a table of 1,000,000 rows × 40 columns: time and memory of the command that a person would type.

    python benchmarks/quality/million.py [--rows 1000000] [--budget 5m] [--work FOLDER]

The table is generated (28 numbers, 9 categories, a true/false, a date, a column with gaps; 10 unequal classes that depend on
a dozen of them) and stored as Parquet. ``classward init`` and ``classward train`` run as processes of their own; time is by the
clock, memory is the highest resident set of the training process and of its children.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

CLASSES, MOST_S, MOST_GIB = 10, 600.0, 8.0
ENV = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--budget", default="5m")
    parser.add_argument("--work", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = asked.work or Path(folder)
        work.mkdir(parents=True, exist_ok=True)
        table(asked.rows).write_parquet(work / "rows.parquet")
        run(work, "init", "rows.parquet", "--label", "team")
        started = time.perf_counter()
        said = run(work, "train", "--budget", asked.budget, "--json")
        took_s = time.perf_counter() - started
    peak_gib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024**2
    print(said)
    print(f"\n| rows × columns | budget | wall / limit | peak memory / limit |\n|---|---|---|---|\n"
          f"| {asked.rows:,} × 40 | {asked.budget} | {took_s / MOST_S:.2f} | {peak_gib / MOST_GIB:.2f} |\n\n"
          f"{took_s:.0f} s of {MOST_S:.0f}, {peak_gib:.2f} GiB of {MOST_GIB:.0f}")  # fmt: skip


def run(work: Path, *words: str) -> str:
    env = {**os.environ, **ENV}
    done = subprocess.run(
        [sys.executable, "-m", "classward", *words], cwd=work, env=env, check=False, stdout=subprocess.PIPE, text=True
    )
    if done.returncode:
        sys.exit(f"classward {' '.join(words)} ended with {done.returncode}:\n{done.stdout}")
    if "--json" not in words:
        return done.stdout
    told = json.loads(done.stdout)
    return "\n".join(f"{name}: {value}" for name, value in told.items() if isinstance(value, str | int | float))


def table(n: int) -> pl.DataFrame:
    rng = np.random.default_rng(20260101)
    numbers = rng.standard_normal((n, 28), dtype=np.float32)
    levels = [rng.integers(2 + 3 * j * j, size=n) for j in range(1, 10)]
    flag, days = rng.random(n) < 0.3, rng.integers(730, size=n)
    score = np.zeros((n, CLASSES), dtype=np.float32)
    score += np.log(np.linspace(3.0, 0.3, CLASSES, dtype=np.float32))
    for c in range(CLASSES):
        w = np.random.default_rng(c).standard_normal(8).astype(np.float32)
        score[:, c] += (
            numbers[:, :8] @ w * 0.8 + np.sin(2.0 * numbers[:, (c + 8) % 28]) + numbers[:, c] * numbers[:, c + 9] * 0.7
        )
        score[:, c] += (
            np.random.default_rng(50 + c).standard_normal(30)[levels[2] % 30] + flag * w[0] + np.cos(days / 58.0 + c)
        )
    score += rng.gumbel(size=score.shape).astype(np.float32)
    names = [f"team {chr(97 + c)}" for c in range(CLASSES)]
    with_gaps = numbers[:, 27].astype(np.float64)
    with_gaps[rng.random(n) < 0.2] = np.nan
    columns: dict[str, object] = {f"number_{j}": numbers[:, j] for j in range(27)}
    columns |= {f"kind_{j}": pl.Series([f"k{v}" for v in range(260)])[lev] for j, lev in enumerate(levels)}
    start = date(2024, 1, 1)
    columns |= {
        "gaps": pl.Series(with_gaps, nan_to_null=True), "flag": flag,
        "day": pl.Series([start + timedelta(days=i) for i in range(730)])[days],
    }  # fmt: skip
    columns |= {"amount": np.exp(rng.standard_normal(n)), "team": pl.Series(names)[score.argmax(axis=1)]}
    return pl.DataFrame(columns)


if __name__ == "__main__":
    main()
