"""One multiclass question asked as many binary ones, fitted and served as one model."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Plan, Recipe
from classward.errors import DataError, UsageError
from classward.inference import ABSENT_LOGIT, FrameScorer, LinearScorer
from classward.lifecycle.calibrate import binary_figures, calibrate, calibrate_frame
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one, frame_params, framed

SPACE = LabelSpace.of(["a", "b", "c", "d"])
LINEAR = Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 100)))
TREES = Recipe(family="lightgbm", params=(("iterations", 20), ("learning_rate", 0.2)))
HOW = How(seed=0, n_threads=1, should_stop=lambda: False)


def rows_of(n: int = 400, classes: tuple[int, ...] = (0, 1, 2, 3)) -> LabelledRows:
    """Classes along a line, so that their order means something."""
    rng = np.random.default_rng(0)
    y = rng.choice(classes, n)
    return LabelledRows(
        columns={"x": (2.0 * y + rng.normal(size=n)).tolist(), "z": rng.normal(size=n).tolist()}, n=n, y_index=y,
        schema=InputSchema(features=tuple(Feature(name=k, kind="numeric") for k in "xz")), label_space=SPACE,
    )  # fmt: skip


def asked(recipe: Recipe, frame: str) -> Recipe:
    return Recipe(family=recipe.family, params=(*recipe.params, *frame_params(frame, is_ordered=True)))


def held_out(recipe: Recipe, rows: LabelledRows) -> tuple[np.ndarray, np.ndarray]:
    part = np.arange(rows.n) % 3
    folds = [FitFold(fit=np.flatnonzero(part != i), held=np.flatnonzero(part == i)) for i in range(3)]
    found = cross_fit(recipe, rows, folds, seed=0, n_threads=1, seconds_left=lambda: np.inf)
    return found.logits, np.concatenate([rows.y_index[f.held] for f in folds])


@pytest.mark.parametrize("recipe", [LINEAR, TREES], ids=["linear", "trees"])
@pytest.mark.parametrize("frame", ["one-vs-rest", "ordinal"])
def test_a_frame_answers_rows_it_never_saw_with_honest_probabilities(recipe: Recipe, frame: str) -> None:
    logits, y = held_out(asked(recipe, frame), rows_of())
    found = calibrate_frame(frame, logits, y, rng=np.random.default_rng(0))
    plain = calibrate(held_out(recipe, rows_of())[0], y, rng=np.random.default_rng(0))
    np.testing.assert_allclose(found.calibrated.proba.sum(axis=1), 1.0)
    assert (found.calibrated.proba.argmax(axis=1) == y).mean() > 0.6
    assert found.calibrated.log_loss < plain.log_loss + (
        0.3 if frame == "one-vs-rest" else 0.1
    )  # a line cannot cut out its middle
    figures = binary_figures(frame, found.yes, y, SPACE, rng=np.random.default_rng(0))
    assert [f.question for f in figures] == (
        ["a or rest", "b or rest", "c or rest", "d or rest"]
        if frame == "one-vs-rest"
        else ["above a", "above b", "above c"]
    )
    assert all(f.n_yes <= f.n == 400 for f in figures)
    if recipe is TREES or frame == "ordinal":
        assert max(f.ece for f in figures) < 0.12


def test_linear_questions_become_one_linear_model_and_trees_a_frame() -> None:
    rows = rows_of()
    linear, trees = fit_one(asked(LINEAR, "one-vs-rest"), rows, HOW), fit_one(asked(TREES, "one-vs-rest"), rows, HOW)
    assert isinstance(linear.scorer, LinearScorer)
    assert isinstance(trees.scorer, FrameScorer)
    assert len(trees.scorer.questions) == 4
    assert (linear.logits(rows.columns, rows.n).argmax(axis=1) == rows.y_index).mean() > 0.6


@pytest.mark.parametrize("recipe", [LINEAR, TREES], ids=["linear", "trees"])
def test_classes_without_rows_get_next_to_nothing(recipe: Recipe) -> None:
    rows = rows_of(classes=(1, 3))
    rest = fit_one(asked(recipe, "one-vs-rest"), rows, HOW).logits(rows.columns, rows.n)
    assert (rest[:, [0, 2]] == ABSENT_LOGIT).all()
    steps = fit_one(asked(recipe, "ordinal"), rows, HOW).logits(rows.columns, rows.n)
    found = calibrate_frame("ordinal", steps, rows.y_index, rng=np.random.default_rng(0)).calibrated
    assert found.proba[:, [0, 2]].max() < 1e-6
    assert (found.proba.argmax(axis=1) == rows.y_index).mean() > 0.9


def test_questions_share_the_time_of_the_fit() -> None:
    """Each of four questions asks whether it is over its quarter."""
    asked_at = []

    def spent() -> float:
        asked_at.append(len(asked_at))
        return 2.0

    how = How(seed=0, n_threads=1, should_stop=lambda: False, spent=spent)
    cut = fit_one(asked(TREES, "one-vs-rest"), rows_of(), how)
    whole = fit_one(asked(TREES, "one-vs-rest"), rows_of(), HOW)
    assert asked_at
    assert isinstance(cut.scorer, FrameScorer)
    assert isinstance(whole.scorer, FrameScorer)
    n = [
        sum(len(q.leaf_values) if hasattr(q, "leaf_values") else 0 for q in s.questions)
        for s in (cut.scorer, whole.scorer)
    ]
    assert n[0] <= n[1]


def test_a_frame_that_does_not_exist_or_has_no_order_is_refused() -> None:
    with pytest.raises(UsageError, match=r"CW290[^?]*did you mean"):
        frame_params("one-vs-rst", is_ordered=False)
    with pytest.raises(UsageError, match="CW291"):
        frame_params("ordinal", is_ordered=False)
    assert frame_params("", is_ordered=False) == ()


def test_a_plan_keeps_what_can_be_asked_in_a_frame() -> None:
    made = Plan(
        recipes=(Recipe(family="linear"), Recipe(family="likeness")), shares=(0.5, 0.4), n_folds=3, is_refitted=True,
        is_tuned=True, budget_s=1.0, seed=0, n_threads=1, task_hash="t", dataset_hash="d", rows_hash="r",
    )  # fmt: skip
    assert framed(made, ()) is made
    found = framed(made, frame_params("one-vs-rest", is_ordered=False))
    assert [r.title for r in found.recipes] == ["linear one-vs-rest"]
    assert (found.shares, found.is_tuned) == ((0.5,), False)
    with pytest.raises(DataError, match="CW292"):
        framed(Plan(**{f: getattr(made, f) for f in made.__slots__} | {"recipes": made.recipes[1:], "shares": (0.4,)}),
               frame_params("one-vs-rest", is_ordered=False))  # fmt: skip
