"""Pieces that estimators brought in become are stored and restored to the last bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from classward.artifact.read import read_bundle
from classward.artifact.write import write_bundle
from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.inference import FittedModel
from classward.lifecycle.train import How, LabelledRows, brought_recipe, fit_one

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 3, 90)
ROWS = LabelledRows(
    columns={"a": (Y + RNG.normal(size=90)).tolist(), "b": [("x", "y")[int(y > 1)] for y in Y]}, n=90, y_index=Y,
    schema=InputSchema(features=(Feature(name="a", kind="numeric"), Feature(name="b", kind="categorical"))),
    label_space=LabelSpace.of(["low", "middle", "high", "never"]),
)  # fmt: skip
BROUGHT = [
    brought_recipe("sklearn.linear_model:LogisticRegression"),
    brought_recipe("sklearn.neural_network:MLPClassifier", '{"activation": "tanh", "hidden_layer_sizes": [4]}'),
    brought_recipe("sklearn.naive_bayes:GaussianNB"),
    brought_recipe("sklearn.neighbors:KNeighborsClassifier", '{"weights": "distance"}'),
    brought_recipe("sklearn.ensemble:HistGradientBoostingClassifier", '{"max_iter": 3}'),
    brought_recipe("sklearn.tree:DecisionTreeClassifier"),
    brought_recipe("sklearn.svm:SVC"),
    brought_recipe(make_pipeline(StandardScaler(), GaussianNB())),
]


@pytest.mark.parametrize("recipe", BROUGHT, ids=lambda recipe: recipe.title)
def test_round_trip(recipe: Recipe, tmp_path: Path) -> None:
    model = fit_one(recipe, ROWS, How(seed=0, n_threads=1, should_stop=lambda: False))
    restored = read_bundle(tmp_path, expected_hash=write_bundle(tmp_path, model, extras={})).model
    assert isinstance(restored, FittedModel)
    np.testing.assert_array_equal(restored.logits(ROWS.columns, 90), model.logits(ROWS.columns, 90))
