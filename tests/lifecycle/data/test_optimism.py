"""The gap between choosing and stating has the right sign, and says how many rounds it comes from."""

from __future__ import annotations

import numpy as np
import pytest

from classward.lifecycle.data import optimism


def test_loss_that_rises_outside_is_optimism() -> None:
    found = optimism(np.array([0.30, 0.32, 0.31, 0.29]), np.array([0.35, 0.38, 0.33, 0.36]), is_loss=True)
    assert found.gap.value == pytest.approx(0.05)
    assert found.gap.n == 4
    assert found.gap.interval is not None
    assert found.gap.interval.low > 0


def test_accuracy_and_loss_have_opposite_signs() -> None:
    inner, outer = np.array([0.9, 0.8, 0.85]), np.array([0.8, 0.75, 0.8])
    as_accuracy = optimism(inner, outer, is_loss=False).gap.value
    as_loss = optimism(inner, outer, is_loss=True).gap.value
    assert as_accuracy == pytest.approx(0.0666666, abs=1e-6)
    assert as_loss == pytest.approx(-0.0666666, abs=1e-6)


def test_two_rounds_have_no_interval() -> None:
    assert optimism(np.array([0.9, 0.8]), np.array([0.8, 0.7]), is_loss=False).gap.interval is None
