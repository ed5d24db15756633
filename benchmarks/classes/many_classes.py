"""A softmax in two steps against a flat linear model on 1,000 classes of synthetic texts: time, quality, bytes, latency.

    python benchmarks/classes/many_classes.py [CLASSES] [ROWS]

Texts mix words of a class, of its area (20 classes each) and common ones; a tenth of the labels is of another class of the
area. A quarter of the rows is held out and read once. Ratios against the flat model of the same run.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from classward.artifact.write import bundle_bytes
from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.estimators import fit_temperature, one_blas_thread
from classward.inference import softmax
from classward.lifecycle.train import How, LabelledRows, fit_one, take_columns

SCHEMA = InputSchema(features=(Feature(name="text", kind="text"),))
RECIPES = {
    "flat, support vectors": Recipe(family="linear", params=(("solver", "svc"), ("c", 0.3), ("iterations", 20))),
    "two steps": Recipe(family="clustered"),
}


def rows_of(k: int, n: int) -> LabelledRows:
    """Labelled texts."""
    rng = np.random.default_rng(0)
    words = np.array(["".join(rng.choice(list("abcdefghijklmnoprstuvwy"), 6)) for _ in range(6 * k + 2000)])
    y = rng.integers(0, k, n)
    texts = [
        " ".join(
            rng.permutation(
                [*rng.choice(words[6 * c : 6 * c + 6], 2), *rng.choice(words[120 * (c // 20) : 120 * (c // 20) + 120], 3),
                 *rng.choice(words[6 * k :], 5)]
            )
        )
        for c in y
    ]  # fmt: skip
    noisy = np.where(rng.random(n) < 0.1, 20 * (y // 20) + rng.integers(0, 20, n), y)
    space = LabelSpace.of([f"class {c}" for c in range(k)])
    return LabelledRows(
        columns={"text": texts}, n=n, y_index=np.minimum(noisy, k - 1), schema=SCHEMA, label_space=space
    )


def main() -> None:
    """Print a table."""
    k, n = (int(v) for v in (sys.argv[1:] + ["1000", "12000"][len(sys.argv) - 1 :])[:2])
    rows = rows_of(k, n)
    held, fit = rows.take(np.arange(0, n, 4)), rows.take(np.flatnonzero(np.arange(n) % 4))
    how = How(seed=0, n_threads=1, should_stop=lambda: False)
    print(f"{k:,} classes, {fit.n:,} rows fitted, {held.n:,} held out")
    print(f"{'model':24}{'fit s':>8}{'accuracy':>10}{'log loss':>10}{'MB':>8}{'ms a row':>10}")
    for name, recipe in RECIPES.items():
        started = time.perf_counter()
        with one_blas_thread():
            model = fit_one(recipe, fit, how)
        fit_s = time.perf_counter() - started
        logits = model.logits(held.columns, held.n)
        half = held.n // 2  # the temperature is fitted on one half, the figures are of the other
        proba = softmax(logits[half:] / fit_temperature(logits[:half], held.y_index[:half], min_per_class=0))
        y = held.y_index[half:]
        loss = -np.log(np.maximum(proba[np.arange(len(y)), y], 1e-12))
        took = []
        for i in range(200):
            one = {name: list(values) for name, values in take_columns(held.columns, np.array([i])).items()}
            at = time.perf_counter()
            model.predict_proba(one, 1)
            took.append(time.perf_counter() - at)
        right, error = (proba.argmax(axis=1) == y).mean(), 1.96 * loss.std() / np.sqrt(len(y))
        print(
            f"{name:24}{fit_s:8.1f}{right:10.3f}{loss.mean():7.3f} ±{error:.3f}{bundle_bytes(model) / 1e6:8.1f}"
            f"{1000 * np.median(took):10.3f}"
        )


if __name__ == "__main__":
    main()
