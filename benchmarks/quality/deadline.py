"""Is the budget kept? Seconds that training takes against the seconds it was given, over sizes and kinds of tables.

    python benchmarks/quality/deadline.py --budgets 2s 10s 30s
    python benchmarks/quality/deadline.py --budgets 30s --cases "numbers 200000x40"

Each case is a made-up table, written as Parquet, and `classward init` and `classward train` as a person runs them. What is measured is
the wall clock of `classward train` from start to exit, with reading, splitting, the report and registration, beside the time that
the same command needs to start and say its version: no training can be shorter than that. On a busy machine the wall clock tells of its
neighbours; so the seconds of all cores and the load average stand beside it, and a run with a load above the number of cores proves nothing.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from classward.flows.budget import parse_budget

CASES = (
    "numbers 500x10",
    "numbers 5000x20",
    "mixed 20000x20",
    "numbers 200000x40",
    "texts 5000",
    "texts 50000",
    "classes 1000",
)
WORDS = np.array([f"word{i}" for i in range(4000)])


def numbers(n: int, k: int, rng: np.random.Generator, n_classes: int = 6) -> pl.DataFrame:
    y = rng.integers(0, n_classes, n)
    centres = rng.normal(size=(n_classes, k))
    X = (0.6 * centres[y] + rng.normal(size=(n, k))).astype(np.float32)
    return pl.DataFrame({f"x{j}": X[:, j] for j in range(k)} | {"label": [f"class {c}" for c in y]})


def table(case: str, rng: np.random.Generator) -> pl.DataFrame:
    kind, _, size = case.partition(" ")
    if kind == "classes":
        return numbers(20_000, 16, rng, n_classes=int(size))
    if kind == "texts":
        n = int(size)
        y = rng.integers(0, 20, n)
        words = np.where(
            rng.random((n, 12)) < 0.25,
            WORDS[y[:, None] * 20 + rng.integers(0, 20, (n, 12))],
            rng.choice(WORDS, (n, 12)),
        )
        return pl.DataFrame({"text": [" ".join(row) for row in words], "label": [f"class {c}" for c in y]})
    n, k = map(int, size.split("x"))
    made = numbers(n, k, rng)
    if kind == "mixed":
        made = made.with_columns(
            pl.Series("colour", rng.choice(["red", "green", "blue"], n)),
            pl.Series("subject", [" ".join(row) for row in rng.choice(WORDS, (n, 8))]),
        )
    return made


def seconds(*words: str, folder: Path) -> float:
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "classward", *words], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--budgets", nargs="+", default=["2s", "10s", "30s"])
    parser.add_argument("--cases", nargs="+", default=list(CASES))
    asked = parser.parse_args()
    print(
        "| table | budget (s) | taken (s) | taken / budget | of all cores (s) | command starts in (s) | load |\n|---|---|---|---|---|---|---|",
        flush=True,
    )
    for case in asked.cases:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            table(case, np.random.default_rng(0)).write_parquet(folder / "rows.parquet")
            seconds("init", "rows.parquet", "--label", "label", folder=folder)
            start_s = seconds("--version", folder=folder)
            for budget in asked.budgets:
                given = parse_budget(budget)
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                taken = seconds("train", "--budget", budget, "--workspace", f"workspace-{budget}", folder=folder)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cores = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                print(
                    f"| {case} | {given:g} | {taken:.1f} | {taken / given:.2f} | {cores:.1f} | {start_s:.1f} | {os.getloadavg()[0]:.1f} |",
                    flush=True,
                )


if __name__ == "__main__":
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    main()
