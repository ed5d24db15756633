"""Answers become a list to label, its labels come back with their weights, and figures stay those of all answers."""

from __future__ import annotations

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from classward_project import Project

from classward import wiring
from classward.domain import DataSource, Prediction
from classward.errors import DataError, UsageError
from classward.flows.deploy import ensure_live
from classward.flows.label import accept_labels
from classward.flows.label_file import LABEL_TEXTS, label_rows
from classward.flows.label_queue import make_queue, queue_gain, queues_made, write_queue
from classward.flows.label_space import known_classes, last_label_space
from classward.flows.train import train

AT = "2026-03-02T09:00:00Z"


@pytest.fixture
def live(project: Project) -> Project:
    train(project.ctx, budget_s=2, n_threads=1, tell=lambda stage, what: None)
    ensure_live(project.ctx)
    project.writer = wiring.open_writer(project.ctx, project.settings)  # type: ignore[attr-defined]
    return project


def answered(project: Any, n: int, *, start: int = 0, **more: Any) -> None:
    """Answers of every degree of doubt; those in doubt are wrong more often."""
    space = last_label_space(project.ctx)
    assert space is not None
    rows = []
    for i in range(start, start + n):
        p = 0.4 + 0.59 * ((i * 37) % n) / n
        k = i % 3
        proba = [(1 - p) / 2] * 3
        proba[k] = p
        plain = {"label_space_hash": space.hash, "route": "live", "kind": "online"} | more
        rows.append(
            Prediction(
                id=f"p{i}", request_id="r", at=project.clock.now(), task="desk", version=1, bundle_hash="b",
                label=space.names[k], probability=p, probabilities=tuple(proba), path="model", flags=(), latency_ms=1.0,
                features=json.dumps({"text": "=invoice, „please“\n注文", "country": "de", "why": 1}), payload_weight=1.0,
                **plain,
            )
        )  # fmt: skip
    assert project.writer.predictions(rows)
    project.clock.advance_to(project.clock.now() + timedelta(minutes=1))


def truth_of(item: Any, space: Any) -> str:
    number = int(item.id.removeprefix("p"))
    is_wrong = (number * 37) % 300 < 90 and number % 2 == 0
    return str(space.names[(space.index(item.predicted) + is_wrong) % 3])


def test_doubt_is_asked_more_often_and_every_row_had_a_chance(live: Any) -> None:
    answered(live, 300)
    queue = make_queue(live.ctx, n=40, strategy="margin", control=0.2, now=live.clock.now())
    assert (len(queue.items), queue.n_candidates) == (40, 300)
    assert max(i.weight for i in queue.items) <= 300 / (40 * 0.2) + 1e-9
    assert np.mean([i.probability for i in queue.items]) < 0.64, "of all answers it is 0.69"
    assert queues_made(live.ctx)[0].needs == queue.needs
    assert [i.id for i in queues_made(live.ctx)[0].items] == [i.id for i in queue.items]


def test_classes_whose_promise_lacks_evidence_come_first(live: Any) -> None:
    answered(live, 300)
    queue = make_queue(live.ctx, n=60, control=0.1, now=live.clock.now())
    wants = {need.class_name: need for need in queue.needs}
    assert wants["security"].need == 1.0
    assert "not judged" in wants["security"].why
    assert wants["shipping"].need < 1.0
    counts = [sum(i.predicted == name for i in queue.items) for name in ("security", "shipping")]
    assert counts[0] > counts[1]


