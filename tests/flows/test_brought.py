"""An estimator brought in goes the whole way: cross-fitted, calibrated, blended, reported, registered."""

from __future__ import annotations

import json

from classward_project import Project

from classward.artifact.read import read_extra
from classward.flows.train import train
from classward.lifecycle.train import brought_recipe


def test_a_brought_estimator_is_trained_registered_and_kept_for_the_next_run(project: Project) -> None:
    brought = (brought_recipe("sklearn.ensemble:RandomForestClassifier", '{"n_estimators": 30}'),)
    said: list[str] = []
    result = train(project.ctx, budget_s=4.0, n_threads=1, tell=lambda stage, what: said.append(what), brought=brought)
    found = next(c for c in result.candidates if c.recipe == brought[0])
    assert not found.failure
    assert found.n_calibration > 0
    assert any(line.startswith("brought RandomForestClassifier: log loss") for line in said)
    lineage = read_extra(
        project.ctx.artifacts.path(result.version.bundle_hash), "lineage.json", expected_hash=result.version.bundle_hash
    )
    assert json.loads(lineage)["plan"]["recipes"][1]["params"] == [
        ["estimator", "sklearn.ensemble:RandomForestClassifier"], ["settings", '{"n_estimators": 30}'],
    ]  # fmt: skip
    said.clear()
    train(project.open(), budget_s=4.0, n_threads=1, tell=lambda stage, what: said.append(what), brought=brought)
    assert any("brought RandomForestClassifier (2 of 4): kept" in line for line in said)
