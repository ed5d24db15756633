"""Smaller versions: made, judged class by class, registered with their lineage."""

from __future__ import annotations

import json

import pytest
from classward_project import Project

from classward.artifact.read import read_bundle, read_extra
from classward.errors import Refused, UnknownVersion, UsageError
from classward.flows.card import card
from classward.flows.compact import HOWS, compact
from classward.flows.compare import replay
from classward.flows.register import read_report
from classward.flows.train import train
from classward.flows.versions import registry_state


def quiet(stage: str, what: str) -> None:
    pass


@pytest.fixture
def trained(project: Project) -> Project:
    train(project.ctx, budget_s=4.0, n_threads=1, tell=quiet)
    return project


@pytest.mark.parametrize("how", HOWS)
def test_a_smaller_version_has_lineage_evidence_per_class_and_fewer_bytes(trained: Project, how: str) -> None:
    ctx = trained.ctx
    made = compact(ctx, 1, how=how, tell=quiet)
    state = registry_state(ctx.journal, "desk")
    assert made.is_new
    assert made.version.version == 2
    assert made.after.n_bytes < made.before.n_bytes
    assert made.after.n == made.before.n > 0
    folder = ctx.artifacts.path(made.version.bundle_hash)
    lineage = json.loads(read_extra(folder, "lineage.json", expected_hash=made.version.bundle_hash))
    teacher = state.version(1)
    assert lineage["made_from"] == {"version": 1, "bundle_hash": teacher.bundle_hash, "how": how}
    assert made.version.dataset_hash == teacher.dataset_hash
    assert [c.counts.class_name for c in made.comparisons] == ["(all)", "billing", "security", "shipping"]
    assert all(c.difference.interval is not None for c in made.comparisons)
    assert read_report(ctx, made.version) == made.report
    taught = read_report(ctx, teacher)
    assert taught.checks
    assert {(name, outcome, f"of version 1: {said}") for name, outcome, said in taught.checks} <= set(
        made.report.checks
    )
    assert all(note in made.report.notes or f"of version 1: {note}" in made.report.notes for note in taught.notes)
    assert made.report.accuracy.value is not None
    assert made.report.accuracy.value > 0.8
    assert read_bundle(folder, expected_hash=made.version.bundle_hash).model.rule is not None
    assert replay(ctx, made.decision.id)[1]
    assert f"version {made.version.version}" in card(ctx, made.version, state)
    told = list(ctx.journal.events(task="desk", kind="version_compacted"))
    assert json.loads(told[0].payload)["after"]["n_bytes"] == made.after.n_bytes


def test_a_student_s_sets_are_called_estimated(project: Project) -> None:
    text = project.task_file.read_text(encoding="utf-8") + "\n[decision]\nset_miss = 0.2\n"
    project.task_file.write_text(text, encoding="utf-8")
    ctx = project.open()
    train(ctx, budget_s=4.0, n_threads=1, tell=quiet)
    for how, is_second_hand in (("distil", True), ("int8", False)):
        made = compact(ctx, 1, how=how, tell=quiet)
        assert any(note.startswith("thresholds and sets are estimated") for note in made.report.notes) == is_second_hand


def test_limits_choose_the_student_or_refuse(trained: Project) -> None:
    roomy = compact(trained.ctx, 1, how="distil", tell=quiet)
    assert all(not t.failure for t in roomy.trials)
    assert roomy.after in [t.size for t in roomy.trials]
    limit = sorted(t.size.n_bytes for t in roomy.trials)[1]
    tight = compact(trained.ctx, 1, how="distil", tell=quiet, max_bytes=limit)
    assert tight.after.n_bytes <= limit
    assert [bool(t.failure) for t in tight.trials].count(False) == 2
    with pytest.raises(Refused, match="CW378"):
        compact(trained.ctx, 1, how="distil", tell=quiet, max_bytes=100)
    with pytest.raises(Refused, match="CW378"):
        compact(trained.ctx, 1, how="int8", tell=quiet, max_bytes=100)
    assert len(registry_state(trained.ctx.journal, "desk").versions) == 3


def test_what_is_compacted_cannot_be_distilled_from(trained: Project) -> None:
    made = compact(trained.ctx, 1, how="int8", tell=quiet)
    with pytest.raises(UnknownVersion, match="CW376"):
        compact(trained.ctx, made.version.version, how="distil", tell=quiet)
    with pytest.raises(Refused, match="CW377"):
        compact(trained.ctx, made.version.version, how="int8", tell=quiet)


@pytest.mark.parametrize(
    "given",
    [
        {"how": "int4"},
        {"how": "prune", "keep": 1.0},
        {"how": "int8", "max_bytes": 0},
        {"how": "int8", "max_latency_ms": 0.0},
    ],
)
def test_mistakes_are_refused_before_anything_is_read(project: Project, given: dict[str, object]) -> None:
    with pytest.raises(UsageError, match="CW375"):
        compact(project.ctx, 1, tell=quiet, **given)  # type: ignore[arg-type]
