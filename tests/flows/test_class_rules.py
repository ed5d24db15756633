"""Classes taken together, put in order or grouped by the task file reach the snapshot and later labels."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from classward_project import TASK, Project, tickets

from classward.domain import Label
from classward.errors import DataError
from classward.flows.snapshot import restore_snapshot, take_snapshot
from classward.lifecycle.label import check_label

PLAIN = TASK.replace('critical = ["security"]\nsensitive = ["billing"]\n', "")


def say_nothing(stage: str, what: str) -> None:
    """Progress goes nowhere."""


def asked(project: Project, classes: str) -> Any:
    project.task_file.write_text(PLAIN.replace("[classes]", f"[classes]\n{classes}"), encoding="utf-8")
    return project.open()


def test_rare_classes_become_one_and_later_labels_of_them_count_for_it(project: Project) -> None:
    few = tickets(8, seed=9).with_columns(pl.Series("team", ["fax"] * 5 + ["telex"] * 3))
    pl.concat([tickets(400, seed=1), few]).write_parquet(project.folder / "tickets.parquet")
    ctx = asked(project, "fold_below = 10")
    data = take_snapshot(ctx, say_nothing)
    assert data.label_space.names == ("billing", "other", "security", "shipping")
    assert data.folded is not None
    assert dict(data.folded.folded) == {"fax": 5, "telex": 3}
    assert "say nothing about 'fax' (5), 'telex' (3)" in data.folded.note
    raw = {"id": "1", "label": "telex", "event_at": "2026-03-01T00:00:00+00:00", "source": "desk"}
    label = check_label(raw, label_space=data.label_space, received_at=datetime(2026, 3, 2, tzinfo=UTC))
    assert isinstance(label, Label)
    assert label.label == "other"
    again = restore_snapshot(ctx, data.dataset.hash, data.split.rows_hash)
    assert again.label_space == data.label_space


def test_an_order_is_the_order_of_the_label_space_and_must_be_whole(project: Project) -> None:
    ctx = asked(project, 'order = ["shipping", "billing", "security"]\nabout.billing.parent = "money"')
    space = take_snapshot(ctx, say_nothing).label_space
    assert (space.names, space.is_ordered) == (("shipping", "billing", "security"), True)
    assert space.classes[1].parent == "money"
    with pytest.raises(DataError, match="CW293"):
        take_snapshot(asked(project, 'order = ["shipping", "billing"]'), say_nothing)
