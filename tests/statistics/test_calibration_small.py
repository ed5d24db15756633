from __future__ import annotations

import numpy as np
import pytest

from classward.statistics import calibration_report


@pytest.mark.parametrize(
    ("n", "verdict"), [(1, "not enough evidence"), (59, "not enough evidence"), (60, "calibrated")]
)
def test_a_few_certain_and_right_answers_prove_nothing(n: int, verdict: str) -> None:
    report = calibration_report(np.ones(n), np.ones(n, dtype=bool), rng=np.random.default_rng(0))
    assert report.verdict == verdict