def test_an_answer_stands_for_choice_once_and_only_without_a_label(live: Any) -> None:
    answered(live, 30)
    answered(live, 30, start=30, route="shadow")
    answered(live, 30, start=60, kind="batch")
    space = last_label_space(live.ctx)
    raw = [{"id": f"p{i}", "label": space.names[0], "event_at": AT, "source": "s"} for i in range(10)]
    accept_labels(raw, label_space=space, log=live.ctx.log, writer=live.writer, now=live.clock.now())
    first = make_queue(live.ctx, n=500, now=live.clock.now())
    assert {i.id for i in first.items} == {f"p{i}" for i in range(10, 30)}
    assert {i.weight for i in first.items} == {1.0}
    with pytest.raises(DataError, match="CW721"):
        make_queue(live.ctx, n=5, now=live.clock.now())
    answered(live, 5, start=90)
    assert {i.id for i in make_queue(live.ctx, n=5, now=live.clock.now()).items} == {f"p{i}" for i in range(90, 95)}


def test_answers_of_other_classes_are_counted_and_left_out(live: Any) -> None:
    answered(live, 10)
    answered(live, 4, start=10, label_space_hash="another")
    queue = make_queue(live.ctx, n=50, now=live.clock.now())
    assert (queue.n_candidates, queue.n_left_out) == (10, 4)


def test_the_file_is_filled_in_in_part_and_imported_twice(live: Any, tmp_path: Path) -> None:
    answered(live, 300)
    queue = make_queue(live.ctx, n=30, strategy="margin", now=live.clock.now())
    place, space = tmp_path / "queue.csv", known_classes(live.ctx)
    write_queue(queue, str(place))
    with pytest.raises(DataError, match=r"CW723(.|\n)*never overwritten"):
        write_queue(queue, str(place))
    with place.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["text"] == "=invoice, „please“\n注文"
    assert rows[0]["why (row)"] == "1"
    by_id = {item.id: item for item in queue.items}
    for row in rows[:20]:
        row["label"] = truth_of(by_id[row["id"]], space)
    with place.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    live.clock.advance_to(live.clock.now() + timedelta(hours=1))
    for state in ("accepted", "duplicate"):
        table = live.ctx.tables.read(DataSource(location=str(place)), as_written=LABEL_TEXTS)
        items = label_rows(table, source="import", table_name="queue.csv")
        assert len(items) == 20
        receipt = accept_labels(items, label_space=space, log=live.ctx.log, writer=live.writer, now=live.clock.now())
        assert receipt.count(state) == 20
    gain = queue_gain(live.ctx, now=live.clock.now())
    assert (gain.n_queued, gain.n_labelled) == (30, 20)


def test_labels_of_queues_show_their_gain_and_weigh_out_to_all_answers(live: Any) -> None:
    space, share = known_classes(live.ctx), []
    assert queue_gain(live.ctx, now=live.clock.now()).gain is None
    for day in range(6):
        answered(live, 300, start=300 * day)
        queue = make_queue(live.ctx, n=60, strategy="margin", control=0.3, now=live.clock.now())
        raw = [
            {
                "id": i.id,
                "label": truth_of(i, space),
                "event_at": "2026-03-02T09:00:00Z",
                "source": "queue",
                "weight": i.weight,
            }
            for i in queue.items
        ]
        accept_labels(raw, label_space=space, log=live.ctx.log, writer=live.writer, now=live.clock.now())
        share += [truth_of(i, space) != i.predicted for i in queue.items]
    gain = queue_gain(live.ctx, now=live.clock.now())
    assert gain.mistakes.value == pytest.approx(np.mean(share))
    assert gain.gain is not None
    assert gain.gain > 1.4
    assert gain.at_random.value == pytest.approx(0.15, abs=0.04)


@pytest.mark.parametrize(
    "asked", [{"n": 0}, {"n": 5, "strategy": "magrin"}, {"n": 5, "control": 0.0}, {"n": 5, "control": 2.0}]
)
def test_what_cannot_be_chosen_is_refused(live: Any, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="CW720"):
        make_queue(live.ctx, now=live.clock.now(), **asked)


def test_nothing_answered_is_said(live: Any) -> None:
    with pytest.raises(DataError, match=r"CW721(.|\n)*0 answers"):
        make_queue(live.ctx, n=5, now=live.clock.now())
