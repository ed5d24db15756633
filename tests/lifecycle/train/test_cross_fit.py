"""Rows a fold leaves out are scored, and tell nobody anything before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.inference import FittedModel
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one
from classward.lifecycle.train import fit as fit_room
from classward.lifecycle.train.family import Params

N = 300
SPACE = LabelSpace.of(["a", "b", "c"])
SCHEMA = InputSchema(features=(Feature(name="x", kind="numeric"), Feature(name="z", kind="numeric")))
PARAMS: dict[str, tuple[tuple[str, str | int], ...]] = {
    "lightgbm": (("iterations", 60), ("patience", 5)),
    "network": (("epochs", 12), ("first", 8), ("second", 8)),
}


def table(seed: int = 0) -> LabelledRows:
    rng = np.random.default_rng(seed)
    y = rng.choice(3, size=N, p=[0.6, 0.3, 0.1])
    columns = {"x": (y + rng.normal(size=N)).tolist(), "z": rng.normal(size=N).tolist()}
    return LabelledRows(columns=columns, n=N, y_index=y.astype(np.int64), schema=SCHEMA, label_space=SPACE)


def folds() -> tuple[FitFold, ...]:
    part = np.arange(N) % 3
    return tuple(FitFold(fit=np.flatnonzero(part != i), held=np.flatnonzero(part == i)) for i in range(3))


@pytest.mark.parametrize("family", PARAMS)
def test_labels_of_held_rows_change_nothing_in_the_model_that_scores_them(family: str) -> None:
    rows, first = table(), folds()[0]
    y = rows.y_index.copy()
    y[first.held] = (y[first.held] + 1) % 3

    def scored(given: LabelledRows) -> np.ndarray:
        found = cross_fit(
            Recipe(family=family, params=PARAMS[family]), given, folds(), seed=0, n_threads=1,
            seconds_left=lambda: float("inf"),
        )  # fmt: skip
        return found.logits[: len(first.held)]

    np.testing.assert_array_equal(scored(rows), scored(replace(rows, y_index=y)))


@pytest.mark.parametrize("family", PARAMS)
@pytest.mark.parametrize("how_copied", [("balance", "over"), ("balance", "smote"), ("perturb", "jitter")])
def test_rows_that_tell_when_to_stop_have_no_copy_among_those_fitted(
    family: str, how_copied: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[LabelledRows, LabelledRows | None]] = []
    plain = fit_room.family

    def watched(name: str) -> object:
        def fit(rows: LabelledRows, params: Params, how: How) -> object:
            seen.append((rows, how.held))
            return plain(name)(rows, params, how)

        return fit

    monkeypatch.setattr(fit_room, "family", watched)
    rows = table()
    model = fit_one(Recipe(family=family, params=(*PARAMS[family], how_copied)), rows, quiet())
    assert isinstance(model, FittedModel)
    fitted, held = seen[-1]
    assert held is not None
    assert held.n == sum(int(0.1 * n) for n in np.bincount(rows.y_index))  # as they came: rare classes stay rare
    assert fitted.n > rows.n
    assert not set(held.columns["z"]) & set(fitted.columns["z"])


@pytest.mark.parametrize("family", PARAMS)
def test_too_few_rows_to_set_aside_leave_nothing_to_tell_by(family: str) -> None:
    few = table().take(np.arange(100))
    noted: list[int] = []
    how = replace(quiet(), noted=lambda stop: noted.append(stop.made))
    fit_one(Recipe(family=family, params=(*PARAMS[family], ("balance", "over"))), few, how)
    assert noted == [dict(PARAMS[family])["iterations" if family == "lightgbm" else "epochs"]]


def test_a_choice_for_a_fold_is_made_on_its_rows_alone() -> None:
    rows, asked = table(), []

    def choose(some: LabelledRows) -> str:
        asked.append(set(some.columns["z"]))
        return str(len(asked))

    first, second = (rows.take(fold.fit) for fold in folds()[:2])
    assert [part.found_once(choose) for part in (first, second, rows.take(folds()[0].fit))] == ["1", "2", "1"]
    assert asked == [set(first.columns["z"]), set(second.columns["z"])]


def quiet() -> How:
    return How(seed=0, n_threads=1, should_stop=lambda: False)
