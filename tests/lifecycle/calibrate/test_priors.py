from __future__ import annotations

import numpy as np
import pytest
from decision_draws import NONE, SPACE, draw

from classward.domain import LabelSpace
from classward.errors import DataError, TooFewLabels, UsageError
from classward.inference import Proba
from classward.lifecycle.calibrate import choose_prior


def choose(seed: int, n: int, shares: tuple[float, ...], apart: float):  # type: ignore[no-untyped-def]
    space = LabelSpace.of([f"c{i}" for i in range(len(shares))])
    p, y = draw(seed, n, shares=np.array(shares), apart=apart, space=space)
    return choose_prior(p, y, fold=np.arange(n) % 5, rng=np.random.default_rng(seed))


def test_a_real_gain_is_found_and_shown_with_its_price() -> None:
    done = choose(0, 4000, (0.7, 0.15, 0.1, 0.05), 0.6)
    assert done.is_adopted
    assert 0.2 <= done.correction.exponent <= 0.8
    assert sum(done.correction.prior) == pytest.approx(1.0)
    assert done.gain.interval is not None
    assert done.gain.interval.low > 0.0
    assert done.macro_f1_after.value > done.macro_f1_before.value + 0.02  # type: ignore[operator]
    assert done.accuracy_after.value < done.accuracy_before.value  # type: ignore[operator]
    assert (done.n, done.gain.n, done.error_rate) == (4000, 4000, 0.05)
    assert "at least" in done.remark


def test_noise_does_not_choose() -> None:
    adopted = [choose(seed, 300, (0.4, 0.3, 0.2, 0.1), 1.5).is_adopted for seed in range(30)]
    assert sum(adopted) <= 3
    equal = [choose(seed, 300, (0.25,) * 4, 0.5).is_adopted for seed in range(30)]
    assert sum(equal) <= 4


def test_what_is_not_adopted_says_why_and_changes_nothing() -> None:
    done = choose(3, 60, (0.5, 0.3, 0.15, 0.05), 0.5)
    assert not done.is_adopted
    assert done.correction.prior == ()
    assert done.remark.startswith("no prior correction")


def test_one_fold_can_prove_nothing() -> None:
    p, y = draw(0, 4000)
    done = choose_prior(p, y, fold=np.zeros(4000, dtype=int), rng=np.random.default_rng(0))
    assert not done.is_adopted


def test_a_class_without_rows_has_a_small_share_not_none() -> None:
    p, y = draw(1, 3000, shares=np.array([0.7, 0.2, 0.1, 1e-12]))
    done = choose_prior(p, y, fold=np.arange(3000) % 3, rng=np.random.default_rng(0))
    assert all(share > 0.0 for share in done.correction.prior)


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(TooFewLabels, match="CW260"):
        choose_prior(Proba(np.empty((0, 4)), SPACE), NONE, fold=NONE, rng=rng)
    p, y = draw(0, 10)
    with pytest.raises(DataError, match="CW222"):
        choose_prior(p, y[:9], fold=np.arange(9) % 2, rng=rng)
    with pytest.raises(UsageError, match="CW262"):
        choose_prior(p, y, fold=np.arange(10) % 2, rng=rng, error_rate=5.0)
