"""Figures per class over rounds."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import LabelSpace
from classward.lifecycle.evaluate import class_spreads, mean_over_rounds


def test_recall_and_precision_of_each_round_count_alike_and_silent_rounds_do_not() -> None:
    rounds = [
        (np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])),
        (np.array([0, 0, 1, 2]), np.array([0, 0, 1, 1])),
        (np.array([0, 0, 1, 1]), np.array([1, 1, 1, 1])),
    ]
    a, b, c = class_spreads(rounds, LabelSpace.of(["a", "b", "c"]))
    assert a.recall.value == pytest.approx((0.5 + 1.0 + 0.0) / 3)
    assert a.recall_spread == pytest.approx(0.5)
    assert a.recall.interval is not None
    assert (a.recall.interval.low, a.recall.interval.high) == (0.0, 1.0)  # shares stay shares
    assert a.precision.n == 2
    assert b.n == 5
    assert (c.recall.value, c.recall.n, c.recall_spread, c.precision.value) == (0.0, 1, None, None)


def test_losses_have_no_upper_end() -> None:
    found = mean_over_rounds(np.array([1.0, 2.0, 3.0]), highest=np.inf)
    assert found.interval is not None
    assert found.interval.low == 0.0
    assert found.interval.high > 4.0
