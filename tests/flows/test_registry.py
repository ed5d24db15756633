"""Versions that were collected, quarantined or never live: what is recorded about them is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from classward_project import Project

from classward.domain import ModelVersion, Route, to_plain
from classward.errors import Refused
from classward.flows import deploy
from classward.flows.context import note
from classward.flows.deploy import ensure_live
from classward.flows.history import _deployment_of
from classward.flows.register import append_version
from classward.flows.versions import registry_state

WANTED = ModelVersion(
    task="desk", version=0, bundle_hash="", task_hash="t", dataset_hash="d", label_space_hash="l", schema_hash="s",
    plan_hash="p", registered_at=datetime(2026, 1, 1, tzinfo=UTC), registered_by="", code_version="",
)  # fmt: skip


@pytest.fixture
def three(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Three registered versions whose bundles nobody looks into."""

    def sound(folder: Path, *, expected_hash: str) -> None:
        return None

    monkeypatch.setattr(deploy, "verify_bundle", sound)
    monkeypatch.setattr(type(project.ctx.artifacts), "path", lambda self, bundle_hash: Path(bundle_hash))
    for n in (1, 2, 3):
        version, is_new = append_version(project.ctx, replace(WANTED, bundle_hash=f"b{n}"))
        assert (version.version, is_new) == (n, True)
    return project


def collected(project: Project, *bundles: str) -> None:
    note(project.ctx, "collected", {"bundles": list(bundles), "rule": "old"}, why="space")


def test_a_collected_version_answers_again_when_its_bundle_is_made_again(three: Project) -> None:
    collected(three, "b2")
    with pytest.raises(Refused, match="CW830"):
        registry_state(three.ctx.journal, "desk").stored_version(2)
    for _ in range(2):
        version, is_new = append_version(three.ctx, replace(WANTED, bundle_hash="b2"))
        assert (version.version, is_new) == (2, False)
    assert registry_state(three.ctx.journal, "desk").stored_version(2).version == 2
    assert len(list(three.ctx.journal.events(kind="stored_again"))) == 1


def test_what_is_made_live_without_being_asked_for_says_why(three: Project) -> None:
    note(three.ctx, "quarantined", {"version": 3}, why="wrong rows")
    assert ensure_live(three.ctx).version == 2
    deployment = registry_state(three.ctx.journal, "desk").deployment
    assert deployment is not None
    assert deployment.why == "newest of 2 versions that may answer: nothing was ever live that it could harm"


def test_nothing_is_made_live_that_may_not_answer(three: Project) -> None:
    collected(three, "b1", "b2")
    note(three.ctx, "quarantined", {"version": 3}, why="wrong rows")
    with pytest.raises(Refused, match="CW801"):
        ensure_live(three.ctx)


def test_an_answer_is_told_with_the_deployment_of_its_own_version(three: Project) -> None:
    for n in (1, 2):
        route = Route(role="live", version=n, bundle_hash=f"b{n}")
        note(three.ctx, "deployed", {"routes": [to_plain(route)]}, why=f"v{n}")
    state = registry_state(three.ctx.journal, "desk")

    def told(number: int) -> Any:
        record = {"version": number, "bundle_hash": f"b{number}", "at": three.clock.now()}
        found = _deployment_of(state, record)
        return found.why if found else None

    assert [told(n) for n in (1, 2, 3)] == ["v1", "v2", None]
