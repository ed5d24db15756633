"""Columns are scaled by what a short trial favours, once for all folds."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.errors import DataError
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one
from classward.lifecycle.train.scaling import best_scaling


def labelled(matrix: np.ndarray, y: np.ndarray) -> LabelledRows:
    names = [f"x{j}" for j in range(matrix.shape[1])]
    return LabelledRows(
        columns={name: matrix[:, j].tolist() for j, name in enumerate(names)}, n=len(y), y_index=y,
        schema=InputSchema(features=tuple(Feature(name=name, kind="numeric") for name in names)),
        label_space=LabelSpace.of(["a", "b", "c"]),
    )  # fmt: skip


def pixels(n: int = 420) -> LabelledRows:
    """Two columns that tell classes apart, among many of the same unit that hardly move."""
    rng = np.random.default_rng(0)
    y = rng.integers(3, size=n)
    noise = rng.normal(scale=0.05, size=(n, 40))
    return labelled(
        np.column_stack([4.0 * (y == 1) + rng.normal(size=n), 4.0 * (y == 2) + rng.normal(size=n), noise]), y
    )


def test_columns_in_one_unit_are_not_stretched() -> None:
    assert best_scaling(pixels()) == "common"


def test_a_table_without_numbers_keeps_the_usual_way() -> None:
    rows = LabelledRows(
        columns={"k": ["a", "b", "c"] * 10}, n=30, y_index=np.arange(30) % 3, label_space=LabelSpace.of(["a", "b", "c"]),
        schema=InputSchema(features=(Feature(name="k", kind="categorical"),)),
    )  # fmt: skip
    assert best_scaling(rows) == "spread"


def test_all_folds_share_one_featuriser_and_scores_are_of_held_rows() -> None:
    rows = pixels(150)
    folds = [
        FitFold(fit=np.flatnonzero(np.arange(150) % 2 != i), held=np.flatnonzero(np.arange(150) % 2 == i))
        for i in (0, 1)
    ]
    made = cross_fit(Recipe(family="kernel"), rows, folds, seed=0, n_threads=1, seconds_left=lambda: float("inf"))
    assert made.models[0].featuriser is made.models[1].featuriser
    expected = [m.logits(rows.take(f.held).columns, len(f.held)) for m, f in zip(made.models, folds, strict=True)]
    np.testing.assert_array_equal(made.logits, np.concatenate(expected))


def test_with_one_fold_nothing_is_learned_of_held_rows() -> None:
    rows = LabelledRows(
        columns={"k": ["a", "b", "c"] * 20 + ["later"] * 6}, n=66, y_index=np.arange(66) % 3,
        label_space=LabelSpace.of(["a", "b", "c"]), schema=InputSchema(features=(Feature(name="k", kind="categorical"),)),
    )  # fmt: skip
    made = cross_fit(
        Recipe(family="forest", params=(("trees", 5),)), rows, [FitFold(fit=np.arange(60), held=np.arange(60, 66))],
        seed=0, n_threads=1, seconds_left=lambda: float("inf"),
    )  # fmt: skip
    assert made.models[0].unseen({"k": ["later"]}, 1) == [("unseen:k",)]


def test_an_unknown_scaling_is_refused() -> None:
    with pytest.raises(DataError, match=r"CW254.*'spred'.*spread"):
        fit_one(
            Recipe(family="kernel", params=(("scaling", "spred"),)), pixels(60),
            How(seed=0, n_threads=1, should_stop=lambda: False),
        )  # fmt: skip
