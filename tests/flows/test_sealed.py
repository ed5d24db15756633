"""Sealed rows: none is lost without a word, and each reading counts for the rows that were read."""

from __future__ import annotations

import polars as pl
import pytest
from classward_project import TASK, Project, tickets

from classward.errors import Refused
from classward.flows.report import live_or_newest, sealed_report
from classward.flows.sealed import check_not_worn_out, note_reading, sealed_hash_of
from classward.flows.snapshot import take_snapshot
from classward.flows.train import train
from classward.flows.versions import registry_state, rows_hash_of


def quiet(stage: str, what: str) -> None:
    pass


def with_test_table(project: Project, *, n_train: int, seed: int = 5) -> dict[str, str]:
    bare = pl.when(pl.int_range(pl.len()) >= 3).then(pl.col("team")).alias("team")
    tickets(n_train, seed=1).write_parquet(project.folder / "tickets.parquet")
    tickets(100, seed=seed).with_columns(bare).write_parquet(project.folder / "test.parquet")
    task = TASK.replace('train = "tickets.parquet"\n', 'train = "tickets.parquet"\ntest = "test.parquet"\n')
    project.task_file.write_text(task, encoding="utf-8")
    project.open()
    data = take_snapshot(project.ctx, quiet)
    assert data.n_unlabelled == 3
    assert "3 rows of the test table without a label were left out" in data.split.notes
    return {"rows_hash": data.split.rows_hash, "dataset_hash": data.dataset.hash}


def test_readings_are_counted_for_the_contents_of_the_sealed_rows(project: Project) -> None:
    rows = with_test_table(project, n_train=200)
    for _ in range(project.ctx.task.most_holdout_reads):
        note_reading(project.ctx, **rows, why="a look")
    more = with_test_table(project, n_train=201)
    assert more["rows_hash"] != rows["rows_hash"]
    with pytest.raises(Refused, match="CW229"):
        check_not_worn_out(project.ctx, **more)
    other = with_test_table(project, n_train=200, seed=6)
    check_not_worn_out(project.ctx, **other)
    assert sealed_hash_of(project.ctx, **other) != sealed_hash_of(project.ctx, **rows)


def test_a_slice_is_not_read_once_the_rows_are_worn_out(project: Project) -> None:
    train(project.ctx, budget_s=2, n_threads=1, tell=quiet)
    version = live_or_newest(project.ctx)
    rows = {"rows_hash": rows_hash_of(project.ctx, version), "dataset_hash": version.dataset_hash}
    for _ in range(project.ctx.task.most_holdout_reads):
        note_reading(project.ctx, **rows, why="a look")
    n = sum(n for _, n in registry_state(project.ctx.journal, "desk").holdout_reads)
    with pytest.raises(Refused, match="CW229"):
        sealed_report(project.ctx, version, where="country=de")
    assert sum(n for _, n in registry_state(project.ctx.journal, "desk").holdout_reads) == n
