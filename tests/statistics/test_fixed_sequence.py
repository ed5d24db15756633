from __future__ import annotations

import numpy as np

from classward.statistics import fallback_rejections


def test_a_failure_ends_the_chain_until_the_next_start() -> None:
    assert fallback_rejections([0.9, 0.0, 0.0], starts=(0,), error_rate=0.1) == (False, False, False)
    assert fallback_rejections([0.9, 0.001, 0.04], starts=(0, 1), error_rate=0.1) == (False, True, True)
    assert fallback_rejections([0.04, 0.09, 0.2], starts=(0, 1), error_rate=0.1) == (True, True, False)


def test_rejecting_any_true_one_is_as_rare_as_stated() -> None:
    rng = np.random.default_rng(0)
    wrong = 0
    for _ in range(4000):
        p = rng.random(6)
        p[:2] *= 0.01
        wrong += any(fallback_rejections(list(p), starts=(0, 2, 4), error_rate=0.1)[2:])
    assert wrong / 4000 <= 0.1 + 0.015
