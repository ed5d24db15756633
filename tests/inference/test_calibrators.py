from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from classward.inference import Identity, Temperature, VectorScaling, log_softmax, softmax

LOGITS = hnp.arrays(np.float64, st.tuples(st.integers(0, 6), st.just(4)), elements=st.floats(-1e300, 1e300))


@given(LOGITS)
def test_softmax_of_any_finite_logits_is_a_probability_matrix(logits: np.ndarray) -> None:
    with np.errstate(over="ignore"):
        proba = softmax(logits)
    assert proba.shape == logits.shape
    assert ((proba >= 0) & (proba <= 1)).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)


@given(hnp.arrays(np.float64, (3, 4), elements=st.floats(-600, 600)))
def test_log_softmax_is_the_logarithm_also_where_softmax_is_tiny(logits: np.ndarray) -> None:
    exact = logits.astype(np.longdouble)
    expected = exact - np.log(np.exp(exact - exact.max(axis=1, keepdims=True)).sum(axis=1, keepdims=True))
    expected -= exact.max(axis=1, keepdims=True)
    np.testing.assert_allclose(log_softmax(logits), expected.astype(np.float64), rtol=1e-9, atol=1e-9)


def test_arguments_are_left_alone() -> None:
    logits = np.array([[1.0, 2.0, 3.0]])
    for calibrator in (
        Identity(),
        Temperature(temperature=2.0),
        VectorScaling(scale=np.array([1.0, 2.0, 0.5]), bias=np.array([0.1, 0.0, 0.0])),
    ):
        calibrator.apply(logits)
        log_softmax(calibrator.rescale(logits))
        assert logits.tolist() == [[1.0, 2.0, 3.0]]


def test_temperature_softens() -> None:
    logits = np.array([[0.0, 1.0, 3.0]])
    assert Temperature(temperature=4.0).apply(logits)[0, 2] < Identity().apply(logits)[0, 2]
    np.testing.assert_allclose(Temperature(temperature=4.0).apply(logits), softmax(logits / 4))


def test_vector_scaling_scales_and_shifts() -> None:
    calibrator = VectorScaling(scale=np.array([1.0, 2.0, 0.5]), bias=np.array([0.5, 0.0, -1.0]))
    np.testing.assert_allclose(calibrator.apply(np.array([[1.0, 1.0, 2.0]])), softmax(np.array([[1.5, 2.0, 0.0]])))
    assert calibrator.n_classes == 3


@pytest.mark.parametrize("temperature", [0.0, -1.0, float("nan"), float("inf")])
def test_a_temperature_is_positive(temperature: float) -> None:
    with pytest.raises(ValueError, match="not positive"):
        Temperature(temperature=temperature)


def test_scale_and_bias_must_fit_and_be_finite() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        VectorScaling(scale=np.ones(3), bias=np.zeros(2))
    with pytest.raises(ValueError, match="finite"):
        VectorScaling(scale=np.array([1.0, np.nan]), bias=np.zeros(2))
