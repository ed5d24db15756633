"""What was tried can be listed, and a version's figures come out again from what was recorded."""

from __future__ import annotations

import pytest
from classward_project import TASK, Project

from classward.artifact.read import read_extra
from classward.errors import Refused, UnknownVersion
from classward.flows.reproduce import reproduce
from classward.flows.train import train
from classward.flows.trials import trials_of


def tell_nothing(stage: str, what: str) -> None:
    pass


def test_a_version_is_reproduced_from_its_record_and_lists_what_was_tried(project: Project) -> None:
    made = train(project.ctx, budget_s=4.0, n_threads=1, tell=tell_nothing)
    tried = trials_of(project.ctx, None)
    assert [c.recipe for c in tried.candidates] == [c.recipe for c in made.candidates]
    assert sum(c.weight for c in tried.candidates) == pytest.approx(1.0)
    n_reads = len(list(project.ctx.journal.events(task="desk", kind="holdout_read")))
    found = reproduce(project.open(), 1, n_threads=1, tell=tell_nothing)
    assert found.is_reproduced
    assert found.members
    assert all(m.again == pytest.approx(m.recorded, abs=1e-6) for m in found.members)
    assert found.blend_again == pytest.approx(found.blend_recorded, abs=1e-6)
    assert found.differing == ()
    assert len(list(project.ctx.journal.events(task="desk", kind="holdout_read"))) == n_reads
    version = made.version
    assert {"python", "numpy", "scikit-learn", "lightgbm"} <= {name for name, _ in version.libraries}
    assert b'"seed":0' in read_extra(
        project.ctx.artifacts.path(version.bundle_hash), "lineage.json", expected_hash=version.bundle_hash
    )
    project.task_file.write_text(TASK.replace("[data]\n", "[data]\nseed = 1\n"))
    with pytest.raises(Refused, match="CW236"):
        reproduce(project.open(), 1, n_threads=1, tell=tell_nothing)
    with pytest.raises(UnknownVersion, match="CW302"):
        trials_of(project.ctx, 7)
