"""Networks answered with NumPy answer as scikit-learn does."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_wine
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_info

from classward.errors import DataError
from classward.estimators import NetworkSettings, fit_network
from classward.estimators.network import network_scorer
from classward.inference import ABSENT_LOGIT, Csr, Features, NetworkScorer, softmax

SMALL = NetworkSettings(first=24, second=12, epochs=6)


def as_features(dense: np.ndarray, sparse: Csr | None = None) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=sparse or Csr.empty(len(dense)))


def never() -> bool:
    return False


def digits() -> tuple[np.ndarray, np.ndarray]:
    rows, y = load_digits(return_X_y=True)
    return (rows / 8 - 1).astype(np.float32), y


def fit(dense: np.ndarray, y: np.ndarray, n_classes: int, **kw: object) -> NetworkScorer:
    given: dict[str, object] = {"settings": SMALL, "seed": 0, "should_stop": never} | kw
    return fit_network(as_features(dense), y, n_classes=n_classes, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize("hidden", [(), (7,), (30, 12)])
@pytest.mark.parametrize("classes", [2, 3, 10])
def test_softmax_is_the_library_s(hidden: tuple[int, ...], classes: int) -> None:
    rows, y = digits()
    rows, y = rows[y < classes], y[y < classes]
    model = MLPClassifier(hidden, batch_size=64, random_state=0)
    for _ in range(5):
        model.partial_fit(rows[::2], y[::2], classes=np.arange(classes))
    scorer = network_scorer(model, present=np.arange(classes), n_classes=classes)
    proba = softmax(scorer.logits(as_features(rows)))
    np.testing.assert_allclose(proba, model.predict_proba(rows), atol=2e-6)  # the library sums in single precision
    model.coefs_ = [w.astype(np.float64) for w in model.coefs_]
    model.intercepts_ = [b.astype(np.float64) for b in model.intercepts_]
    np.testing.assert_allclose(proba, model.predict_proba(rows.astype(np.float64)), atol=1e-6)


def test_learns_real_digits_and_one_row_answers_as_many_do() -> None:
    rows, y = digits()
    scorer = fit(rows[::2], y[::2], 10, settings=NetworkSettings(epochs=15))
    logits = scorer.logits(as_features(np.concatenate([rows[1::2]] * 4)))
    assert (logits[: len(y) // 2].argmax(axis=1) == y[1::2]).mean() > 0.93
    for i in (0, 1, 500, 897):
        np.testing.assert_allclose(scorer.logits(as_features(rows[[2 * i + 1]]))[0], logits[i], atol=1e-10)


def test_the_same_seed_gives_the_same_network() -> None:
    rows, y = digits()
    one, two, other = fit(rows, y, 10), fit(rows, y, 10), fit(rows, y, 10, seed=1)
    for a, b, c in zip(one.weights, two.weights, other.weights, strict=True):
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()


def test_classes_without_a_row_get_a_very_low_constant() -> None:
    rows, y = digits()
    logits = fit(rows, 2 * y, 20).logits(as_features(rows))
    assert (logits[:, 1::2] == ABSENT_LOGIT).all()
    assert (logits.argmax(axis=1) == 2 * y).mean() > 0.8


def test_missing_and_sparse_features_are_taken() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 400)
    indicator = Csr(
        indptr=np.arange(401, dtype=np.int64), indices=y.astype(np.int32), data=np.ones(400, np.float32), n_columns=3
    )
    features = as_features(np.full((400, 1), np.nan), indicator)
    scorer = fit_network(features, y, n_classes=3, settings=NetworkSettings(epochs=20), seed=0, should_stop=never)
    assert scorer.n_columns == 4
    assert (scorer.logits(features).argmax(axis=1) == y).all()


def test_keeps_the_best_pass_and_stops_after_its_patience() -> None:
    rows, y = digits()
    y = np.random.default_rng(0).permutation(y)  # nothing to learn: the inner fold soon stops improving
    asked = []
    fit(rows, y, 10, settings=NetworkSettings(epochs=60, patience=2), should_stop=lambda: bool(asked.append(1)))
    assert len(asked) < 40


def test_stops_when_told_and_keeps_what_was_learned() -> None:
    rows, y = digits()
    told = fit(rows, y, 10, should_stop=lambda: True)
    once = fit(rows, y, 10, settings=NetworkSettings(first=24, second=12, epochs=1))
    np.testing.assert_array_equal(told.weights[0], once.weights[0])


def test_few_rows_are_all_learned_from_for_all_passes() -> None:
    rows, y = load_wine(return_X_y=True)
    rows = (rows - rows.mean(axis=0)) / rows.std(axis=0)
    asked: list[int] = []
    scorer = fit(rows, y, 3, settings=NetworkSettings(epochs=30, patience=0), should_stop=lambda: bool(asked.append(1)))
    assert len(asked) == 30
    assert (scorer.logits(as_features(rows)).argmax(axis=1) == y).mean() > 0.95
    fit(rows[::30], np.array([0, 0, 1, 1, 2, 2]), 3)


def test_threads_are_limited_while_fitting_only() -> None:
    rows, y = digits()
    before = [lib["num_threads"] for lib in threadpool_info()]
    during: list[int] = []

    def look() -> bool:
        during.extend(lib["num_threads"] for lib in threadpool_info() if lib["user_api"] == "blas")
        return True

    fit(rows, y, 10, should_stop=look)
    assert during
    assert set(during) == {1}
    assert [lib["num_threads"] for lib in threadpool_info()] == before


def test_no_pass_and_too_many_features_are_refused() -> None:
    rows, y = digits()
    with pytest.raises(ValueError, match="one pass"):
        fit(rows, y, 10, settings=NetworkSettings(epochs=0))
    wide = Csr(
        indptr=np.zeros(30_001, np.int64), indices=np.zeros(0, np.int32), data=np.zeros(0, np.float32), n_columns=60_000
    )
    with pytest.raises(DataError, match="CW248"):
        fit_network(
            as_features(np.zeros((30_000, 1)), wide), np.arange(30_000) % 3, n_classes=3, settings=SMALL, seed=0,
            should_stop=never,
        )  # fmt: skip
