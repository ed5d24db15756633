"""The loop through real backends on a virtual clock: labels and drift become a version on its way, whatever is cut off."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from classward_project import START, Project, tickets

from classward import wiring
from classward.backends.clock import VirtualClock
from classward.domain import Prediction, Trigger, format_time, to_plain
from classward.errors import Refused, UsageError
from classward.flows import loop, loop_steps
from classward.flows.compare import replay
from classward.flows.deploy import ensure_live
from classward.flows.label import accept_labels
from classward.flows.label_space import last_label_space
from classward.flows.loop import ask, judge_loop, loop_state, pause, resume, review
from classward.flows.loop_steps import Means, make_steps
from classward.flows.production_rows import WEIGHT, labelled_answers
from classward.flows.recalibrate import recalibrate
from classward.flows.train import train
from classward.flows.versions import registry_state
from classward.flows.watch import tick
from classward.lifecycle.data import columns_of
from classward.lifecycle.release import check_chain

LOOP = '\n[loop]\nautonomy = "{autonomy}"\nmin_new_labels = 60\ncooldown = "3d"\nbudget = "2s"\nschedule = "never"\n'


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = Project(tmp_path_factory.mktemp("loop"))
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    return project.folder


def copied(trained: Path, folder: Path, autonomy: str) -> Any:
    """The trained workspace again, with a loop."""
    shutil.copytree(trained, folder, dirs_exist_ok=True)
    project: Any = Project.__new__(Project)
    project.folder, project.settings, project.task_file = folder, wiring.Settings(), folder / "classward.toml"
    project.task_file.write_text(project.task_file.read_text() + LOOP.format(autonomy=autonomy), encoding="utf-8")
    project.clock, project.n_opened = VirtualClock(START + timedelta(hours=1)), 1
    project.open()
    project.writer = wiring.open_writer(project.ctx, project.settings)
    return project


@pytest.fixture
def desk(trained: Path, tmp_path: Path) -> Any:
    return copied(trained, tmp_path, "canary")


def traffic(project: Any, n: int, *, seed: int, shift: float = 0.0, source: str = "people", keep: bool = True) -> None:
    """Rows that the live version answered rightly, with their values and labels."""
    space = last_label_space(project.ctx)
    assert space is not None
    table = tickets(n, seed=seed).with_columns(pl.col("amount") + shift)
    now, truths = project.clock.now(), table["team"].to_list()
    rows = [
        Prediction(
            id=f"t{seed}-{i}", request_id="r", at=now, task="desk", version=1, bundle_hash="b",
            label_space_hash=space.hash, route="live", label=truths[i], probability=0.9,
            probabilities=(0.9, 0.05, 0.05), path="model", flags=(), kind="online", latency_ms=1.0,
            features=json.dumps(row) if keep else None,
        )
        for i, row in enumerate(table.drop("team").iter_rows(named=True))
    ]  # fmt: skip
    assert project.writer.predictions(rows)
    raw = [
        {"id": r.id, "label": r.label, "event_at": format_time(now), "source": source, "weight": 1.0 + (i % 3)}
        for i, r in enumerate(rows)
    ]
    accept_labels(raw, label_space=space, log=project.ctx.log, writer=project.writer, now=now)


def quiet(stage: str, what: str) -> None:
    """Nobody listens."""


def work(ctx: Any) -> None:
    make_steps(ctx, Means(n_threads=1, tell=quiet))


def later(project: Any, days: float, *, work: Any = work) -> Any:
    project.clock.advance_to(project.clock.now() + timedelta(days=days))
    return tick(project.ctx, holder="w", now=project.clock.now(), work=work)


def outcomes(project: Any) -> list[str]:
    decided = project.ctx.journal.events(task="desk", kind="loop_decided")
    return [json.loads(e.payload)["decision"]["verdict"] for e in decided]


def steps(project: Any) -> list[tuple[str, str]]:
    return [(s.name, s.outcome) for run in loop_state(project.ctx).runs for s in run.steps]


def folded(project: Any) -> dict[str, Any]:
    """What must be the same whatever was cut off."""
    state = registry_state(project.ctx.journal, "desk")
    runs = loop_state(project.ctx).runs
    return {
        "versions": [(v.version, v.bundle_hash, v.dataset_hash) for v in state.versions],
        "routes": [to_plain(d.routes) for d in state.deployments],
        "rollouts": [(r.candidate, r.stage, r.policy.limit) for r in state.rollouts],
        "runs": [[(s.name, s.outcome, "" if s.name == "gate" else s.said) for s in run.steps] for run in runs],
        "decisions": outcomes(project),
        "labels": project.ctx.log.labels().height,
    }


def test_drifted_traffic_with_labels_becomes_a_version_on_its_way(desk: Any) -> None:
    for day in range(3):
        traffic(desk, 60, seed=10 + day, shift=9.0)
        desk.clock.advance_to(desk.clock.now() + timedelta(days=1))
    look = later(desk, 0.1).loop
    assert {t.kind for t in look.facts.triggers} == {"drift", "labels"}
    assert look.verdict.outcome == "retrain"
    assert steps(desk) == [("snapshot", "done"), ("train", "done"), ("gate", "done"), ("rollout", "done")]
    state = registry_state(desk.ctx.journal, "desk")
    assert [(r.role, r.version) for r in state.deployment.routes] == [("live", 1), ("shadow", 2)]
    assert state.rollout.policy.limit == "canary"
    (run,) = loop_state(desk.ctx).runs
    assert (run.result("n_production"), run.result("n_rows"), run.state) == (180, 580, "done")
    snapshot = desk.ctx.snapshots.get(state.versions[1].dataset_hash)
    own, more = snapshot.head(400)[WEIGHT], snapshot.tail(snapshot.height - 400)[WEIGHT]
    assert own.n_unique() == 1
    assert more.mean() == pytest.approx(1.0)
    assert more.n_unique() == 3, "labels chosen with less chance count more"
    assert check_chain(desk.ctx.journal.events()) == ()


def test_nothing_new_is_recorded_twice_and_every_decision_replays(desk: Any) -> None:
    traffic(desk, 70, seed=3)
    later(desk, 1)
    later(desk, 1)
    later(desk, 1)
    assert outcomes(desk) == ["retrain"], "then nothing asks, which is what was said before"
    for event in desk.ctx.journal.events(task="desk", kind="loop_decided"):
        _, is_same = replay(desk.ctx, json.loads(event.payload)["decision"]["id"])
        assert is_same


def test_a_person_asks_and_a_pause_holds_even_that(desk: Any) -> None:
    traffic(desk, 40, seed=3)
    later(desk, 1)
    assert outcomes(desk) == [], "40 labels ask for nothing"
    ask(desk.ctx, because="catalogue changed")
    pause(desk.ctx, because="release day")
    later(desk, 1)
    assert outcomes(desk) == ["wait"]
    assert steps(desk) == []
    resume(desk.ctx, because="over")
    later(desk, 1)
    assert outcomes(desk) == ["wait", "retrain"], "a person's word does not need the labels"
    assert steps(desk)[-1] == ("rollout", "done")


@pytest.fixture(scope="module")
def undisturbed(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    other = copied(trained, tmp_path_factory.mktemp("undisturbed"), "canary")
    traffic(other, 70, seed=3)
    later(other, 1)
    traffic(other, 5, seed=4)
    later(other, 0.01)
    return folded(other)


SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in ("snapshot", "gate", "rollout")]


@pytest.mark.parametrize("step", ["train", *SLOW])
def test_a_kill_before_any_step_is_recorded_ends_in_the_same_state(
    desk: Any, undisturbed: dict[str, Any], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    traffic(desk, 70, seed=3)
    real = loop_steps._record

    def killed(ctx: Any, run: Any, name: str, made: Any, *, took_s: float) -> bool:
        if name == step:
            raise KeyboardInterrupt
        return real(ctx, run, name, made, took_s=took_s)

    with monkeypatch.context() as cut:
        cut.setattr(loop_steps, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            later(desk, 1)
    desk.open()
    traffic(desk, 5, seed=4)  # labels that come after the run began are for the next one
    later(desk, 0.01)
    assert folded(desk) == undisturbed
    assert len(registry_state(desk.ctx.journal, "desk").versions) == 2


@pytest.mark.parametrize(
    ("autonomy", "is_begun"), [("off", False), ("propose", False), ("shadow", True), ("full", True)]
)
def test_it_goes_as_far_as_it_may(trained: Path, tmp_path: Path, autonomy: str, is_begun: bool) -> None:
    desk = copied(trained, tmp_path, autonomy)
    traffic(desk, 70, seed=3)
    later(desk, 1)
    state = registry_state(desk.ctx.journal, "desk")
    if is_begun:
        assert (state.rollout.stage, state.rollout.policy.limit) == ("shadow", autonomy)
        return
    assert state.rollout is None
    assert outcomes(desk) == ([] if autonomy == "off" else ["retrain"])
    assert steps(desk) == []
    ask(desk.ctx, because="go on")
    later(desk, 0.01)
    assert steps(desk)[-1] == ("rollout", "done")
    state = registry_state(desk.ctx.journal, "desk")
    assert (len(state.versions), state.rollout) == (2, None), "made and judged; releasing it is a person's"


def test_a_pause_stops_between_steps(desk: Any) -> None:
    traffic(desk, 70, seed=3)

    def one(ctx: Any) -> None:
        loop_steps.make_next_step(ctx, Means(n_threads=1, tell=quiet))

    later(desk, 1, work=one)
    pause(desk.ctx, because="look first")
    later(desk, 1)
    assert steps(desk) == [("snapshot", "done")]
    resume(desk.ctx, because="fine")
    later(desk, 1)
    assert steps(desk)[-1] == ("rollout", "done")


def test_what_a_step_cannot_do_ends_the_run_with_its_reason(desk: Any) -> None:
    traffic(desk, 70, seed=3)
    (desk.folder / "tickets.parquet").unlink()
    later(desk, 1)
    (run,) = loop_state(desk.ctx).runs
    assert (run.state, run.steps[0].outcome) == ("failed", "failed")
    assert "CW211" in run.steps[0].said
    traffic(desk, 70, seed=5)
    later(desk, 1)
    assert outcomes(desk)[-1] == "wait", "the cooldown holds after a failure, too"


def test_rows_that_cannot_teach_are_left_out_and_counted(desk: Any) -> None:
    traffic(desk, 70, seed=3)
    traffic(desk, 30, seed=4, source="model")
    traffic(desk, 20, seed=5, keep=False)
    assert judge_loop(desk.ctx, now=desk.clock.now() + timedelta(hours=1)).facts.n_new_labels == 70
    later(desk, 1)
    (run,) = loop_state(desk.ctx).runs
    assert run.result("n_production") == 70
    made = list(desk.ctx.journal.events(task="desk", kind="split_made"))[-1]
    notes = " ".join(json.loads(made.payload)["notes"])
    assert "30 labels given by a model" in notes
    assert "20 labelled answers were left out: their values were not kept" in notes


def test_a_class_that_labels_name_and_nobody_declared_is_seen_and_asked_about(desk: Any) -> None:
    space = last_label_space(desk.ctx)
    now = desk.clock.now()
    raw = [{"id": f"v{i}", "label": "vat", "event_at": format_time(now), "source": "people"} for i in range(3)]
    accept_labels(raw, label_space=space, log=desk.ctx.log, writer=desk.writer, now=now)
    later(desk, 1)
    assert outcomes(desk) == ["ask"]
    review(desk.ctx, because="a typo of the new form; it is billing")
    later(desk, 1)
    assert outcomes(desk) == ["ask", "wait"], "answered; and there are no labels to learn from"


def test_what_a_person_says_needs_a_reason_and_something_to_say_it_about(desk: Any) -> None:
    with pytest.raises(UsageError, match="CW901"):
        ask(desk.ctx, because=" ")
    with pytest.raises(Refused, match="CW726"):
        resume(desk.ctx, because="x")
    with pytest.raises(Refused, match="CW727"):
        review(desk.ctx, because="x")


def test_recall_that_fell_while_no_input_moved_asks_an_expert_and_shows_rows(desk: Any) -> None:
    """Rows with the words of billing are labelled security: what a class means has changed."""
    space = last_label_space(desk.ctx)
    assert space is not None
    now = desk.clock.now()
    rows = [
        Prediction(
            id=f"m{i}", request_id="r", at=now, task="desk", version=1, bundle_hash="b", label_space_hash=space.hash,
            route="live", label="billing", probability=0.9, probabilities=(0.9, 0.05, 0.05), path="model", flags=(),
            kind="online", latency_ms=1.0,
        )
        for i in range(60)
    ]  # fmt: skip
    assert desk.writer.predictions(rows)
    raw = [{"id": r.id, "label": "security", "event_at": format_time(now), "source": "people"} for r in rows]
    accept_labels(raw, label_space=space, log=desk.ctx.log, writer=desk.writer, now=now)
    look = later(desk, 0.1).loop
    assert (look.verdict.outcome, look.verdict.cause) == ("ask", "concept drift")
    assert {t.kind for t in look.facts.triggers} >= {"slo"}
    assert len(look.facts.missed) == 10
    assert look.facts.missed[0] in look.verdict.missing[0]
    review(desk.ctx, because="the team was reorganised; the new labels are right")
    assert later(desk, 0.1).loop.verdict.cause == "labels", "answered; nothing to learn from was kept yet"


def over_confident(project: Any, n: int, *, right: float) -> None:
    """Answers of one class at 0.98 that are right less often than that."""
    space = last_label_space(project.ctx)
    assert space is not None
    now = project.clock.now()
    rng = np.random.default_rng(0)
    said, n_classes = rng.integers(0, 3, n), len(space)
    true = np.where(rng.random(n) < right, said, (said + 1) % n_classes)
    rows = [
        Prediction(
            id=f"c{i}", request_id="r", at=now + timedelta(seconds=i), task="desk", version=1, bundle_hash="b",
            label_space_hash=space.hash, route="live", label=space.names[said[i]], probability=0.98,
            probabilities=tuple(0.98 if k == said[i] else 0.01 for k in range(n_classes)), path="model", flags=(),
            kind="online", latency_ms=1.0,
        )
        for i in range(n)
    ]  # fmt: skip
    assert project.writer.predictions(rows)
    raw = [
        {"id": f"c{i}", "label": space.names[true[i]], "event_at": format_time(now), "source": "people"}
        for i in range(n)
    ]
    accept_labels(raw, label_space=space, log=project.ctx.log, writer=project.writer, now=now)


def test_calibration_alone_is_mended_without_training(desk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    over_confident(desk, 300, right=0.8)
    real = loop.gather_facts
    moved = Trigger(kind="drift", subject="calibration", cause="confidence is too high", evidence=("A",))

    def only_calibration(ctx: Any, state: Any, *, now: Any) -> Any:
        """The ticket itself takes weeks of evidence; see the tests of drift."""
        seen = real(ctx, state, now=now)
        return replace(
            seen, triggers=() if state.runs else (moved,), inputs_moved=(), answers_moved=(), fell=(),
            calibration_moved=("calibration",), accuracy_before=0.75,
        )  # fmt: skip

    monkeypatch.setattr(loop, "gather_facts", only_calibration)
    later(desk, 1)
    assert [
        (s.name, s.outcome, s.said) for r in loop_state(desk.ctx).runs for s in r.steps if s.outcome != "done"
    ] == []
    assert steps(desk) == [("recalibrate", "done"), ("gate", "done"), ("rollout", "done")]
    was, now = (wiring.load_model(desk.ctx, v.bundle_hash) for v in registry_state(desk.ctx.journal, "desk").versions)
    rows = columns_of(tickets(50, seed=9), desk.ctx.task.schema)
    old, new = was.predict_proba(rows, 50), now.predict_proba(rows, 50)
    assert (old.predicted == new.predicted).all()
    assert (new.matrix.max(axis=1) < old.matrix.max(axis=1)).all(), "over-confident scores became milder"


def test_a_temperature_that_is_not_shown_to_help_is_refused(desk: Any) -> None:
    over_confident(desk, 300, right=0.98)
    now = desk.clock.now() + timedelta(hours=1)
    answers = labelled_answers(desk.ctx, since=START, until=now)
    with pytest.raises(Refused, match="CW729"):
        recalibrate(desk.ctx, 1, answers, tell=quiet)
    with pytest.raises(Refused, match="CW729"):
        recalibrate(desk.ctx, 1, answers.head(20), tell=quiet)
    assert len(registry_state(desk.ctx.journal, "desk").versions) == 1
