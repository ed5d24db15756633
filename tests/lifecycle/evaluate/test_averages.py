"""Averaged F1 covers, repeats, and claims no certainty."""

from __future__ import annotations

import numpy as np
import pytest

from classward.lifecycle.evaluate.averages import averaged_f1
from classward.statistics import macro_f1, weighted_f1

CONFUSION = np.array([[30, 5, 1], [4, 20, 0], [2, 2, 9]])


def test_value_is_that_of_the_matrix() -> None:
    for name, figure in (("macro_f1", macro_f1), ("weighted_f1", weighted_f1)):
        assert averaged_f1(CONFUSION, name, rng=np.random.default_rng(0)).value == pytest.approx(figure(CONFUSION))


def test_bootstrap_of_macro_f1_covers() -> None:
    rng = np.random.default_rng(8)
    shares = np.array([[0.42, 0.05, 0.03], [0.04, 0.25, 0.01], [0.02, 0.03, 0.15]])
    truth = macro_f1(np.round(shares * 10_000).astype(np.int64))
    hits = 0
    for _ in range(300):
        confusion = rng.multinomial(500, shares.ravel()).reshape(3, 3)
        span = averaged_f1(confusion, "macro_f1", rng=rng).interval
        assert span is not None
        hits += span.low <= truth <= span.high
    assert hits / 300 >= 0.90


def test_is_repeatable() -> None:
    first, second = (averaged_f1(CONFUSION, "macro_f1", rng=np.random.default_rng(3)) for _ in range(2))
    assert first == second


def test_no_rows_and_no_errors() -> None:
    rng = np.random.default_rng(0)
    assert averaged_f1(np.zeros((3, 3), dtype=np.int64), "macro_f1", rng=rng).value is None
    perfect = averaged_f1(np.diag([5, 6, 7]), "macro_f1", rng=rng)
    assert perfect.value == 1.0
    assert perfect.interval is not None
    assert perfect.interval.low < 0.9
