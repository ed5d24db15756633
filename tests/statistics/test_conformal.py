from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.statistics import conformal_threshold, set_scores


def test_threshold_covers_one_more_exchangeable_row_as_promised() -> None:
    rng = np.random.default_rng(1)
    hits = [s[-1] <= conformal_threshold(s[:-1], alpha=0.1) for s in rng.normal(size=(20_000, 40))]
    assert 0.9 - 0.006 <= np.mean(hits) <= 0.9 + 1 / 40 + 0.006


def test_threshold_with_a_confidence_keeps_it_sample_by_sample() -> None:
    rng = np.random.default_rng(2)
    kept = [conformal_threshold(s, alpha=0.1, confidence=0.9) >= 0.9 for s in rng.random((5_000, 100))]
    assert np.mean(kept) >= 0.9 - 0.012
    loose = [conformal_threshold(s, alpha=0.1) >= 0.9 for s in rng.random((5_000, 100))]
    assert np.mean(loose) < 0.75


@given(st.integers(0, 60), st.floats(0.02, 0.5))
def test_too_few_rows_promise_nothing(n: int, alpha: float) -> None:
    got = conformal_threshold(np.arange(float(n)), alpha=alpha)
    assert (got is None) == (n + 1 < 1 / alpha - 1e-9)


@given(st.integers(0, 1000), st.floats(0.02, 0.4), st.floats(0.0, 0.4))
def test_a_stricter_promise_never_has_a_lower_threshold(seed: int, alpha: float, more: float) -> None:
    scores = np.random.default_rng(seed).random(80)
    strict, loose = conformal_threshold(scores, alpha=alpha), conformal_threshold(scores, alpha=alpha + more)
    assert strict is None or (loose is not None and loose <= strict)


def test_raps_counts_mass_and_ranks() -> None:
    p = np.array([[0.2, 0.5, 0.3]])
    assert set_scores(p, score="raps")[0].tolist() == pytest.approx([1.0, 0.5, 0.8])
    assert set_scores(p, score="raps", penalty=0.1, free_ranks=1)[0].tolist() == pytest.approx([1.2, 0.5, 0.9])
    drawn = set_scores(p, score="raps", uniform=np.array([0.5]))
    assert drawn[0].tolist() == pytest.approx([0.9, 0.25, 0.65])
    assert set_scores(p, score="lac")[0].tolist() == pytest.approx([0.8, 0.5, 0.7])
    with pytest.raises(ValueError, match="none of"):
        set_scores(p, score="aps")
