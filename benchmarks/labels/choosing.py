"""What a label queue buys on BANKING77, from 5 labels a class to 1,000, and whether its labels still tell true recall.

    python benchmarks/labels/choosing.py --data FOLDER [--seeds 10] [--strategy margin] [--out FILE.json]

FOLDER holds ``banking77/train.csv`` (CC BY 4.0, Casanueva et al. 2020); its test file is not read. Of the training rows, 2,000
are put aside to measure on; the others are a pool that arrives in six parts. Each part is answered by the model of the labels
until then, and the queue chooses from it. The other arm chooses as many at random from the same parts. Recall of each class over
the pool, each row as it was answered, is estimated from the chosen rows by their weights, with an interval of 95 %.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.inference import softmax
from classward.lifecycle.label import benefit_of
from classward.lifecycle.train import How, LabelledRows, fit_one
from classward.statistics import chances_by_benefit, mean_interval, systematic_draw, weighted_share

FIRST, PARTS, MOST, ASIDE, CONTROL = 5, 6, 1000, 2000, 0.2
RECIPE = Recipe(family="linear", params=(("solver", "svc"), ("c", 0.3), ("iterations", 200)))
HOW = How(seed=0, n_threads=2, should_stop=lambda: False)
SCHEMA = InputSchema(features=(Feature(name="text", kind="text"),))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--first-seed", type=int, default=100, help="0 to 9 were looked at when the way was chosen")
    parser.add_argument("--strategy", default="margin")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    rows = read(asked.data / "banking77" / "train.csv")
    found = []
    for seed in range(asked.first_seed, asked.first_seed + asked.seeds):
        begun = time.perf_counter()
        arms = {name: one(rows, seed, name) for name in (asked.strategy, "random")}
        found.append(arms)
        told = ", ".join(f"{name} macro F1 {arm['macro_f1']:.4f}" for name, arm in arms.items())
        print(f"seed {seed}: {told}; {time.perf_counter() - begun:.0f} s", flush=True)
    show(found, asked.strategy)
    if asked.out:
        asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def read(path: Path) -> LabelledRows:
    with path.open(encoding="utf-8", newline="") as file:
        pairs = [(row["text"], row["category"]) for row in csv.DictReader(file)]
    space = LabelSpace.of(sorted({label for _, label in pairs}))
    index = {name: i for i, name in enumerate(space.names)}
    return LabelledRows(
        columns={"text": [text for text, _ in pairs]}, n=len(pairs), schema=SCHEMA, label_space=space,
        y_index=np.array([index[label] for _, label in pairs], dtype=np.int64),
    )  # fmt: skip


def one(rows: LabelledRows, seed: int, strategy: str) -> dict[str, object]:
    """One arm: the same rows put aside, the same first labels and parts for both."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(rows.n)
    aside, rest = order[:ASIDE], order[ASIDE:]
    first = np.concatenate([rest[rows.y_index[rest] == k][:FIRST] for k in range(len(rows.label_space))])
    parts = np.array_split(rng.permutation(np.setdiff1d(rest, first)), PARTS)
    sizes = np.diff(np.linspace(len(first), MOST, PARTS + 1).round().astype(int))
    draw, labelled = np.random.default_rng([seed, 1]), first
    chosen, weights, answered, pool = [], [], [], []
    for part, size in zip(parts, sizes, strict=True):
        proba = answers(rows, labelled, part)
        spread = np.lexsort((proba.max(axis=1), proba.argmax(axis=1)))
        part, proba = part[spread], proba[spread]
        benefit = benefit_of(strategy, proba, np.zeros(proba.shape[1]))
        chances = chances_by_benefit(benefit, int(size), control=CONTROL)
        at = systematic_draw(chances, draw)
        pool.append(part)
        answered.append(proba.argmax(axis=1))
        chosen.append(at + sum(len(p) for p in pool[:-1]))
        weights.append(1.0 / chances[at])
        labelled = np.concatenate([labelled, part[at]])
    truth, said = rows.y_index[np.concatenate(pool)], np.concatenate(answered)
    return {
        "n_labels": len(labelled),
        "macro_f1": macro_f1(rows.y_index[aside], answers(rows, labelled, aside).argmax(axis=1), len(rows.label_space)),
        "covered": covered(truth, said, np.concatenate(chosen), np.concatenate(weights), len(rows.label_space)),
        "mistakes_found": float((truth != said)[np.concatenate(chosen)].mean()),
        "mistakes_of_all": float((truth != said).mean()),
    }


def answers(rows: LabelledRows, labelled: np.ndarray, asked: np.ndarray) -> np.ndarray:
    model = fit_one(RECIPE, rows.take(labelled), HOW)
    part = rows.take(asked)
    return np.asarray(softmax(2.0 * model.logits(part.columns, part.n)))


def macro_f1(y: np.ndarray, said: np.ndarray, n_classes: int) -> float:
    hits = np.bincount(y[y == said], minlength=n_classes)
    both = np.bincount(y, minlength=n_classes) + np.bincount(said, minlength=n_classes)
    return float((2 * hits / np.maximum(both, 1)).mean())


def covered(
    truth: np.ndarray, said: np.ndarray, chosen: np.ndarray, weight: np.ndarray, n_classes: int
) -> list[object]:
    """Of each class: true recall over the pool, its estimate, and whether the interval holds it."""
    found: list[object] = []
    for k in range(n_classes):
        real = float((said == k)[truth == k].mean())
        own = truth[chosen] == k
        shown = weighted_share((said[chosen] == k)[own], weight[own]) if own.any() else None
        low, high = (shown.interval.low, shown.interval.high) if shown and shown.interval else (0.0, 1.0)
        found.append([real, shown.value if shown else None, low, high, int(own.sum())])
    return found


def show(found: list[dict[str, dict[str, object]]], strategy: str) -> None:
    gain = np.array([arms[strategy]["macro_f1"] - arms["random"]["macro_f1"] for arms in found])
    low, high = mean_interval(gain) or (float("nan"), float("nan"))
    print("\n| figure | value | 95 % interval | n |\n|---|---|---|---|")
    for name in (strategy, "random"):
        values = [float(arms[name]["macro_f1"]) for arms in found]
        print(f"| macro F1 at {MOST:,} labels, {name} | {np.mean(values):.4f} | | {len(values)} seeds |")
    print(f"| difference, paired | {gain.mean():+.4f} | {low:+.4f} – {high:+.4f} | {len(gain)} seeds |")
    for name in (strategy, "random"):
        held = [low <= real <= high for arms in found for real, _, low, high, _ in arms[name]["covered"]]
        wide = [high - low for arms in found for _, _, low, high, _ in arms[name]["covered"]]
        print(
            f"| intervals of recall that hold the pool's, {name} (mean width {np.mean(wide):.2f}) | {np.mean(held):.3f} | | {len(held)} |"
        )
    ratio = np.mean([arms[strategy]["mistakes_found"] / arms[strategy]["mistakes_of_all"] for arms in found])
    print(f"| mistakes found by a queued label, against a random one | {ratio:.2f} | | {len(found)} seeds |")


if __name__ == "__main__":
    main()
