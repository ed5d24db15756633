"""Classes are renamed, merged and split while a version is live: labels, answers, promises and versions stay readable."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from classward_project import Project, tickets
from click.testing import CliRunner

from classward import wiring
from classward.cli import classes as classes_cli
from classward.cli import status as status_cli
from classward.cli import why as why_cli
from classward.domain import Prediction, format_time
from classward.errors import Refused, UsageError
from classward.flows.alert_log import alerts_of
from classward.flows.class_names import taxonomy_of
from classward.flows.classes import change_classes, classes_now
from classward.flows.compare import compare
from classward.flows.deploy import deploy_now, ensure_live, rollback
from classward.flows.evidence import take_in
from classward.flows.history import why
from classward.flows.label import LabelReceipt, accept_labels
from classward.flows.label_space import find_label_space, known_classes, last_label_space
from classward.flows.rollout import begin, judge_now, promote, tick_rollout
from classward.flows.status import status
from classward.flows.train import train
from classward.flows.versions import registry_state

N = 60


def four(n: int, seed: int) -> pl.DataFrame:
    """The usual rows with a fourth class."""
    own = pl.col("text").str.contains("refund") & (pl.col("team") == "billing")
    return tickets(n, seed).with_columns(pl.when(own).then(pl.lit("refund")).otherwise("team").alias("team"))


def opened(folder: Path) -> Any:
    project = Project(folder)
    four(400, 1).write_parquet(folder / "tickets.parquet")
    return project


@pytest.fixture(scope="module")
def trained_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("classes")
    project = opened(folder)
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    return folder


@pytest.fixture
def live(trained_once: Path, tmp_path: Path) -> Any:
    """A live version, and answers for rows whose truth is known."""
    folder = tmp_path / "own"
    shutil.copytree(trained_once, folder)
    project = opened(folder)
    project.open()  # with other ids than the training had
    project.clock.advance_to(project.clock.now() + timedelta(hours=1))
    project.rows = four(N, seed=9)
    project.writer = wiring.open_writer(project.ctx, project.settings)
    plane = wiring.data_plane(project.ctx, project.settings, kind="online", writer=project.writer)
    answer = plane.answer(project.rows.drop("team").to_dicts(), ids=[f"t{i}" for i in range(N)])
    project.said = [p.label for p in answer.predictions]
    project.answer = answer
    return project


def labelled(project: Any, truths: list[tuple[int, str]]) -> LabelReceipt:
    project.clock.advance_to(project.clock.now() + timedelta(hours=1))
    now = project.clock.now()
    at = format_time(now - timedelta(minutes=10))
    return accept_labels(
        [{"id": f"t{i}", "label": name, "event_at": at, "source": "desk"} for i, name in truths],
        label_space=known_classes(project.ctx), log=project.ctx.log, writer=project.writer, now=now,
        taxonomy=taxonomy_of(project.ctx),
    )  # fmt: skip


def shown(project: Any) -> dict[str, Any]:
    state = status(project.open(), now=project.clock.now())
    return {c.class_name: c for c in state.classes}


def truths_of(project: Any) -> list[tuple[int, str]]:
    return list(enumerate(project.rows["team"].to_list()))


def test_labels_under_the_old_and_the_new_name_count_for_one_class(live: Any) -> None:
    truths = truths_of(live)
    labelled(live, truths[:20])
    before = shown(live)["security"]
    change_classes(live.ctx, "rename", old=("security",), new=("safety",), because="so the desk calls it")
    after = shown(live)
    assert "security" not in after
    assert (after["safety"].recall, after["safety"].precision) == (before.recall, before.precision)
    assert after["safety"].n_predicted == live.said.count("security")
    assert [s.indicator for s in after["safety"].slos] == ["recall"], (
        "the promise stands in the file under the old name"
    )

    old = labelled(live, truths[20:40])
    new = labelled(live, [(i, "safety" if name == "security" else name) for i, name in truths[40:]])
    notes = {item.reason for item in old.items} - {""}
    assert notes == {"'security' is now 'safety'"}
    assert {item.reason for item in new.items} == {""}
    assert old.count("accepted") + new.count("accepted") == 40
    figures = shown(live)["safety"]
    mine = [i for i, name in truths if name == "security"]
    assert figures.n_labelled == len(mine)
    assert figures.recall.value == pytest.approx(sum(live.said[i] == "security" for i in mine) / len(mine))

    told = why(live.ctx, f"t{mine[0]}")
    assert (told.truth, told.read_as) == ("security", (("security", "safety"),))


def test_evidence_goes_on_under_the_new_name(live: Any) -> None:
    truths = truths_of(live)
    labelled(live, truths[:40])
    take_in(live.ctx, now=live.clock.now())
    before = {s.key: s for s in live.ctx.watching.read(task="desk").states}["recall:security"]
    assert before.n > 0
    change_classes(live.ctx, "rename", old=("security",), new=("safety",), because="wording")
    labelled(live, truths[40:])
    take_in(live.ctx, now=live.clock.now())  # by a context that was opened before
    after = {s.key: s for s in live.ctx.watching.read(task="desk").states}
    assert "recall:security" not in after
    assert after["recall:safety"].n == sum(name == "security" for _, name in truths)


def test_an_alert_ends_with_its_class(live: Any) -> None:
    labelled(live, [(i, "security") for i in range(N)])
    take_in(live.ctx, now=live.clock.now())
    assert any(a.state == "firing" and a.class_name == "security" for a in alerts_of(live.ctx))
    change_classes(live.ctx, "merge", old=("security", "shipping"), new=("other",), because="one desk")
    mine = [a for a in alerts_of(live.ctx) if a.class_name == "security"]
    assert {a.state for a in mine} == {"resolved"}
    assert "are one class 'other'" in mine[0].why_resolved


def test_merged_classes_are_summed_trained_compared_and_deployed(live: Any) -> None:
    truths = truths_of(live)
    labelled(live, truths)
    change_classes(live.ctx, "merge", old=("refund", "billing"), new=("money",), because="one desk answers both")
    figures = shown(live)["money"]
    own = [i for i, name in truths if name in {"refund", "billing"}]
    assert figures.n_labelled == len(own)
    assert figures.recall.value == sum(live.said[i] in {"refund", "billing"} for i in own) / len(own)
    assert [s.indicator for s in figures.slos] == ["precision"]

    said: list[str] = []
    made = train(live.open(), budget_s=2, n_threads=1, tell=lambda stage, what: said.append(what))
    assert any("rows read anew: 'refund' is now 'money'" in line for line in said)
    assert made.report.class_names == ("money", "security", "shipping")
    for pair in ((1, 2), (2, 1)):
        judged = compare(live.ctx, *pair)
        assert judged.n_rows > 0
        assert {c.counts.class_name for c in judged.comparisons} >= {"money", "security", "shipping"}
    deploy_now(live.ctx, 2, because="trained on the classes of today")
    rollback(live.ctx)
    assert registry_state(live.ctx.journal, "desk").live.version == 1  # type: ignore[union-attr]


def test_the_probability_of_a_merged_class_is_the_sum_of_its_parts(live: Any) -> None:
    change_classes(live.ctx, "merge", old=("refund",), new=("billing",), because="one desk")
    from classward.flows.online import resolved_online

    read = resolved_online(
        live.ctx, ("id", "at", "route", "kind", "label", "probability"), since=live.clock.now() - timedelta(days=1),
        now=live.clock.now(),
    ).outcomes.sort("id")  # fmt: skip
    assert read.columns[:6] == ["id", "at", "route", "kind", "label", "probability"]
    names = list(live.answer.class_names)
    for row in read.iter_rows(named=True):
        given = live.answer.probabilities[int(row["id"][1:])]
        parts = ["billing", "refund"] if row["label"] == "billing" else [row["label"]]
        assert row["probability"] == pytest.approx(sum(given[names.index(n)] for n in parts), abs=1e-5)


def test_labels_of_a_split_class_wait_and_its_answers_count_nowhere(live: Any) -> None:
    truths = truths_of(live)
    labelled(live, truths[:30])
    change_classes(live.ctx, "split", old=("billing",), new=("invoice", "payment"), because="two desks now")
    late = labelled(live, truths[30:])
    assert late.count("accepted") == 30, "no label is turned away"
    assert "'billing' was split into 'invoice', 'payment': needs relabelling" in {item.reason for item in late.items}
    state = status(live.open(), now=live.clock.now())
    assert [c.class_name for c in state.classes] == ["invoice", "payment", "refund", "security", "shipping"]
    assert state.n_to_relabel == sum(name == "billing" for _, name in truths)
    assert state.n_unreadable == live.said.count("billing")
    assert state.window.n_predictions == N - live.said.count("billing")
    mine = next(i for i, name in truths if name == "billing" and live.said[i] == "billing")
    labelled(live, [(mine, "invoice")])
    assert status(live.ctx, now=live.clock.now()).n_to_relabel == state.n_to_relabel - 1
    assert classes_now(live.ctx).lost == ("billing",)
    with pytest.raises(Refused, match=r"(?s)CW110.*'billing' was split into 'invoice', 'payment'"):
        compare_or_deploy(live)


def compare_or_deploy(live: Any) -> None:
    """Another version takes over; then the old one may not come back."""
    part = pl.when(pl.col("country") == "de").then(pl.lit("invoice")).otherwise(pl.lit("payment"))
    team = pl.when(pl.col("team") == "billing").then(part).otherwise("team").alias("team")
    rows = four(400, 1).with_columns(team)
    extra = four(20, 3)  # some rows still have the old name
    pl.concat([rows, extra]).write_parquet(live.folder / "tickets.parquet")
    live.task_file.write_text(live.task_file.read_text().replace('sensitive = ["billing"]', ""), encoding="utf-8")
    said: list[str] = []
    train(live.open(), budget_s=2, n_threads=1, tell=lambda stage, what: said.append(what))
    left = (extra["team"] == "billing").sum()
    assert any(f"{left} rows left out: 'billing' was split" in line for line in said), said
    deploy_now(live.ctx, 2, because="knows the new classes")
    with pytest.raises(Refused, match="CW805"):
        rollback(live.ctx)
    deploy_now(live.ctx, 1, because="back")


def test_added_classes_may_be_labelled_and_a_change_needs_a_reason(live: Any) -> None:
    with pytest.raises(UsageError, match="CW901"):
        change_classes(live.ctx, "add", new=("spam",), because=" ")
    change_classes(live.ctx, "add", new=("spam",), because="a new kind of mail")
    assert labelled(live, [(0, "spam")]).count("accepted") == 1
    figures = shown(live)["spam"]
    assert (figures.n_labelled, figures.recall.value) == (1, 0.0)
    assert classes_now(live.ctx).waiting == ("spam",)


def test_training_after_a_rename_declares_the_same_classes(live: Any) -> None:
    change_classes(live.ctx, "rename", old=("security",), new=("attack",), because="wording")
    declared = last_label_space(live.ctx)
    assert declared is not None
    train(live.open(), budget_s=2, n_threads=1, tell=lambda stage, what: None)
    assert last_label_space(live.ctx) == declared, "ids, flags, order and version are what the change declared"


def both_answered(live: Any, n: int, labels: dict[int, str], truth: str) -> None:
    """Rows that the live version and the candidate in shadow answered, and the label that came for each."""
    versions = {v.version: v for v in registry_state(live.ctx.journal, "desk").versions}
    for version, label in labels.items():
        space = find_label_space(live.ctx, versions[version].label_space_hash)
        assert space is not None
        rows = tuple(
            Prediction(
                id=f"t{i}", request_id="r", at=live.clock.now(), task="desk", version=version,
                bundle_hash=versions[version].bundle_hash, label_space_hash=space.hash,
                route="live" if version == 1 else "shadow", label=label, probability=0.9,
                probabilities=(0.9, *[0.1 / (len(space) - 1)] * (len(space) - 1)), path="model", flags=(), kind="online",
                latency_ms=1.0,
            )
            for i in range(N, N + n)
        )  # fmt: skip
        assert live.writer.predictions(rows)
    labelled(live, [(i, truth) for i in range(N, N + n)])


def test_a_rollout_pairs_renamed_classes_and_refuses_others(live: Any) -> None:
    change_classes(live.ctx, "rename", old=("security",), new=("safety",), because="wording")
    train(live.open(), budget_s=1, n_threads=1, tell=lambda stage, what: None)
    begin(live.ctx, 2)
    both_answered(live, 20, {1: "security", 2: "safety"}, truth="security")
    look = judge_now(live.ctx, now=live.clock.now())
    assert look is not None
    assert (look.evidence.n_pairs, look.evidence.n_differ) == (20, 0), "two names of one class are no difference"
    mine = next(c for c in look.evidence.classes if c.class_name == "safety")
    assert [(t.n_lost, t.n_won, t.n_same) for t in mine.pairs] == [(0, 0, 20)]
    change_classes(live.ctx, "rename", old=("safety",), new=("alarm",), because="wording again, meanwhile")
    look = judge_now(live.open(), now=live.clock.now())
    assert look is not None
    assert look.evidence.classes[0].pairs == mine.pairs, "the class it began to judge goes on"

    change_classes(live.ctx, "split", old=("billing",), new=("invoice", "payment"), because="two desks")
    with pytest.raises(Refused, match=r"(?s)CW110.*'billing' was split"):
        promote(live.ctx, because="in a hurry")
    look = tick_rollout(live.ctx, now=live.clock.now())
    assert look is not None
    assert (look.verdict.outcome, look.verdict.cause) == ("abort", "failures")
    assert "'billing' was split into 'invoice', 'payment'" in " ".join(look.verdict.reasons)
    with pytest.raises(Refused, match=r"(?s)CW110.*'billing' was split into 'invoice', 'payment'"):
        begin(live.ctx, 2)


def test_a_rollout_refuses_a_candidate_that_was_trained_on_merged_classes(live: Any) -> None:
    change_classes(live.ctx, "merge", old=("refund", "billing"), new=("money",), because="one desk answers both")
    train(live.open(), budget_s=1, n_threads=1, tell=lambda stage, what: None)
    with pytest.raises(Refused, match=r"(?s)CW835.*new: money; gone: billing, refund; 'billing' is now 'money'"):
        begin(live.ctx, 2)
    assert registry_state(live.ctx.journal, "desk").rollout is None


def test_the_commands_tell_both_names(live: Any) -> None:
    run = CliRunner()
    task = ["-f", str(live.task_file)]

    def said(command: Any, *words: str) -> str:
        done = run.invoke(command, [*words, *task], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.output

    labelled(live, truths_of(live))
    out = said(classes_cli.command, "rename", "security", "safety", "--because", "wording")
    assert "'security' is called 'safety' (wording)" in out
    out = said(classes_cli.command, "split", "shipping", "--into", "late", "lost", "--because", "two desks")
    assert "need relabelling" in out
    listed = said(classes_cli.command, "list")
    assert "late" in listed
    assert "'shipping' was split into 'late', 'lost'" in listed
    plain = json.loads(said(classes_cli.command, "list", "--json"))
    assert plain["read_as"] == {"security": "safety", "shipping": None}
    assert {c["name"]: c["id"] for c in plain["classes"]}["safety"] == "security"
    told = said(classes_cli.command, "history")
    assert "rename" in told
    assert "two desks" in told
    shown_now = json.loads(said(status_cli.command, "--json"))
    assert shown_now["n_to_relabel"] == sum(name == "shipping" for _, name in truths_of(live))
    mine = next(i for i, s in enumerate(live.said) if s == "security")
    assert "'security' is now 'safety'" in said(why_cli.command, f"t{mine}")
