"""What an answer by nearest training rows costs against their number: every row compared, and by the index.

    python benchmarks/classes/neighbours.py [ROWS ...]

Made-up vectors of 384 numbers, as a sentence encoder gives: 150 classes, five topics in each, noise in every direction, so
that the cosine of rows of one topic is about 0.5. Ratios against the full comparison of the same run, row by row; recall is
the share of the 15 truly nearest rows that the index finds too, over rows that are not stored.
"""

from __future__ import annotations

import statistics
import sys
import time

import numpy as np
from numpy.typing import NDArray

from classward.estimators import NearestSettings, fit_nearest, one_blas_thread
from classward.inference import Csr, Features, NearestScorer, unit_rows

D, K, TOPICS, ASKED = 384, 150, 5, 200
PROBES = (4, 8, 16, 32, 64)


def vectors(n: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Rows and their classes."""
    topics = np.random.default_rng(0).normal(size=(K * TOPICS, D))
    topics += 0.7 * np.repeat(np.random.default_rng(1).normal(size=(K, D)), TOPICS, axis=0)
    rng = np.random.default_rng(seed)
    topic = rng.integers(0, K * TOPICS, n)
    made = np.empty((n, D), dtype=np.float32)
    for i in range(0, n, 4096):
        part = topics[topic[i : i + 4096]]
        made[i : i + 4096] = part + 1.2 * rng.normal(size=part.shape)
    return made, topic // TOPICS


def seconds(scorer: NearestScorer, rows: NDArray[np.float32], n_probes: int) -> float:
    """Median time of one search."""
    times = []
    for row in rows:
        started = time.perf_counter()
        scorer.search(row, n_probes=n_probes)
        times.append(time.perf_counter() - started)
    return statistics.median(times)


def main(sizes: list[int]) -> None:
    print("| rows | probes | of cells | ms a row | of full comparison | recall of 15 | right | MB | fit s |")
    print("|---|---|---|---|---|---|---|---|---|")
    asked, truth = vectors(ASKED, 99)
    asked = unit_rows(asked, (D,))
    for n in sizes:
        dense, y = vectors(n, 7)
        features = Features(n=n, dense=dense, sparse=Csr.empty(n))
        started = time.perf_counter()
        scorer = fit_nearest(
            features, y, blocks=(D,), ids=[str(i) for i in range(n)], n_classes=K, settings=NearestSettings(),
            rng=np.random.default_rng(0),
        )  # fmt: skip
        fit_s, cells = time.perf_counter() - started, len(scorer.centres)
        nearest = [set(scorer.search(row, n_probes=cells)[0].tolist()) for row in asked]
        full_s = seconds(scorer, asked, cells)
        for probes in (*PROBES, cells):
            found = [scorer.search(row, n_probes=probes)[0] for row in asked]
            recall = np.mean(
                [len(near & set(at.tolist())) / len(near) for near, at in zip(nearest, found, strict=True)]
            )
            right = np.mean([np.bincount(scorer.classes[at]).argmax() == c for at, c in zip(found, truth, strict=True)])
            took = full_s if probes == cells else seconds(scorer, asked, probes)
            print(
                f"| {n:,} | {'all' if probes == cells else probes} | {cells} | {1000 * took:.2f} | {took / full_s:.2f} | "
                f"{recall:.3f} | {right:.3f} | {scorer.vectors.nbytes / 1e6:.0f} | {fit_s:.1f} |"
            )


if __name__ == "__main__":
    with one_blas_thread():
        main([int(n) for n in sys.argv[1:]] or [1_000, 10_000, 100_000])
