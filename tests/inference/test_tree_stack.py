"""Bagged trees answer alike walked as one and walked apart."""

from __future__ import annotations

import numpy as np
import pytest

from classward.estimators import TreeSettings, fit_trees
from classward.inference import Csr, Features
from classward.inference.tree_stack import TreeStack


@pytest.mark.parametrize("n", [1, 16, 40])
def test_the_sums_are_the_same_however_many_rows(n: int) -> None:
    rng = np.random.default_rng(0)
    rows, y = rng.normal(size=(240, 5)).astype(np.float32), rng.integers(3, size=240)
    rows[rng.random(rows.shape) < 0.1] = np.nan
    scorers = [
        fit_trees(
            features(rows[i::2]), y[i::2], n_classes=4, settings=TreeSettings(iterations=8 + 5 * i, patience=50), seed=i,
            n_threads=1, should_stop=lambda: False,
        )
        for i in range(2)
    ]  # fmt: skip
    assert scorers[0].n_rounds != scorers[1].n_rounds
    found = TreeStack.of(scorers).logits(features(rows[:n]))
    for one, scorer in zip(found, scorers, strict=True):
        np.testing.assert_array_equal(one, scorer.logits(features(rows[:n])))


def features(rows: np.ndarray) -> Features:
    return Features(n=len(rows), dense=rows, sparse=Csr.empty(len(rows)))
