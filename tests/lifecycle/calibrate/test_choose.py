from __future__ import annotations

import numpy as np
import pytest

from classward.errors import TooFewLabels
from classward.inference import (
    ABSENT_LOGIT,
    MatrixScaling,
    Temperature,
    log_softmax,
    softmax,
)
from classward.lifecycle.calibrate import Calibrated, calibrate


def honest(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is exactly the distribution the labels are drawn from."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=2.0, size=(n, 4))
    return logits, (softmax(logits).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)


def run(logits: np.ndarray, y: np.ndarray, seed: int = 0) -> Calibrated:
    return calibrate(logits, y, rng=np.random.default_rng(seed))


def test_overconfident_scores_get_a_temperature_and_the_expected_log_loss() -> None:
    logits, y = honest(450)
    done = run(logits * 4.0, y)
    assert done.name == "temperature"
    assert isinstance(done.calibrator, Temperature)
    assert done.calibrator.temperature == pytest.approx(4.0, rel=0.3)
    truth = float(-log_softmax(logits)[np.arange(450), y].mean())
    assert truth - 0.01 < done.log_loss < truth + 0.05


def test_scores_wrong_per_class_get_more_than_a_temperature_when_rows_allow() -> None:
    logits, y = honest(3000)
    twisted = logits + np.array([0.0, 2.0, 0.0, -2.0])
    assert run(twisted, y).name == "matrix scaling"
    assert isinstance(run(twisted, y).calibrator, MatrixScaling)
    assert run(twisted[:400], y[:400]).name == "temperature"


def test_log_loss_is_cross_fitted_so_noise_is_not_paid_for() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, 600)
    done = run(rng.normal(size=(600, 4)), y)
    assert done.log_loss >= np.log(4) - 0.02


def test_probabilities_are_those_of_calibrators_that_did_not_see_the_row() -> None:
    logits, y = honest(300)
    done = run(logits * 4, y)
    own = done.calibrator.apply(logits * 4)
    assert done.proba.shape == (300, 4)
    assert 0.0 < np.abs(done.proba - own).max() < 0.1
    assert done.log_loss == pytest.approx(float(-np.log(done.proba[np.arange(300), y]).mean()))


def test_classes_mixed_up_with_each_other_get_matrix_scaling() -> None:
    logits, y = honest(3000)
    mixed = logits @ np.array([[1.0, 0.0, 0, 0], [0, 1, 0.5, 0], [0, 0.5, 1, 0], [0, 0, 0, 1]])
    done = run(mixed, y)
    truth = float(-log_softmax(logits)[np.arange(3000), y].mean())
    assert done.name == "matrix scaling"
    assert isinstance(done.calibrator, MatrixScaling)
    assert done.log_loss < truth + 0.05


def test_the_same_rng_gives_the_same_answer() -> None:
    logits, y = honest(700)
    assert run(logits * 2, y, seed=3).log_loss == run(logits * 2, y, seed=3).log_loss


@pytest.mark.parametrize("n", [2, 3, 5, 12])
def test_a_handful_of_rows_works_and_stays_finite(n: int) -> None:
    logits, y = honest(n)
    done = run(logits, y)
    assert np.isfinite(done.log_loss)
    assert np.isfinite(done.calibrator.apply(logits)).all()


@pytest.mark.parametrize("n", [0, 1])
def test_hardly_any_row_is_refused_with_the_reason(n: int) -> None:
    logits, y = honest(n)
    with pytest.raises(TooFewLabels, match=rf"CW206(.|\n)*{n} usable calibration rows of {n}"):
        run(logits, y)


def test_rows_of_a_class_never_trained_on_do_not_bend_the_temperature_but_count() -> None:
    logits, y = honest(400)
    clean = logits[y != 3].copy()
    clean[:, 3] = ABSENT_LOGIT
    kept = y[y != 3]
    plain = run(clean * np.array([3, 3, 3, 1]), kept)
    some = np.concatenate([clean * np.array([3, 3, 3, 1]), clean[:10] * np.array([3, 3, 3, 1])])
    mixed = run(some, np.concatenate([kept, np.full(10, 3)]))
    assert isinstance(plain.calibrator, Temperature)
    assert isinstance(mixed.calibrator, Temperature)
    assert mixed.calibrator.temperature == pytest.approx(plain.calibrator.temperature)
    assert plain.log_loss + 0.2 < mixed.log_loss < plain.log_loss + 35 * 10 / len(kept)
