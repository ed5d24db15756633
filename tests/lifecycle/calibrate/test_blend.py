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


def guessing(n_candidates: int, n: int = 60) -> tuple[list[np.ndarray], np.ndarray]:
    """Candidates that know nothing: whatever weight does well on some rows does so by chance."""
    rng = np.random.default_rng(0)
    y = rng.integers(0, 4, n)
    return [softmax(rng.normal(size=(n, 4))) for _ in range(n_candidates)], y


def test_luck_of_a_choice_among_many_does_not_show_in_the_log_loss() -> None:
    probas, y = guessing(80)
    done = weigh(probas, y, fold=np.arange(60) % 5)
    lucky = np.sum([w * p for w, p in zip(done.weights, probas, strict=True)], axis=0)
    assert nats(lucky, y) < 1.25 < np.log(4) < done.log_loss
    assert done.log_loss == pytest.approx(nats(done.proba, y))


@pytest.mark.parametrize("fold", [np.repeat([0, 1, 2], 20), None], ids=["folds", "a single fold"])
def test_labels_of_a_fold_change_nothing_that_is_said_of_it(fold: np.ndarray | None) -> None:
    probas, y = guessing(8)
    mine = np.arange(20) if fold is not None else np.arange(0, 60, 5)
    other = y.copy()
    other[mine] = (other[mine] + 1) % 4
    one, two = weigh(probas, y, fold=fold), weigh(probas, other, fold=fold)
    np.testing.assert_array_equal(one.proba[mine], two.proba[mine])
    assert one.weights != two.weights


def test_many_rows_are_weighed_by_some_of_them() -> None:
    logits, y = truth(50_000)
    done = weigh([softmax(logits), softmax(2.0 * logits)], y)
    assert done.log_loss == pytest.approx(nats(softmax(logits), y), abs=0.005)
    assert len(done.proba) == 50_000
