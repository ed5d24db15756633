"""The check by shuffled labels passes honest rows, and stops the run where labels can be known that should not be."""

from __future__ import annotations

import numpy as np
import pytest
from classward_project import Project

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.errors import DataError
from classward.flows import sanity
from classward.flows.sanity import sanity_checks, shuffled_outcome
from classward.flows.snapshot import take_snapshot
from classward.lifecycle.train import LabelledRows, frame_params

LINEAR = Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 50)))


def leaking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Labels stay with their rows, as if what they were shuffled by were known to the features."""
    monkeypatch.setattr(sanity, "_shuffled", lambda y, rng: y)


def along_a_line(seed: int, n: int = 300) -> LabelledRows:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 4, n)
    schema = InputSchema(features=(Feature(name="x", kind="numeric"),))
    space = LabelSpace.of(["a", "b", "c", "d"])
    columns = {"x": (3.0 * y + rng.normal(size=n)).tolist()}
    return LabelledRows(columns=columns, n=n, y_index=y, schema=schema, label_space=space)


@pytest.mark.parametrize("frame", ["", "one-vs-rest", "ordinal"])
@pytest.mark.parametrize("leaks", [False, True], ids=["honest", "leaking"])
def test_labels_that_can_be_known_fail_in_every_frame(frame: str, leaks: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if leaks:
        leaking(monkeypatch)
    recipe = Recipe(family=LINEAR.family, params=(*LINEAR.params, *frame_params(frame, is_ordered=True)))
    outcome, detail = shuffled_outcome(
        recipe, along_a_line(0), along_a_line(1), rng=np.random.default_rng(0), seed=0, n_threads=1
    )
    assert outcome == ("failed" if leaks else "passed"), detail
    assert "on 300 rows" in detail


def test_a_run_stops_where_shuffled_labels_predict(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    data = take_snapshot(project.ctx, lambda stage, what: None)
    recipe = Recipe(family="linear")
    assert [c[1] for c in sanity_checks(project.ctx, data, recipe, n_threads=1)] == ["passed"]
    leaking(monkeypatch)
    with pytest.raises(DataError) as refused:
        sanity_checks(project.ctx, data, recipe, n_threads=1)
    assert refused.value.code == "CW244"
    assert "limit" in str(refused.value)


def test_a_check_without_time_is_listed_as_such(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    data = take_snapshot(project.ctx, lambda stage, what: None)
    leaking(monkeypatch)  # would stop the run if it were carried out
    ((name, outcome, detail),) = sanity_checks(
        project.ctx, data, Recipe(family="linear"), n_threads=1, left_s=1.0, fit_s=60.0
    )
    assert (name, outcome) == ("shuffled labels", "not enough evidence")
    assert detail == "no time: it needs about 60.0 s more"
