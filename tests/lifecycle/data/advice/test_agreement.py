"""Krippendorff's alpha: a published example, chance, and certainty."""

from __future__ import annotations

import numpy as np
import pytest

from classward.lifecycle.data.advice import agreement


def test_published_example() -> None:
    """Krippendorff (2011), section C: four observers, twelve units, five categories, missing labels: alpha .743."""
    observers = [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
        [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
    ]
    pairs = [(u, label - 1) for row in observers for u, label in enumerate(row) if label]
    unit, y = (np.array(column) for column in zip(*pairs, strict=True))
    found = agreement(unit, y, n_classes=5, rng=np.random.default_rng(0))
    assert found.alpha.value == pytest.approx(0.743, abs=0.001)
    assert found.alpha.n == 11
    assert found.n_labels == 40


def test_labels_by_chance_agree_by_nothing() -> None:
    rng = np.random.default_rng(0)
    found = agreement(np.repeat(np.arange(500), 2), rng.integers(0, 4, 1000), n_classes=4, rng=rng)
    assert found.alpha.interval is not None
    assert found.alpha.interval.low < 0 < found.alpha.interval.high


def test_always_the_same_is_one_and_one_unit_is_nothing() -> None:
    rng = np.random.default_rng(0)
    y = np.repeat(rng.integers(0, 3, 50), 3)
    assert agreement(np.repeat(np.arange(50), 3), y, n_classes=3, rng=rng).alpha.value == 1.0
    assert agreement(np.arange(150), y, n_classes=3, rng=rng).alpha.value is None
    assert agreement(np.zeros(5, dtype=np.int64), y[:5], n_classes=3, rng=rng).alpha.value is None
