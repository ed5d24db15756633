from __future__ import annotations

import numpy as np
import pytest

from classward.errors import TooFewLabels
from classward.estimators import fit_temperature, fit_vector_scaling
from classward.inference import Identity, Temperature, VectorScaling, log_softmax, softmax


def honest(n: int, seed: int = 0, n_classes: int = 4, spread: float = 2.0) -> tuple[np.ndarray, np.ndarray]:
    """Logits whose softmax is exactly the distribution the labels are drawn from."""
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=spread, size=(n, n_classes))
    y = (softmax(logits).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)
    return logits, y


def nats(calibrator: Identity | Temperature | VectorScaling, logits: np.ndarray, y: np.ndarray) -> float:
    return float(-log_softmax(calibrator.rescale(logits))[np.arange(len(y)), y].mean())


@pytest.mark.parametrize("true", [0.25, 1.0, 3.0])
def test_finds_the_temperature_that_was_applied(true: float) -> None:
    logits, y = honest(8000)
    assert fit_temperature(logits * true, y) == pytest.approx(true, rel=0.06)


def test_is_the_minimum_of_the_likelihood() -> None:
    logits, y = honest(500, seed=3)
    best = fit_temperature(logits * 1.7, y)
    at_best = nats(Temperature(temperature=best), logits * 1.7, y)
    for other in np.geomspace(0.05, 20, 50):
        assert at_best <= nats(Temperature(temperature=float(other)), logits * 1.7, y) + 1e-9


def test_stays_in_its_range_when_all_rows_are_right_or_wrong() -> None:
    logits = np.tile(np.eye(3) * 0.2, (20_000, 1))
    y = np.tile(np.arange(3), 20_000)
    assert fit_temperature(logits, y, min_per_class=1) == pytest.approx(0.05)
    assert fit_temperature(5.0 * logits, (y + 1) % 3, min_per_class=1) == pytest.approx(20.0)


def test_a_few_rows_all_of_them_right_do_not_make_every_score_certain() -> None:
    logits = np.eye(3) * 2.0
    assert 0.3 < fit_temperature(logits, np.arange(3), min_per_class=1) < 1.0


def test_a_class_with_too_few_rows_is_refused_unless_said_so() -> None:
    logits, y = honest(300)
    y[y == 3] = 0
    with pytest.raises(TooFewLabels, match=r"CW206.*1 of 4 classes"):
        fit_temperature(logits, y)
    assert fit_temperature(logits, y, min_per_class=0) > 0.0
    with pytest.raises(TooFewLabels, match="CW206"):
        fit_temperature(logits[:0], y[:0], min_per_class=0)


def test_vector_scaling_repairs_what_one_number_cannot() -> None:
    logits, y = honest(6000)
    twisted = (logits - np.array([0.0, 1.5, 0.0, -1.0])) / np.array([1.0, 1.0, 0.5, 1.0])
    temperature = fit_temperature(twisted, y)
    fitted = fit_vector_scaling(twisted, y, temperature=temperature)
    assert (fitted.scale > 0).all()
    fresh, y_fresh = honest(6000, seed=9)
    fresh_twisted = (fresh - np.array([0.0, 1.5, 0.0, -1.0])) / np.array([1.0, 1.0, 0.5, 1.0])
    ideal = nats(Identity(), fresh, y_fresh)
    assert nats(fitted, fresh_twisted, y_fresh) < ideal + 0.01
    assert nats(Temperature(temperature=temperature), fresh_twisted, y_fresh) > ideal + 0.05


def test_a_class_without_a_calibration_row_gets_no_correction() -> None:
    logits, y = honest(800)
    keep = y != 2
    fitted = fit_vector_scaling(logits[keep], y[keep], temperature=1.5)
    assert fitted.scale[2] == pytest.approx(1 / 1.5)
    assert fitted.bias[2] == 0.0
    assert np.abs(fitted.bias).max() < 2.0


def test_strong_shrinkage_leaves_temperature_scaling() -> None:
    logits, y = honest(300)
    fitted = fit_vector_scaling(logits, y, temperature=2.0, shrinkage=1e9)
    np.testing.assert_allclose(fitted.scale, 0.5, atol=1e-4)
    np.testing.assert_allclose(fitted.bias, 0.0, atol=1e-4)
