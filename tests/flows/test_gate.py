"""The gate through real backends: a version judged, recorded, replayed; deploying with and without it."""

from __future__ import annotations

import dataclasses
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from classward_project import TASK, Project, tickets

from classward import wiring
from classward.domain import SLO, GateFloor, GatePolicy, SafetyExample, format_time
from classward.errors import Refused, UnknownClass, UsageError
from classward.flows.card import card
from classward.flows.compare import replay
from classward.flows.context import Context
from classward.flows.deploy import deploy_now, ensure_live, rollback
from classward.flows.gate import GateJudged, judge_version
from classward.flows.gate_standing import override_gate
from classward.flows.gate_trials import plane_of
from classward.flows.label import accept_labels
from classward.flows.label_space import last_label_space
from classward.flows.predict import DataPlane
from classward.flows.quarantine import lift_quarantine, quarantine
from classward.flows.register import append_version
from classward.flows.rollout import begin
from classward.flows.train import train
from classward.flows.versions import registry_state

FLOORS = (GateFloor(class_name="security", indicator="recall", floor=0.85),)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Version 1, which is live, learned from rows with most of "security" labelled otherwise; version 2 from right ones."""
    project = Project(tmp_path_factory.mktemp("gate"))
    project.task_file.write_text(TASK.replace("[features]", 'test = "sealed.parquet"\n[features]'), encoding="utf-8")
    tickets(400, seed=9).write_parquet(project.folder / "sealed.parquet")
    right = tickets(400, seed=1)
    is_hidden = (pl.col("team") == "security") & (pl.int_range(pl.len()) % 6 != 0)
    wrong = right.with_columns(pl.when(is_hidden).then(pl.lit("shipping")).otherwise("team").alias("team"))
    for rows in (wrong, right):
        rows.write_parquet(project.folder / "tickets.parquet")
        train(project.open(), budget_s=1, n_threads=1, tell=lambda stage, what: None)
        ensure_live(project.ctx)
    return project


def with_gate(project: Project, **policy: Any) -> Context:
    """The same workspace under other criteria, and without floors from promises."""
    slos = tuple(s for s in project.ctx.task.slos if s.class_name is None)
    task = dataclasses.replace(project.ctx.task, slos=slos, gate=GatePolicy(**policy))
    return dataclasses.replace(project.ctx, task=task)


def outcomes(judged: GateJudged, name: str) -> dict[str, str]:
    return {c.subject: c.outcome for c in judged.verdict.criteria if c.name == name}


def n_reads(ctx: Context) -> int:
    return sum(1 for _ in ctx.journal.events(task="desk", kind="holdout_read"))


def live(ctx: Context) -> int | None:
    route = registry_state(ctx.journal, "desk").live
    return route.version if route else None


def test_a_better_version_passes_and_the_worse_one_could_not_follow_it(desk: Project) -> None:
    ctx = with_gate(desk, floors=FLOORS, is_required=True)
    assert live(ctx) == 1
    good = judge_version(ctx, 2)
    assert good.verdict.outcome == "passed", good.verdict
    assert outcomes(good, "no worse than live") == {"(all)": "passed", "security": "passed"}
    assert outcomes(good, "rollback drill") == {"version 1": "passed"}
    assert outcomes(good, "compatible") == {"live version 1": "passed"}
    deploy_now(ctx, 2, because="it passed")
    bad = judge_version(ctx, 1)
    failed = {(c.name, c.subject) for c in bad.verdict.of("failed")}
    assert {("recall floor", "security"), ("no worse than live", "security")} <= failed
    with pytest.raises(Refused, match="CW870"):
        deploy_now(ctx, 1, because="for a try")
    with pytest.raises(Refused, match="CW870"):
        begin(ctx, 1)
    assert live(ctx) == 2
    rollback(ctx)  # the way back is never gated
    assert live(ctx) == 1


def test_a_decision_is_recorded_and_replays(desk: Project) -> None:
    ctx = with_gate(desk, floors=FLOORS)
    judged = judge_version(ctx, 2)
    assert replay(ctx, judged.decision.id) == (judged.decision, True)
    event = list(ctx.journal.events(task="desk", kind="gate_judged"))[-1]
    payload = json.loads(event.payload)
    assert payload["outcome"] == judged.verdict.outcome
    assert len(payload["criteria"]) == len(judged.verdict.criteria)


def test_sealed_rows_are_read_once_for_each_pair_of_versions(desk: Project) -> None:
    ctx = with_gate(desk)
    first = judge_version(ctx, 2)
    before = n_reads(ctx)
    assert judge_version(ctx, 2).verdict == first.verdict
    assert n_reads(ctx) == before


def test_worn_out_rows_are_missing_evidence(desk: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = with_gate(desk, error_rate=0.04)
    ctx = dataclasses.replace(ctx, task=dataclasses.replace(ctx.task, most_holdout_reads=1))
    monkeypatch.setattr("classward.flows.gate_evidence._earlier", lambda ctx: iter(()))
    judged = judge_version(ctx, 2)
    assert outcomes(judged, "no worse than live") == {"": "not enough evidence"}
    assert outcomes(judged, "sealed holdout") == {"": "not enough evidence"}


def test_a_required_gate_wants_a_judgement_as_things_stand(desk: Project) -> None:
    ctx = with_gate(desk, is_required=True, error_rate=0.03)
    with pytest.raises(Refused, match="CW872"):
        deploy_now(ctx, 2, because="never judged by these criteria")
    with pytest.raises(Refused, match="CW872"):
        begin(ctx, 2)
    judge_version(with_gate(desk, is_required=False, error_rate=0.03), 2)
    deploy_now(ctx, 2, because="the same criteria, required or not")
    rollback(ctx)


def test_missing_evidence_is_refused_and_an_override_is_kept(desk: Project) -> None:
    ctx = with_gate(desk, is_required=True, slice_gap=0.11)
    assert judge_version(ctx, 2, examples=()).verdict.outcome == "not enough evidence"
    with pytest.raises(Refused, match="CW871"):
        deploy_now(ctx, 2, because="hurry")
    with pytest.raises(UsageError, match="CW901"):
        override_gate(ctx, 2, because=" ")
    override_gate(ctx, 2, because="the vendor's contract ends")
    with pytest.raises(UsageError, match="CW873"):
        override_gate(ctx, 2, because="twice")
    deploy_now(ctx, 2, because="hurry")
    with pytest.raises(Refused, match="CW804"):
        override_gate(ctx, 2, because="it is live")
    rollback(ctx)
    with pytest.raises(Refused, match="CW871"):
        deploy_now(ctx, 2, because="the override is used up")
    state = registry_state(ctx.journal, "desk")
    page = card(ctx, state.version(2), state)
    assert "gate overridden" in page
    assert "the vendor's contract ends" in page
    assert "overridden" not in card(ctx, state.version(1), state)


def test_where_no_gate_is_required_there_is_nothing_to_override(desk: Project) -> None:
    with pytest.raises(UsageError, match="CW873"):
        override_gate(with_gate(desk), 2, because="so")


def test_a_gate_required_from_the_start_holds_the_first_version_too(desk: Project, tmp_path: Path) -> None:
    other = Project(tmp_path)
    task = dataclasses.replace(other.ctx.task, gate=GatePolicy(is_required=True))
    ctx = dataclasses.replace(other.ctx, task=task)
    source = desk.ctx.artifacts
    version = registry_state(desk.ctx.journal, "desk").version(2)
    ctx = dataclasses.replace(ctx, artifacts=source, snapshots=desk.ctx.snapshots)
    append_version(ctx, version)
    with pytest.raises(Refused, match="CW872"):
        ensure_live(ctx)


def example(kind: str, row: dict[str, object], **more: Any) -> SafetyExample:
    other = json.dumps(row | more.pop("change")) if "change" in more else ""
    return SafetyExample(kind=kind, name=kind, row=json.dumps(row), other=other, **more)


ROW = {"text": "password hacked login help", "country": "de", "amount": 1.0, "urgent": True}
PARCEL = {"text": "parcel courier late delivery"}


def test_safety_examples_that_are_met_and_that_are_not(desk: Project) -> None:
    ctx = with_gate(desk)
    met = (
        example("must-pass", ROW, class_name="security"),
        example("forbidden", ROW, class_name="billing"),
        example("invariance", ROW, change={"country": "fr"}),
        example("directional", ROW, change=PARCEL, class_name="security", direction="down", at_least=0.2),
    )
    judged = judge_version(ctx, 2, examples=met)
    assert all(outcomes(judged, e.kind) == {e.name: "passed"} for e in met), judged.verdict
    broken = (
        example("must-pass", ROW, class_name="billing"),
        example("forbidden", ROW, class_name="security"),
        example("invariance", ROW, change=PARCEL | {"urgent": False, "amount": 2.0}),
        example("directional", ROW, change=PARCEL, class_name="security", direction="up"),
    )
    judged = judge_version(ctx, 2, examples=broken)
    assert all(outcomes(judged, e.kind) == {e.name: "failed"} for e in broken), judged.verdict
    assert judged.verdict.outcome == "failed"


def test_examples_that_cannot_be_asked_fail_without_telling_values(desk: Project) -> None:
    wrong = example("must-pass", {"amount": "secret"}, class_name="security")
    unknown = example("forbidden", ROW, class_name="legal")
    judged = judge_version(with_gate(desk), 2, examples=(wrong, unknown))
    assert outcomes(judged, "must-pass") == {"must-pass": "failed"}
    assert outcomes(judged, "forbidden") == {"forbidden": "failed"}
    event = list(desk.ctx.journal.events(task="desk", kind="gate_judged"))[-1]
    assert "secret" not in event.payload


def test_a_file_without_examples_is_no_success(desk: Project) -> None:
    assert outcomes(judge_version(with_gate(desk), 2, examples=()), "safety examples") == {"": "not enough evidence"}


def test_declared_slices_are_judged(desk: Project) -> None:
    judged = judge_version(with_gate(desk, slices=("country", "urgent")), 2)
    found = outcomes(judged, "slice")
    assert {s.partition(":")[0] for s in found} == {"country", "urgent"}
    assert set(found.values()) <= {"passed", "not enough evidence"}


def test_a_used_up_budget_forbids_where_the_policy_says_so(desk: Project) -> None:
    ctx = with_gate(desk)
    promised = (SLO(indicator="recall", class_name="security", target=0.8),)
    ctx = dataclasses.replace(ctx, task=dataclasses.replace(ctx.task, slos=promised))
    writer = wiring.open_writer(ctx, desk.settings)
    plane = DataPlane(task="desk", clock=ctx.clock, ids=ctx.ids, writer=writer)
    plane.current = plane_of(ctx, registry_state(ctx.journal, "desk").version(1)).current
    ids = [f"b{i}" for i in range(60)]
    answer = plane.answer([PARCEL] * 60, ids=ids)
    now, space = ctx.clock.now(), last_label_space(ctx)
    assert space is not None
    assert answer.predictions[0].label != "security"
    labels = [{"id": i, "label": "security", "event_at": format_time(now), "source": "people"} for i in ids]
    accept_labels(labels, label_space=space, log=ctx.log, writer=writer, now=now)
    writer.close()
    desk.clock.advance_to(now + timedelta(minutes=1))
    assert outcomes(judge_version(ctx, 2), "error budget") == {"recall of security": "failed"}
    ignoring = dataclasses.replace(ctx, task=dataclasses.replace(ctx.task, gate=GatePolicy(holds_on_budget=False)))
    assert outcomes(judge_version(ignoring, 2), "error budget") == {}


def test_one_step_to_all_traffic_is_no_plan(desk: Project) -> None:
    ctx = with_gate(desk)
    at_once = dataclasses.replace(ctx.task.rollout, steps=(1.0,))
    ctx = dataclasses.replace(ctx, task=dataclasses.replace(ctx.task, rollout=at_once))
    assert outcomes(judge_version(ctx, 2), "rollout plan") == {"": "failed"}


def test_the_way_back_is_tried(desk: Project) -> None:
    ctx = with_gate(desk)
    folder = ctx.artifacts.path(registry_state(ctx.journal, "desk").version(1).bundle_hash)
    array = next(folder.rglob("*.npy"))
    kept = array.read_bytes()
    array.chmod(0o644)
    array.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    try:
        judged = judge_version(ctx, 2)
    finally:
        array.write_bytes(kept)
    assert outcomes(judged, "rollback drill") == {"version 1": "failed"}


def test_a_floor_of_a_class_that_does_not_exist_is_an_error(desk: Project) -> None:
    floors = (GateFloor(class_name="secuirty", indicator="recall", floor=0.5),)
    with pytest.raises(UnknownClass, match="security"):
        judge_version(with_gate(desk, floors=floors), 2)


def test_a_version_in_quarantine_may_be_judged_and_not_deployed(desk: Project) -> None:
    ctx = with_gate(desk, is_required=True, error_rate=0.06)
    quarantine(ctx, 2, because="odd")
    judge_version(ctx, 2)
    with pytest.raises(Refused, match="CW608"):
        deploy_now(ctx, 2, because="so")
    lift_quarantine(ctx, 2, because="fine")
