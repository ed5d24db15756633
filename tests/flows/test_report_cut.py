"""The whole report again, for a slice and for the labelled answers of a window."""

from __future__ import annotations

from datetime import timedelta

import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.errors import DataError, UsageError
from classward.flows.deploy import ensure_live
from classward.flows.label import accept_labels
from classward.flows.report import live_or_newest, sealed_report, window_report
from classward.flows.train import train
from classward.flows.versions import registry_state


def test_slices_and_windows_are_measured_like_the_whole(project: Project) -> None:
    train(project.ctx, budget_s=4, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    version = live_or_newest(project.ctx)

    cut = sealed_report(project.ctx, version, where="country=de")
    missing = sealed_report(project.ctx, version, where="country=")
    assert 0 < cut.report.n < 80
    assert missing.report.n != cut.report.n
    assert cut.report.analysis is not None
    assert sum(map(sum, cut.report.confusion)) == cut.report.n == sum(cut.report.analysis.ranks)
    assert sum(n for _, n in registry_state(project.ctx.journal, "desk").holdout_reads) == 3
    for wrong in ("countri=de", "country=atlantis", "country"):
        with pytest.raises(UsageError, match="CW288"):
            sealed_report(project.ctx, version, where=wrong)

    with pytest.raises(DataError, match="CW289"):
        window_report(project.ctx, version, window=timedelta(days=1))
    rows = tickets(80, seed=9)
    writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind="online", writer=writer)
    ids = [f"r{i}" for i in range(80)]
    plane.current = _live(plane.current)
    plane.answer(rows.drop("team").to_dicts(), ids=ids)
    now = project.ctx.clock.now()
    labels = [
        {"id": i, "label": team, "event_at": now.isoformat(), "source": "people"}
        for i, team in zip(ids[:60], rows["team"].to_list()[:60], strict=True)
    ]
    accept_labels(labels, label_space=plane.current.model.label_space, log=project.ctx.log, writer=writer, now=now)
    writer.close()
    project.clock.advance(timedelta(hours=1)) if hasattr(project.clock, "advance") else None
    found = window_report(project.ctx, version, window=timedelta(days=1))
    assert (found.report.n, found.report.fold) == (60, "production")
    assert found.report.accuracy.value is not None
    assert found.report.accuracy.value > 0.8
    assert len(found.report.calibration.classes) == 3
    german = window_report(project.ctx, version, window=timedelta(days=1), where="country=de")
    assert 0 < german.report.n < 60
    assert "answers of the last 1 days where country=de" in german.page()


def _live(loaded: object) -> object:
    import dataclasses

    return dataclasses.replace(loaded, route="live") if loaded.route != "live" else loaded  # type: ignore[attr-defined,type-var]
