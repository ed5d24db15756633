from __future__ import annotations

import numpy as np
import pytest

from classward.inference import softmax
from classward.lifecycle.calibrate import weigh


def truth(n: int = 2000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    logits = rng.normal(scale=1.5, size=(n, 4))
    return logits, (softmax(logits).cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)


def nats(proba: np.ndarray, y: np.ndarray) -> float:
    return float(-np.log(proba[np.arange(len(y)), y]).mean())


def test_models_with_different_mistakes_share_the_weight_and_beat_each_alone() -> None:
    logits, y = truth()
    rng = np.random.default_rng(1)
    one, two = (softmax(logits + rng.normal(scale=1.0, size=logits.shape)) for _ in range(2))
    done = weigh([one, two], y)
    assert sum(done.weights) == pytest.approx(1.0)
    assert min(done.weights) > 0.3
    assert done.log_loss < min(nats(one, y), nats(two, y)) - 0.02


def test_a_useless_model_gets_no_weight() -> None:
    logits, y = truth()
    noise = softmax(np.random.default_rng(2).normal(scale=3.0, size=logits.shape))
    assert weigh([noise, softmax(logits)], y).weights == (0.0, 1.0)


def test_no_class_is_ever_called_impossible() -> None:
    y = np.array([0, 1, 2, 0] * 10)
    sure = np.eye(4)[np.zeros(40, dtype=int)]
    done = weigh([sure], y)
    assert np.isfinite(done.log_loss)
    assert done.calibrator.apply(np.log(np.maximum(sure, 1e-9))).min() >= 1.0 / (41 * 4)


def test_bold_means_are_tempered() -> None:
    logits, y = truth()
    done = weigh([softmax(3.0 * logits)], y)
    assert done.log_loss == pytest.approx(nats(softmax(logits), y), abs=0.01)
