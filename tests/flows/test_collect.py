"""What may go, what stays, and copies of a workspace."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.errors import RecordError, Refused, UsageError
from classward.flows.collect import collect, hold, lift_hold, plan_collection
from classward.flows.compare import compare
from classward.flows.deploy import deploy_now, ensure_live
from classward.flows.train import train
from classward.flows.verify import verify
from classward.flows.versions import registry_state


def versions(project: Project, n: int) -> None:
    """Train versions on different rows, a day apart; the first goes live."""
    for i in range(n):
        (project.folder / "tickets.parquet").unlink()
        tickets(300 + 10 * i, seed=i).write_parquet(project.folder / "tickets.parquet")
        train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
        ensure_live(project.ctx)
        project.clock.advance_to(project.clock.now() + timedelta(days=1))


def later(project: Project, days: float) -> None:
    project.clock.advance_to(project.clock.now() + timedelta(days=days))


def test_only_what_nothing_refers_to_goes_and_the_journal_says_why(project: Project) -> None:
    versions(project, 4)
    deploy_now(project.ctx, 2, because="better")
    later(project, 100)
    hold(project.ctx, 3, because="audit")
    fresh = plan_collection(project.ctx, now=project.clock.now(), keep_newest=1, keep_days=1000)
    assert [k.version for k in fresh.retention.kept] == [1, 2, 3, 4]
    lift_hold(project.ctx, 3, because="audit is over")
    planned = plan_collection(project.ctx, now=project.clock.now(), keep_newest=1, keep_days=30)
    assert [(k.version, k.reasons[0]) for k in planned.retention.kept] == [
        (1, "a rollback returns to it"),
        (2, "live route"),
        (4, "among the newest 1"),
    ]
    assert [v.version for v in planned.retention.gone] == [3]
    before = len(project.ctx.artifacts.hashes())
    with pytest.raises(UsageError, match="CW901"):
        collect(project.ctx, planned, because=" ")
    assert collect(project.ctx, planned, because="space") is not None
    assert len(project.ctx.artifacts.hashes()) == before - len(planned.bundles)
    assert verify(project.ctx).problems == ()
    state = registry_state(project.ctx.journal, "desk")
    for refused in (lambda: deploy_now(project.ctx, 3, because="back"), lambda: compare(project.ctx, 2, 3)):
        with pytest.raises(Refused, match=r"CW830(.|\n)*not on a route"):
            refused()
    assert state.version(3).version == 3
    deploy_now(project.ctx, 4, because="still there")


def test_candidates_of_old_trainings_go_and_those_of_this_week_stay(project: Project) -> None:
    versions(project, 1)
    young = plan_collection(project.ctx, now=project.clock.now())
    assert (young.bundles, young.snapshots) == ((), ())
    later(project, 8)
    planned = plan_collection(project.ctx, now=project.clock.now())
    assert planned.retention.gone == ()
    assert planned.bundles
    assert planned.snapshots
    assert planned.n_bytes > 0
    collect(project.ctx, planned, because="space")
    assert verify(project.ctx).problems == ()
    again = plan_collection(project.ctx, now=project.clock.now())
    assert (again.bundles, again.snapshots) == ((), ())


def test_a_collection_cut_off_is_finished_by_the_next(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    versions(project, 1)
    later(project, 8)
    planned = plan_collection(project.ctx, now=project.clock.now())

    def killed(bundle_hash: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(project.ctx.artifacts, "remove", killed)
    with pytest.raises(KeyboardInterrupt):
        collect(project.ctx, planned, because="space")
    monkeypatch.undo()
    rest = plan_collection(project.ctx, now=project.clock.now())
    assert rest.bundles == planned.bundles
    collect(project.ctx, rest, because="go on")
    assert not set(planned.bundles) & set(project.ctx.artifacts.hashes())


def test_a_hold_needs_a_version_and_a_reason(project: Project) -> None:
    versions(project, 1)
    with pytest.raises(UsageError, match="CW901"):
        hold(project.ctx, 1, because="")
    with pytest.raises(Refused, match="CW831"):
        lift_hold(project.ctx, 1, because="x")


def test_a_copied_workspace_answers_like_the_one_it_was_copied_from(project: Project, tmp_path: Path) -> None:
    versions(project, 1)
    writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind="library", writer=writer)
    rows = tickets(20, seed=5).drop("team").to_dicts()
    answer = plane.answer(rows, ids=[f"r{i}" for i in range(20)])
    target = tmp_path / "backup"
    assert wiring.copy_workspace(project.task_file, project.settings, target) > 3
    writer.close()
    shutil.rmtree(project.folder / ".classward")
    wiring.copy_workspace(project.task_file, project.settings, target, is_back=True)
    back = project.open()
    assert verify(back).problems == ()
    assert set(back.log.predictions()["id"]) == {p.id for p in answer.predictions}
    again = wiring.data_plane(back, project.settings, kind="library", writer=None).answer(rows)
    assert [p.probability for p in again.predictions] == [p.probability for p in answer.predictions]


def test_copies_go_nowhere_else(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions(project, 1)
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "something").write_text("x")
    with pytest.raises(Refused, match="CW833"):
        wiring.copy_workspace(project.task_file, project.settings, taken)
    with pytest.raises(Refused, match="CW832"):
        wiring.copy_workspace(project.task_file, project.settings, tmp_path / "nothing", is_back=True)

    def full(source: str, target: str) -> None:
        raise OSError(28, "No space left on device")

    half = tmp_path / "half"
    monkeypatch.setattr(shutil, "copy2", full)
    with pytest.raises(RecordError, match=r"CW930(.|\n)*ENOSPC"):
        wiring.copy_workspace(project.task_file, project.settings, half)
    monkeypatch.undo()
    shutil.rmtree(project.folder / ".classward")
    with pytest.raises(Refused, match=r"CW832(.|\n)*never finished"):
        wiring.copy_workspace(project.task_file, project.settings, half, is_back=True)
