"""Flows over real backends on a virtual clock."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from contextlib import closing
from datetime import timedelta
from typing import Any

import polars as pl
import pytest
from classward_project import Project, tickets

from classward import wiring
from classward.backends.clock import SeededIds
from classward.domain import format_time
from classward.errors import ClasswardError, DataError, Refused, UsageError
from classward.flows import portfolio
from classward.flows import train as train_flow
from classward.flows.card import card
from classward.flows.compare import compare, replay
from classward.flows.context import note
from classward.flows.deploy import deploy_now, ensure_live, prove_swap, rollback
from classward.flows.history import live_at, why
from classward.flows.label import accept_labels
from classward.flows.lineage import lineage_of, uses_of_row
from classward.flows.predict_file import predict_file
from classward.flows.quarantine import lift_quarantine, quarantine
from classward.flows.register import read_report
from classward.flows.snapshot import load_folds
from classward.flows.status import status
from classward.flows.train import train
from classward.flows.verify import verify
from classward.flows.versions import registry_state
from classward.lifecycle.release import version_states
from classward.ports import Heartbeat


def trained(project: Project, budget_s: float = 5) -> train_flow.TrainResult:
    return train(project.ctx, budget_s=budget_s, n_threads=1, tell=lambda stage, what: None)


def plane_of(project: Project, kind: str = "library") -> Any:
    writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind=kind, writer=writer)
    return plane, writer


def test_training_registers_a_version_whose_report_matches_its_bundle(project: Project) -> None:
    result = trained(project)
    assert result.is_new
    assert result.version.version == 1
    assert {c.recipe.family for c in result.candidates} == {"linear", "forest", "lightgbm"}
    assert result.report.n == next(
        len(e) for e in [project.ctx.snapshots.get(_lineage(project)["rows_hash"]).filter(pl.col("fold") == "test")]
    )
    assert read_report(project.ctx, result.version) == result.report
    assert result.report.accuracy.value is not None
    assert result.report.accuracy.value > 0.9
    state = registry_state(project.ctx.journal, "desk")
    assert [n for _, n in state.holdout_reads] == [1]
    assert "| security |" in card(project.ctx, result.version, state)


def _lineage(project: Project) -> dict[str, Any]:
    from classward.artifact.read import read_extra

    version = registry_state(project.ctx.journal, "desk").versions[-1]
    folder = project.ctx.artifacts.path(version.bundle_hash)
    found: dict[str, Any] = json.loads(read_extra(folder, "lineage.json", expected_hash=version.bundle_hash))
    return found


def test_the_same_again_is_the_same_version(project: Project) -> None:
    first = trained(project)
    project.clock.advance_to(project.clock.now() + timedelta(days=1))
    again = train(project.open(), budget_s=5, n_threads=1, tell=lambda stage, what: None)
    assert not again.is_new
    assert again.version == first.version


def test_a_candidate_that_was_finished_is_not_fitted_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fitted: list[str] = []
    real = portfolio.cross_fit

    def interrupted(recipe: Any, *rows: Any, **given: Any) -> Any:
        if fitted:
            raise KeyboardInterrupt
        fitted.append(recipe.family)
        return real(recipe, *rows, **given)

    monkeypatch.setattr(portfolio, "cross_fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        trained(project)

    def counted(recipe: Any, *rows: Any, **given: Any) -> Any:
        fitted.append(recipe.family)
        return real(recipe, *rows, **given)

    monkeypatch.setattr(portfolio, "cross_fit", counted)
    result = trained(project)
    assert sorted(fitted) == ["forest", "lightgbm", "linear"]
    assert len(result.candidates) == 3


def test_a_larger_budget_cross_fits_on_every_row_that_is_not_sealed(project: Project) -> None:
    result = trained(project, budget_s=20)
    lineage = _lineage(project)
    sealed = next(f["n_rows"] for f in lineage["split"]["folds"] if f["name"] == "test")
    assert result.plan.n_folds == 5
    assert {c.n_calibration for c in result.candidates} == {400 - sealed}
    assert sum(c.weight for c in result.candidates) == pytest.approx(1.0)
    assert lineage["n_held"] == 400 - sealed
    again = train(project.open(), budget_s=20, n_threads=1, tell=lambda stage, what: None)
    assert (again.is_new, again.version) == (False, result.version)


def test_a_failed_candidate_is_a_result_with_a_reason(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    real = portfolio.cross_fit

    def fails(recipe: Any, *rows: Any, **given: Any) -> Any:
        if recipe.family == "lightgbm":
            raise ValueError("no luck")
        return real(recipe, *rows, **given)

    monkeypatch.setattr(portfolio, "cross_fit", fails)
    result = trained(project)
    assert [c.failure for c in result.candidates if c.recipe.family == "lightgbm"] == ["no luck"]
    assert result.version.version == 1

    def always(recipe: Any, *rows: Any, **given: Any) -> Any:
        raise ValueError("no luck at all")

    (project.folder / "tickets.parquet").unlink()
    tickets(300, seed=2).write_parquet(project.folder / "tickets.parquet")
    monkeypatch.setattr(portfolio, "cross_fit", always)
    with pytest.raises(DataError, match="no luck at all"):
        trained(project)


def test_a_renamed_column_is_named(project: Project) -> None:
    table = tickets(300, seed=1).rename({"amount": "total"})
    table.write_parquet(project.folder / "tickets.parquet")
    with pytest.raises(DataError, match="missing: amount"):
        trained(project)


def test_answers_late_labels_and_status(project: Project) -> None:
    trained(project)
    ensure_live(project.ctx)
    plane, writer = plane_of(project)
    rows = tickets(120, seed=9)
    answer = plane.answer(rows.drop("team").to_dicts(), ids=[f"t{i}" for i in range(120)], top_k=3)
    project.clock.advance_to(project.clock.now() + timedelta(days=2))
    now = project.clock.now()
    items = [
        {"id": f"t{i}", "label": team, "event_at": format_time(now), "source": "desk"}
        for i, team in enumerate(rows["team"].to_list()[:100])
    ]
    space = plane.current.model.label_space
    first = accept_labels(items, label_space=space, log=project.ctx.log, writer=writer, now=now)
    second = accept_labels(items, label_space=space, log=project.ctx.log, writer=writer, now=now)
    assert (first.count("accepted"), second.count("accepted"), second.count("duplicate")) == (100, 0, 100)

    before = status(project.ctx, now=now)
    writer.close()
    project.ctx.log.seal(now=now)
    after = status(project.ctx, now=now)
    assert dataclasses.replace(after, at=before.at) == before
    assert (after.window.n_predictions, after.window.n_labelled) == (120, 100)
    truths, said = rows["team"].to_list()[:100], [p.label for p in answer.predictions]
    for c in after.classes:
        mine = [i for i, t in enumerate(truths) if t == c.class_name]
        assert c.n_labelled == len(mine)
        assert c.recall.value == pytest.approx(sum(said[i] == c.class_name for i in mine) / len(mine))
        assert c.lag_p50_s == pytest.approx(2 * 86_400, abs=1)
    security = next(c for c in after.classes if c.class_name == "security")
    assert [s.indicator for s in security.slos] == ["recall"]

    told = why(project.ctx, "t0")
    assert told.truth == truths[0]
    assert told.prediction["label"] == said[0]
    assert told.class_names == space.names
    assert sum(told.prediction["probabilities"]) == pytest.approx(1, abs=1e-5)


def test_nothing_live_is_refused_with_a_way_on(project: Project) -> None:
    with pytest.raises(Refused, match="CW801"):
        ensure_live(project.ctx)
    assert status(project.ctx, now=project.clock.now()).deployment is None


def test_replace_prove_and_roll_back(project: Project) -> None:
    first = trained(project).version
    ensure_live(project.ctx)
    began = project.clock.now()
    project.clock.advance_to(began + timedelta(hours=1))
    pl.concat([tickets(400, seed=1), tickets(200, seed=3)]).write_parquet(project.folder / "tickets.parquet")
    second = trained(project).version
    result = compare(project.ctx, 1, 2)
    assert result.n_rows + result.n_left_out == read_report(project.ctx, second).n
    assert result.n_left_out > 0
    stored, is_same = replay(project.ctx, result.decision.id)
    assert is_same
    assert stored == result.decision

    with pytest.raises(UsageError, match="CW901"):
        deploy_now(project.ctx, 2, because=" ")
    deploy_now(project.ctx, 2, because="better")
    with pytest.raises(Refused, match="CW804"):
        deploy_now(project.ctx, 2, because="again")
    beat(project, first.bundle_hash)
    proof = prove_swap(project.ctx, within_s=0.0, pause=lambda s: None)
    assert not proof.is_proved
    beat(project, second.bundle_hash)
    assert prove_swap(project.ctx, within_s=0.0, pause=lambda s: None).is_proved

    project.clock.advance_to(began + timedelta(hours=2))
    rollback(project.ctx)
    state = registry_state(project.ctx.journal, "desk")
    assert state.live is not None
    assert state.live.version == 1
    past = live_at(project.ctx, began + timedelta(hours=1, minutes=30))
    assert past is not None
    assert past.live is not None
    assert (past.live.version, past.why) == (2, "better")
    assert verify(project.ctx).problems == ()


def beat(project: Project, bundle_hash: str) -> None:
    now = project.clock.now()
    project.ctx.heartbeats.beat(
        Heartbeat(
            process_id="w", pid=1, task="desk", bundle_hash=bundle_hash, version=1, head_seq=1, n_lost=0,
            started_at=now, seen_at=now,
        )
    )  # fmt: skip


def test_a_damaged_bundle_never_becomes_live(project: Project) -> None:
    version = trained(project).version
    target = project.ctx.artifacts.path(version.bundle_hash) / "extras" / "report.json"
    target.chmod(0o644)
    target.write_bytes(target.read_bytes() + b" ")
    with pytest.raises(ClasswardError):
        deploy_now(project.ctx, 1, because="try")
    assert registry_state(project.ctx.journal, "desk").live is None


def test_a_file_is_scored_row_by_row_in_order(project: Project) -> None:
    trained(project)
    ensure_live(project.ctx)
    plane, writer = plane_of(project, kind="batch")
    rows = tickets(95, seed=4)
    rows.drop("team").write_csv(project.folder / "in.csv")
    told: list[tuple[int, int]] = []
    stream = wiring.table_stream()
    result = predict_file(
        plane, stream, str(project.folder / "in.csv"), str(project.folder / "out.parquet"), id_column=None,
        with_all=True, with_sets=True, batch_rows=20, tell=lambda done, total: told.append((done, total)),
    )  # fmt: skip
    out = pl.read_parquet(project.folder / "out.parquet")
    assert (result.n_rows, out.height, told[-1]) == (95, 95, (95, 95))
    direct = plane.current.model.predict_proba(
        {n: rows[n].to_list() for n in ("text", "country", "amount", "urgent")}, 95
    )
    sets = [json.loads(text) for text in out["set"]]
    assert all(label in classes for label, classes in zip(out["label"], sets, strict=True))
    assert plane.answer(rows.drop("team").to_dicts(), sets=True).predictions[3].possible == tuple(sets[3])
    assert out["p_billing"].to_list() == pytest.approx(direct.matrix[:, 0].tolist(), abs=1e-5)
    writer.close()
    logged = project.ctx.log.predictions()
    assert set(out["id"]) <= set(logged["id"])
    assert set(logged["kind"]) == {"batch"}


def test_a_bad_cell_stops_scoring_and_leaves_no_file(project: Project) -> None:
    trained(project)
    ensure_live(project.ctx)
    plane, writer = plane_of(project, kind="batch")
    table = tickets(30, seed=4).drop("team").with_columns(pl.col("amount").cast(pl.String))
    table = table.with_columns(
        pl.when(pl.int_range(pl.len()) == 17).then(pl.lit("many")).otherwise("amount").alias("amount")
    )
    table.write_csv(project.folder / "in.csv")
    with pytest.raises(DataError, match=r"row 18(.|\n)*10 answers of earlier rows are in the record log"):
        predict_file(
            plane, wiring.table_stream(), str(project.folder / "in.csv"), str(project.folder / "out.csv"),
            id_column=None, batch_rows=10, tell=lambda done, total: None,
        )  # fmt: skip
    writer.close()
    assert project.ctx.log.predictions().height == 10
    assert [p.name for p in project.folder.iterdir() if "out" in p.name] == []


def test_ids_from_a_seed_repeat(project: Project) -> None:
    assert [SeededIds(3).new() for _ in range(2)] == [SeededIds(3).new() for _ in range(2)]


def test_a_journal_whose_end_was_cut_off_is_found_by_the_heads_noted_in_the_record_log(project: Project) -> None:
    trained(project)
    ensure_live(project.ctx)
    head = project.ctx.journal.head()
    writer = wiring.open_writer(project.ctx, project.settings)
    writer.count(head.mark, head.seq)
    writer.close()
    assert verify(project.ctx).problems == ()
    assert verify(project.ctx).n_noted == 1
    with closing(sqlite3.connect(project.folder / ".classward" / "workspace.db")) as connection, connection:
        connection.execute("DELETE FROM events WHERE seq >= ?", (head.seq,))
    (problem,) = verify(project.ctx).problems
    assert f"event {head.seq}" in problem
    assert "cut off" in problem
    note(project.ctx, "copied", {"up_to": head.seq - 1}, why="a backup of another workspace")
    assert verify(project.ctx).problems == (), "what was noted while a copy was made belongs to the original"


def test_status_tells_whether_servers_answer_with_what_is_intended(project: Project) -> None:
    trained(project)
    ensure_live(project.ctx)
    now = project.clock.now()
    assert status(project.ctx, now=now).serving == "no server"
    live = registry_state(project.ctx.journal, "desk").live
    assert live is not None

    def beat(bundle_hash: str, *off: str) -> str:
        project.ctx.heartbeats.beat(
            Heartbeat(
                process_id="p", pid=1, task="desk", bundle_hash=bundle_hash, version=1, head_seq=1, n_lost=0,
                started_at=now, seen_at=project.clock.now(), turned_off=off,
            )
        )  # fmt: skip
        return status(project.ctx, now=project.clock.now()).serving

    assert beat(live.bundle_hash) == "in step"
    assert beat("0" * 64) == "swapping"
    project.clock.advance_to(now + timedelta(seconds=11))
    assert beat("0" * 64) == "version skew"
    assert beat(live.bundle_hash, "per-class metrics") == "in step"
    failing = [check for check in status(project.ctx, now=project.clock.now()).checks if not check.is_passed]
    assert [(check.name, check.seen) for check in failing] == [("per-class metrics", "turned off in 1 of 1 workers")]


def test_labels_and_classes_keep_their_spelling(project: Project) -> None:
    teams = {"billing": "1.10", "security": "1.1", "shipping": "001"}
    table = tickets(400, seed=1).with_columns(pl.col("team").replace_strict(teams), pl.lit("2.50").alias("country"))
    table.write_csv(project.folder / "tickets.csv")
    text = project.task_file.read_text(encoding="utf-8").replace("tickets.parquet", "tickets.csv")
    for name, code in teams.items():
        text = text.replace(f'"{name}"', f'"{code}"')
    project.task_file.write_text(text, encoding="utf-8")
    project.open()
    trained(project)
    ensure_live(project.ctx)
    plane, writer = plane_of(project)
    assert plane.current.class_names == ("001", "1.1", "1.10")
    row = plane.answer([{"text": "invoice refund", "country": "2.50"}]).predictions[0]
    assert "unseen:country" not in row.flags
    writer.close()
    late = project.folder / "late.csv"
    late.write_text(f"id,label,event_at\n{row.id},1.10,2026-03-02T09:00:00Z\n0012,001,2026-03-02T09:00:00Z\n")
    receipt = wiring.import_labels(str(project.task_file), project.settings, str(late), source="file")
    assert receipt.count("accepted") == 2
    assert sorted(project.ctx.log.labels().select("id", "label").rows()) == sorted([(row.id, "1.10"), ("0012", "001")])


def test_a_changed_definition_is_a_new_version_of_the_label_space_and_old_answers_stay_readable(
    project: Project,
) -> None:
    trained(project)
    ensure_live(project.ctx)
    plane, writer = plane_of(project)
    before = plane.answer([{"text": "invoice refund"}]).predictions[0]
    text = project.task_file.read_text(encoding="utf-8")
    project.task_file.write_text(f'{text}[classes.about.billing]\nguide = "money"\n[data_]\n'.replace("[data_]\n", ""))
    project.open()
    trained(project)
    spaces = [json.loads(e.payload) for e in project.ctx.journal.events(kind="label_space_declared")]
    assert [s["label_space"]["version"] for s in spaces] == [1, 2]
    deploy_now(project.ctx, 2, because="the guide")
    plane, other = plane_of(project)
    after = plane.answer([{"text": "invoice refund"}]).predictions[0]
    writer.close()
    other.close()
    for row in (before, after):
        assert why(project.ctx, row.id).class_names == ("billing", "security", "shipping")


def test_lineage_goes_back_from_an_answer_and_forward_from_a_row(project: Project) -> None:
    text = project.task_file.read_text(encoding="utf-8")
    project.task_file.write_text(text.replace("[features]", 'licence = "internal"\n[features]'), encoding="utf-8")
    project.open()
    first = trained(project)
    ensure_live(project.ctx)
    plane, writer = plane_of(project)
    answered = plane.answer([{"text": "invoice refund"}]).predictions[0]
    writer.close()
    found = lineage_of(project.ctx, answered.id)
    assert found.version == first.version
    assert found.snapshot["hash"] == found.split["dataset_hash"] == first.version.dataset_hash
    assert found.snapshot["provenance"]["licence"] == "internal"
    assert found.task["task_hash"] == first.version.task_hash
    table, folds = load_folds(project.ctx, first.version.dataset_hash, found.split["rows_hash"])
    for fold in ("train", "test"):
        at = folds.to_list().index(fold)
        (use,) = uses_of_row(project.ctx, values={"text": table["text"][at]})
        assert (use.version, use.row, use.fold, use.is_trained_on) == (1, at, fold, fold == "train")
        assert uses_of_row(project.ctx, digest=use.row_hash) == (use,)
    assert uses_of_row(project.ctx, values={"text": "never seen"}) == ()
    for wrong in ({}, {"row_id": "1"}, {"values": {"txt": "x"}}):
        with pytest.raises(UsageError):
            uses_of_row(project.ctx, **wrong)


def test_a_version_in_quarantine_does_not_answer(project: Project) -> None:
    trained(project)
    ensure_live(project.ctx)
    with pytest.raises(Refused, match="CW608"):
        quarantine(project.ctx, 1, because="it is live")
    project.task_file.write_text(project.task_file.read_text().replace("[features]", "seed = 1\n[features]"))
    project.open()
    trained(project)
    quarantine(project.ctx, 2, because="trained on the wrong rows")
    states = version_states(registry_state(project.ctx.journal, "desk"))
    assert [(s.version, s.state) for s in states] == [(1, "live"), (2, "quarantined")]
    with pytest.raises(Refused, match="CW608"):
        deploy_now(project.ctx, 2, because="all the same")
    lift_quarantine(project.ctx, 2, because="the rows were right")
    with pytest.raises(Refused, match="CW609"):
        lift_quarantine(project.ctx, 2, because="again")
    deploy_now(project.ctx, 2, because="better")
    quarantine(project.ctx, 1, because="never again")
    with pytest.raises(Refused, match="CW805"):
        rollback(project.ctx)
    states = version_states(registry_state(project.ctx.journal, "desk"))
    assert [(s.version, s.state) for s in states] == [(1, "quarantined"), (2, "live")]
