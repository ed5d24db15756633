"""Binary models put together answer the multiclass question."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.inference import softmax
from classward.lifecycle.train import (
    FitFold,
    LabelledRows,
    OutOfTime,
    cross_fit_binary,
    one_vs_one,
    pairs_of,
)
from classward.lifecycle.train.frames import coupled

SPACE = LabelSpace.of(["a", "b", "c", "never"])
RECIPE = Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 100)))


def rows_of(n: int = 300) -> LabelledRows:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    return LabelledRows(
        columns={"x": (np.array([0, 3, 0])[y] + rng.normal(size=n)).tolist(),
                 "z": (np.array([0, 0, 3])[y] + rng.normal(size=n)).tolist()},
        n=n, y_index=y, schema=InputSchema(features=tuple(Feature(name=k, kind="numeric") for k in "xz")),
        label_space=SPACE,
    )  # fmt: skip


def folds_of(n: int, k: int = 3) -> list[FitFold]:
    part = np.arange(n) % k
    return [FitFold(fit=np.flatnonzero(part != i), held=np.flatnonzero(part == i)) for i in range(k)]


def asked(pair: tuple[int, int]):  # type: ignore[no-untyped-def]
    rows = rows_of()
    return cross_fit_binary(RECIPE, rows, folds_of(rows.n), pair, seed=0, n_threads=1, seconds_left=lambda: np.inf)


def test_questions_are_one_per_pair_of_classes_with_rows() -> None:
    y = np.array([0, 2, 3, 0])
    assert pairs_of(y) == ((0, 2), (0, 3), (2, 3))


def test_pairs_answer_rows_they_never_saw() -> None:
    rows, folds = rows_of(), folds_of(300)
    y = np.concatenate([rows.y_index[fold.held] for fold in folds])
    proba = one_vs_one([(one.first, one.second, softmax(one.logits)[:, 1]) for one in map(asked, pairs_of(y))], 4)
    assert (proba.argmax(axis=1) == y).mean() > 0.85
    np.testing.assert_allclose(proba.sum(axis=1), 1.0)
    assert (proba[:, 3] == 0.0).all()


def test_rows_of_neither_class_are_scored_but_not_fitted_on() -> None:
    one = asked((0, 1))
    assert len(one.logits) == 300
    assert set(one.y.tolist()) == {-1, 0, 1}
    own = one.y >= 0
    assert ((one.logits[own].argmax(axis=1)) == one.y[own]).mean() > 0.85
    assert one.n_fits == 3


def test_coupling_gives_back_probabilities_whose_ratios_it_is_given() -> None:
    rng = np.random.default_rng(0)
    proba = rng.dirichlet(np.ones(5), size=200)
    ratio = proba[:, :, None] / (proba[:, :, None] + proba[:, None, :])
    np.testing.assert_allclose(coupled(ratio), proba, atol=1e-5)


def test_ratios_that_contradict_each_other_still_give_probabilities() -> None:
    ratio = np.array([[[0, 1, 0], [0, 0, 1], [1, 0, 0]]], dtype=float)  # a beats b beats c beats a
    np.testing.assert_allclose(coupled(ratio), np.full((1, 3), 1 / 3), atol=1e-6)


def test_a_fold_without_one_side_answers_with_the_other() -> None:
    rows = rows_of(60)
    y = np.where(rows.y_index == 1, 0, rows.y_index)
    y[[0, 3, 6]] = 1  # all in the first fold, which is fitted without them
    rows = LabelledRows(columns=rows.columns, n=60, y_index=y, schema=rows.schema, label_space=SPACE)
    one = cross_fit_binary(RECIPE, rows, folds_of(60), (1, 2), seed=0, n_threads=1, seconds_left=lambda: np.inf)
    assert one.n_fits == 2
    assert (softmax(one.logits[:20])[:, 1] < 1e-9).all()


def test_time_that_runs_out_is_told() -> None:
    left = iter(np.linspace(1.0, -200.0, 400))
    rows = rows_of()
    with pytest.raises(OutOfTime):
        cross_fit_binary(
            RECIPE, rows, folds_of(300), (0, 1), seed=0, n_threads=1, seconds_left=lambda: float(next(left)), n_after=9
        )
