"""Treatments: what a recipe takes of them, and what wrong labels lose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.errors import UsageError
from classward.lifecycle.train import How, LabelledRows, Treatment, fit_one, knobs_of, left_untreated, softened, treated
from classward.lifecycle.train.noise import without_noise

SPACE = LabelSpace.of(["a", "b", "c"])
HOW = How(seed=0, n_threads=1, should_stop=lambda: False)
LINEAR = Recipe(family="linear", params=(("solver", "logistic"), ("c", 0.5), ("iterations", 100)))


def noisy(n: int = 600, flip: float = 0.3) -> tuple[LabelledRows, np.ndarray]:
    """Rows of which some of class a are labelled b, and their true classes."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, n)
    x = np.array([[0, 0], [3, 0], [0, 3]])[truth] + rng.normal(size=(n, 2))
    y = np.where((truth == 0) & (rng.random(n) < flip), 1, truth)
    schema = InputSchema(features=tuple(Feature(name=k, kind="numeric") for k in "xz"))
    columns = {"x": x[:, 0].tolist(), "z": x[:, 1].tolist()}
    return LabelledRows(columns=columns, n=n, y_index=y, schema=schema, label_space=SPACE), truth


def score(fit: LabelledRows, held: LabelledRows) -> np.ndarray:
    return fit_one(LINEAR, fit, HOW).logits(held.columns, held.n)


def test_filtering_leaves_out_mostly_flipped_rows_and_keeps_every_class() -> None:
    rows, truth = noisy()
    kept = without_noise(rows, "filter", score=score, rng=np.random.default_rng(0))
    gone = rows.n - kept.n
    wrong = (rows.y_index != truth).sum()
    assert 0.5 * wrong < gone < 1.5 * wrong
    left_x, left_y = np.array(kept.columns["x"]), kept.y_index
    position = {x: i for i, x in enumerate(rows.columns["x"])}
    still = sum(truth[position[x]] != y for x, y in zip(left_x.tolist(), left_y.tolist(), strict=True))
    assert still < 0.5 * wrong
    assert set(left_y.tolist()) == {0, 1, 2}


def test_downweighting_keeps_every_row_and_lets_flipped_ones_count_less() -> None:
    rows, truth = noisy()
    kept = without_noise(rows, "downweight", score=score, rng=np.random.default_rng(0))
    assert kept.n == rows.n
    assert kept.weight is not None
    wrong = rows.y_index != truth
    assert kept.weight[wrong].mean() < 0.8 * kept.weight[~wrong].mean()
    assert kept.weight.mean() == pytest.approx(1.0)


def test_a_class_that_would_lose_most_of_its_rows_keeps_them() -> None:
    rows, _ = noisy()

    def against(fit: LabelledRows, held: LabelledRows) -> np.ndarray:
        logits = np.zeros((held.n, 3))
        logits[:, 2] = 5.0  # everything is said to be c
        logits += np.random.default_rng(held.n).normal(scale=0.1, size=logits.shape)
        return logits

    kept = without_noise(rows, "filter", score=against, rng=np.random.default_rng(0))
    assert (np.bincount(kept.y_index, minlength=3) * 2 >= np.bincount(rows.y_index, minlength=3)).all()


def test_noise_is_treated_inside_a_fit_and_raises_accuracy_on_true_classes() -> None:
    rows, truth = noisy(900, flip=0.45)
    right = {}
    for noise in ("", "filter"):
        recipe = treated(Recipe(family="forest", params=(("trees", 60), ("fewest_rows", 1))), Treatment(noise=noise))
        model = fit_one(recipe, rows, HOW)
        right[noise] = (model.logits(rows.columns, rows.n).argmax(axis=1) == truth).mean()
    assert right["filter"] > right[""]


@pytest.mark.parametrize(
    ("family", "treatment", "wanted"),
    [
        ("linear", {"strength": 5.0}, {"c": 0.1}),
        ("network", {"strength": 5.0}, {"alpha": 0.015}),
        (
            "lightgbm",
            {"smoothing": 0.1, "patience": 7, "steadied": 3},
            {"smoothing": 0.1, "patience": 7, "steadied": 3},
        ),
        ("forest", {"smoothing": 0.1, "patience": 7, "strength": 2.0}, {}),
        ("likeness", {"perturb": "all", "noise": "filter"}, {}),
        ("linear", {"noise": "robust-loss"}, {"robustness": 0.7, "solver": "softmax"}),
        ("kernel", {"noise": "downweight", "balance": "inverse"}, {"noise": "downweight", "balance": "inverse"}),
    ],
)
def test_a_family_takes_what_it_can(family: str, treatment: dict[str, Any], wanted: dict[str, Any]) -> None:
    base = Recipe(family=family, params=(("c", 0.5),) if family == "linear" else ())
    made = dict(treated(base, Treatment(**treatment)).params)
    for name, value in wanted.items():
        assert made[name] == (pytest.approx(value) if isinstance(value, float) else value)
    if not wanted:
        assert treated(base, Treatment(**treatment)) == base


def test_no_treatment_changes_nothing_and_softened_recipes_stay_comparable() -> None:
    assert treated(LINEAR, Treatment()) == LINEAR
    soft = softened(LINEAR)
    assert dict(soft.params)["c"] == 0.5
    assert dict(treated(soft, Treatment(smoothing=0.1)).params) == dict(soft.params) | {"smoothing": 0.1}


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"noise": "filer"}, "CW371"), ({"perturb": "typo"}, "CW370"), ({"smoothing": 0.9}, "CW372"),
        ({"smoothing": float("nan")}, "CW372"), ({"strength": 0.0}, "CW372"), ({"patience": -1}, "CW372"),
        ({"balance": "invers"}, "CW348"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(given: dict[str, Any], code: str) -> None:
    with pytest.raises(UsageError, match=code):
        Treatment(**given)


def test_what_no_recipe_can_take_is_refused_and_what_some_cannot_is_told() -> None:
    forest, likeness = Recipe(family="forest", params=()), Recipe(family="likeness", params=())
    with pytest.raises(UsageError, match=r"CW397(.|\n)*smoothing"):
        left_untreated([forest, likeness], Treatment(smoothing=0.1, balance="inverse"))
    (told,) = left_untreated([LINEAR, forest], Treatment(smoothing=0.1))
    assert told == "smoothing 0.1 was asked for; done without it: forest"
    assert left_untreated([forest], Treatment()) == ()


def test_a_strength_that_was_asked_for_is_not_tuned_away() -> None:
    for family, knob in (("lightgbm", "l2"), ("network", "alpha"), ("kernel", "c")):
        assert knob in [k.name for k in knobs_of(family)]
        assert knob not in [k.name for k in knobs_of(family, is_strength_asked=True)]
