"""Quality on tables beside AutoGluon ``medium_quality`` at twice the time, on one machine, one after the other.

    python benchmarks/quality/tables/run.py --work FOLDER --data-python PY --peer-python PY [--tables vehicle,…] [--seeds 3]

PY are the interpreters of environments with ``requirements-data.txt`` and ``requirements-autogluon.txt``; this file runs in the
project's own. Rows are drawn once; both peers see the same ones. Every fit is a process of its own with two threads; test rows
are predicted once per fit. Macro F1 is of what each answers: ours with ``decision="macro_f1"``, theirs by its own ``predict``. Sets are promised
to hold the truth of 90 % of each class; the worst class is of those with 100 test rows or more. Differences are medians over a paired bootstrap of test rows (and over seeds), with 95 % intervals.
Results that exist in FOLDER are not made again.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from classward.statistics import ece, ece_null

HERE = Path(__file__).parent
TABLES = "vehicle,satimage,marketing,hotel,letter,digits,splice,segment"
OURS_S = {"letter": 60.0}
ENV = {"OMP_NUM_THREADS": "2", "OMP_WAIT_POLICY": "PASSIVE", "PYTHONWARNINGS": "ignore"}
SMALLEST, LEAST_ECE, ROWS_TO_TELL = 1e-7, 0.05, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--data-python", required=True)
    parser.add_argument("--peer-python", required=True)
    parser.add_argument("--tables", default=TABLES)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peer-s", type=float, default=60.0)
    parser.add_argument("--ours-s", type=float, default=30.0)
    asked = parser.parse_args()
    names = asked.tables.split(",")
    missing = [name for name in names if not (asked.work / f"{name}.json").is_file()]
    if missing:
        subprocess.run([asked.data_python, HERE / "data.py", asked.work, *missing], check=True)
    for seed in range(asked.seeds):
        for name in names:
            fit(asked.work, "autogluon", asked.peer_python, name, asked.peer_s, seed)
            fit(asked.work, "classward", sys.executable, name, OURS_S.get(name, asked.ours_s), seed)
    print(table(asked.work, names, asked.seeds))


def fit(work: Path, peer: str, python: str, name: str, budget_s: float, seed: int) -> None:
    out = work / f"{peer}.{name}.{seed}.npz"
    if not out.is_file():
        script = HERE / f"peer_{peer}.py"
        subprocess.run(
            [python, script, work, name, str(budget_s), str(seed), out], check=True, env={**os.environ, **ENV}
        )


def table(work: Path, names: list[str], n_seeds: int) -> str:
    lines = [
        "| table | n test | log loss: ours − theirs | macro F1: ours − theirs | ECE ours / theirs (nulls) | ECE below .05 | sets: all, worst class | time ours / theirs | one row, ms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    verdicts = []
    for name in names:
        ours, theirs = (
            [load(work, peer, name, seed) for seed in range(n_seeds)] for peer in ("classward", "autogluon")
        )
        nats, f1 = differences(ours, theirs)
        excess = [
            np.median([ece(p.max(axis=1), p.argmax(axis=1) == y) for p, y, _ in found]) for found in (ours, theirs)
        ]
        nulls = [
            np.median([ece_null(p.max(axis=1), rng=np.random.default_rng(0))[0] for p, _, _ in found])
            for found in (ours, theirs)
        ]
        ratio = np.median([o[2]["fit_s"] for o in ours]) / np.median([t[2]["fit_s"] for t in theirs])
        one_ms = np.median([o[2]["one_ms"] for o in ours])
        told = "yes" if excess[0] < LEAST_ECE else "no"
        if np.median([ece_null(p.max(axis=1), rng=np.random.default_rng(0))[1] for p, _, _ in ours]) >= LEAST_ECE:
            told = "cannot be told"
        lines.append(
            f"| {name} | {len(ours[0][1]):,} | {span(nats)} | {span(f1)} | {excess[0]:.4f} / {excess[1]:.4f} ({nulls[0]:.4f} / {nulls[1]:.4f}) | {told} | {coverage(ours)} | {ratio:.2f} | {one_ms:.2f} |"
        )
        verdicts.append((nats, f1, [e - null for e, null in zip(excess, nulls, strict=True)]))
    n = len(names)
    worse = sum(nats[1] > 0.0 for nats, _, _ in verdicts)
    better = sum(nats[0] < 0.0 for nats, _, _ in verdicts)
    f1_fine = sum(f1[2] >= 0.0 for _, f1, _ in verdicts)
    honest = sum(e[0] <= e[1] + 0.005 for _, _, e in verdicts)
    lines.append(
        f"\nlog loss worse beyond chance on {worse} of {n} tables, better in the median on {better}; macro F1 not worse beyond chance on "
        f"{f1_fine}; ECE above its null within .005 of theirs or below on {honest}."
    )
    return "\n".join(lines)


def coverage(ours: list) -> str:
    """Share of sets that hold the truth, over all rows and in the worst class with rows enough to tell; means over seeds."""
    y = ours[0][1]
    holds = np.mean([facts["sets"][np.arange(len(y)), y] for _, _, facts in ours], axis=0)
    large = [k for k in np.unique(y) if (y == k).sum() >= ROWS_TO_TELL]
    worst = min((holds[y == k].mean(), int((y == k).sum())) for k in large) if large else None
    return f"{holds.mean():.3f}, " + (f"{worst[0]:.3f} (n {worst[1]})" if worst else "too few rows")


def load(work: Path, peer: str, name: str, seed: int) -> tuple[np.ndarray, np.ndarray, dict]:
    """Probabilities with columns in sorted class order, true columns, and facts."""
    found = np.load(work / f"{peer}.{name}.{seed}.npz")
    classes = np.unique(found["y"])
    position = {c: i for i, c in enumerate(found["classes"])}
    proba = np.stack([found["proba"][:, position[c]] for c in classes], axis=1).astype(np.float64)
    proba = np.clip(proba, SMALLEST, None)
    proba /= proba.sum(axis=1, keepdims=True)
    facts = {key: float(found[key]) for key in ("fit_s", "one_ms", "n_bytes") if key in found}
    facts["answer"] = np.searchsorted(classes, found["answer"])
    if "sets" in found:
        facts["sets"] = np.stack([found["sets"][:, position[c]] for c in classes], axis=1)
    return proba, np.searchsorted(classes, found["y"]), facts


def differences(ours: list, theirs: list) -> tuple[tuple[float, float, float], tuple[float, float, float]]:
    """Median, low and high of the differences in log loss and macro F1 over a paired bootstrap of rows and seeds."""
    rng = np.random.default_rng(0)
    y = ours[0][1]
    nats = [np.stack([-np.log(p[np.arange(len(y)), y]) for p, _, _ in found]) for found in (ours, theirs)]
    guess = [np.stack([facts["answer"] for _, _, facts in found]) for found in (ours, theirs)]
    gaps, f1_gaps = [], []
    for _ in range(1000):
        rows, seeds = rng.integers(len(y), size=len(y)), rng.integers(len(ours), size=len(ours))
        gaps.append(nats[0][seeds][:, rows].mean() - nats[1][seeds][:, rows].mean())
        f1_gaps.append(
            np.mean([macro_f1(guess[0][s][rows], y[rows]) - macro_f1(guess[1][s][rows], y[rows]) for s in seeds])
        )
    return tuple((float(np.median(g)), *map(float, np.quantile(g, [0.025, 0.975]))) for g in (gaps, f1_gaps))  # type: ignore[return-value]


def macro_f1(guess: np.ndarray, y: np.ndarray) -> float:
    k = int(max(guess.max(), y.max())) + 1
    hits, said, true = (np.bincount(v, minlength=k) for v in (y[guess == y], guess, y))
    return float((2 * hits / np.maximum(said + true, 1))[true > 0].mean())


def span(figure: tuple[float, float, float]) -> str:
    return f"{figure[0]:+.4f} [{figure[1]:+.4f}, {figure[2]:+.4f}]"


if __name__ == "__main__":
    main()
