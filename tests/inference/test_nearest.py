"""Nearest training rows: the search, its index, and the votes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.estimators import NearestSettings, fit_nearest
from classward.inference import ABSENT_LOGIT, Csr, Features, NearestScorer, softmax, unit_rows

N, D, K = 600, 8, 4


def features_of(dense: np.ndarray) -> Features:
    return Features(n=len(dense), dense=dense.astype(np.float32), sparse=Csr.empty(len(dense)))


def clouds(seed: int = 0, n: int = N) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 3, n)
    return (np.eye(3, D)[y] * 2.0 + rng.normal(size=(n, D)) * 0.4).astype(np.float32), y.astype(np.int64)


def fitted(**settings: int | float) -> NearestScorer:
    dense, y = clouds()
    return fit_nearest(
        features_of(dense), y, blocks=(D,), ids=[f"r{i}" for i in range(N)], n_classes=K,
        settings=NearestSettings(**settings), rng=np.random.default_rng(0),  # type: ignore[arg-type]
    )  # fmt: skip


def test_with_one_cell_neighbours_are_those_of_a_full_comparison() -> None:
    scorer, (dense, _) = fitted(), clouds()
    assert len(scorer.centres) == 1
    for row in unit_rows(clouds(1, 20)[0], (D,)):
        at, cosine = scorer.search(row, n_neighbours=5)
        truth = np.sort(unit_rows(dense, (D,)).astype(np.float64) @ row.astype(np.float64))[::-1][:5]
        np.testing.assert_allclose(cosine, truth, atol=1e-6)
        np.testing.assert_array_equal(at, np.unique(at)[np.argsort(np.argsort(at))])


def test_all_cells_read_give_the_same_rows_as_one_cell() -> None:
    exact, index = fitted(), fitted(exact_up_to=10, probes=4)
    assert len(index.centres) == round(np.sqrt(N))
    n_found = 0
    for row in unit_rows(clouds(2, 30)[0], (D,)):
        wanted = {exact.ids[i] for i in exact.search(row)[0]}
        assert {index.ids[i] for i in index.search(row, n_probes=10**6)[0]} == wanted
        n_found += len(wanted & {index.ids[i] for i in index.search(row)[0]})
    assert n_found / (30 * exact.n_neighbours) > 0.5


def test_votes_are_right_and_every_probability_is_positive() -> None:
    dense, y = clouds(3, 200)
    logits = fitted().logits(features_of(dense))
    assert (logits[:, :3].argmax(axis=1) == y).mean() > 0.9
    assert (logits[:, 3] == ABSENT_LOGIT).all()
    proba = softmax(logits)
    assert (proba[:, :3] > 0).all()
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)


def test_a_row_does_not_depend_on_the_rows_beside_it() -> None:
    scorer, (dense, _) = fitted(exact_up_to=10), clouds(4, 12)
    whole = scorer.logits(features_of(dense))
    for i in range(len(dense)):
        np.testing.assert_array_equal(scorer.logits(features_of(dense[[i]]))[0], whole[i])


@pytest.mark.parametrize("value", [np.nan, 0.0])
def test_a_row_without_a_vector_gets_the_shares_of_training(value: float) -> None:
    scorer = fitted()
    np.testing.assert_allclose(
        softmax(scorer.logits(features_of(np.full((1, D), value))))[0, :3], scorer.shares[:3], atol=1e-9
    )
    assert len(scorer.search(np.zeros(D, np.float32))[0]) == 0


def test_huge_numbers_have_a_direction_too() -> None:
    made = unit_rows(np.array([[3e38, 3e38], [1e-38, 0.0]], dtype=np.float32), (1, 1))
    np.testing.assert_allclose((made**2).sum(axis=1), 1.0, atol=1e-6)


def test_blocks_count_alike_whatever_their_length() -> None:
    made = unit_rows(np.array([[100.0, 0.0, 0.0, 1.0]], dtype=np.float32), (2, 2))
    np.testing.assert_allclose(made, [[0.5**0.5, 0, 0, 0.5**0.5]], atol=1e-6)


def test_rows_without_a_vector_are_not_stored() -> None:
    dense, y = clouds()
    dense[:5] = np.nan
    made = fit_nearest(
        features_of(dense), y, blocks=(D,), ids=[f"r{i}" for i in range(N)], n_classes=K, settings=NearestSettings(),
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert len(made.vectors) == N - 5
    assert not {"r0", "r4"} & set(made.ids)
    dense[:] = np.nan
    with pytest.raises(ValueError, match="no row has a vector"):
        fit_nearest(
            features_of(dense), y, blocks=(D,), ids=[""] * N, n_classes=K, settings=NearestSettings(),
            rng=np.random.default_rng(0),
        )  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": ("a",)},
        {"starts": np.array([0, N - 1])},
        {"classes": np.full(N, K, dtype=np.int32)},
        {"blocks": (D - 1,)},
        {"n_probes": 0},
        {"floor": 0.0},
        {"shares": np.zeros(K)},
        {"vectors": np.full((N, D), np.nan, dtype=np.float32)},
        {"centres": np.zeros((2, D), dtype=np.float32)},
    ],
)
def test_pieces_that_do_not_fit_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"vector|cell|neighbour|class"):
        replace(fitted(), **wrong)  # type: ignore[arg-type]
