"""Answered rows whose label came and whose values were kept: what a retraining can learn from beside the table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from classward.domain import Task
from classward.flows.context import Context
from classward.flows.renamed import read_names
from classward.flows.versions import registry_state
from classward.lifecycle.label import resolve

__all__ = ["SELF_LABELLED", "WEIGHT", "ProductionRows", "labelled_answers", "production_rows"]

WEIGHT = "(weight)"
"""Column of a snapshot that says how much each row counts in a fit; no column of a task is called so."""
SELF_LABELLED = ("model", "classward")
"""Label sources that are a model's own answers: learning from them repeats its mistakes, so they never teach."""

_READ = (
    "id", "request_id", "at", "version", "route", "kind", "label", "probability", "probabilities", "features",
    "payload_weight",
)  # fmt: skip
_ROUTES = ("live", "canary")
_MOST_WEIGHT = 20.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionRows:
    """Rows in the columns of a training table, how much each counts, and what was left out and why."""

    table: pl.DataFrame
    notes: tuple[str, ...]


def labelled_answers(ctx: Context, *, since: datetime, until: datetime) -> pl.DataFrame:
    """Online answers of ``[since, until)`` with the labels received by ``until``, in names of today.

    Columns of answers and ``truth, received_at, source, weight``; one row per id, the last label that came counts.
    """
    wait = timedelta(days=ctx.task.label_wait_days)
    answers = ctx.log.predictions(since=since, until=until, columns=_READ)
    own = answers.filter(pl.col("route").is_in(_ROUTES) & pl.col("kind").ne_missing("batch"))
    labels = ctx.log.labels(received_since=since - wait).filter(pl.col("received_at") <= until)
    taxonomy = registry_state(ctx.journal, ctx.task.name).taxonomy
    own, labels = read_names(own, taxonomy), read_names(labels, taxonomy).filter(pl.col("label").is_not_null())
    found = resolve(own, labels, now=until, wait_s=wait.total_seconds()).outcomes
    return found.filter(pl.col("truth").is_not_null())


def production_rows(task: Task, like: pl.DataFrame, answers: pl.DataFrame) -> ProductionRows:
    """Turn labelled answers into rows of a training table.

    Left out, counted and told: labels that a model gave, rows whose values were not kept, rows with a value that does not
    fit the table's type, and rows of tasks with images, of which the log keeps only a hash. Values of private columns are
    not in the log: they are missing here.

    Parameters
    ----------
    like : DataFrame
        The training table, for its columns and types.
    answers : DataFrame
        As :func:`labelled_answers` gives them.

    Returns
    -------
    rows : ProductionRows
        ``table`` has the columns of ``like`` and :data:`WEIGHT`: the inverse of the chance of being labelled and kept, 1 on
        average, and at most 20 times the smallest.
    """
    notes = []
    taught = answers.filter(~pl.col("source").str.to_lowercase().is_in(SELF_LABELLED))
    notes += _told(
        answers.height - taught.height, "labels given by a model were left out: it would learn its own answers"
    )
    kept = taught.filter(pl.col("features").is_not_null())
    if any(f.kind == "image" for f in task.features):
        kept = kept.clear()
    notes += _told(taught.height - kept.height, "labelled answers were left out: their values were not kept")
    if not kept.height:
        return ProductionRows(table=like.clear().with_columns(pl.lit(1.0).alias(WEIGHT)), notes=tuple(notes))
    made, is_fine = _rows(task, like, kept)
    weight = kept["weight"].fill_null(1.0) * kept["payload_weight"].fill_null(1.0)
    low = weight.min()
    assert isinstance(low, float)
    made = made.with_columns(weight.clip(upper_bound=_MOST_WEIGHT * low).alias(WEIGHT)).filter(is_fine)
    notes += _told(kept.height - made.height, "labelled answers were left out: a value does not fit the table's type")
    private = [name for name, _ in task.private if name in task.schema.names]
    if private and made.height:
        notes.append(f"not in the log, so missing in production rows: {', '.join(private)}")
    return ProductionRows(table=made.with_columns(pl.col(WEIGHT) / pl.col(WEIGHT).mean()), notes=tuple(notes))


def _told(n: int, what: str) -> list[str]:
    return [f"{n:,} {what}"] if n else []


def _rows(task: Task, like: pl.DataFrame, kept: pl.DataFrame) -> tuple[pl.DataFrame, pl.Series]:
    values = [json.loads(text) for text in kept["features"].to_list()]
    private = dict(task.private)
    is_fine = pl.Series([True] * kept.height)
    columns: dict[str, pl.Series] = {}
    for name, dtype in like.schema.items():
        if name == task.label:
            columns[name] = kept["truth"].cast(dtype)
        elif name in task.schema.names and name not in private:
            columns[name], fits = _column([row.get(name) for row in values], dtype)
            is_fine = is_fine & fits
        elif name == task.time_column:
            columns[name], _ = _column([at.isoformat() for at in kept["at"].to_list()], dtype)
        elif name == task.id_column:
            columns[name] = kept["id"].cast(dtype, strict=False)
        else:
            columns[name] = pl.Series([None] * kept.height, dtype=dtype)
    return pl.DataFrame({name: column.alias(name) for name, column in columns.items()}), is_fine


def _column(values: list[object], dtype: pl.DataType) -> tuple[pl.Series, pl.Series]:
    """Values of the log in a type of the table, and which of them fit."""
    if dtype == pl.String:
        column = pl.Series([None if v is None else _text(v) for v in values], dtype=pl.String)
    elif isinstance(dtype, pl.Datetime | pl.Date):
        text = pl.Series([None if v is None else str(v) for v in values], dtype=pl.String)
        moments = text.str.to_datetime(time_unit="us", time_zone="UTC", strict=False)
        column = moments.dt.replace_time_zone(getattr(dtype, "time_zone", None)).cast(dtype)
    else:
        column = pl.Series(values, strict=False)
        column = column.cast(dtype, strict=False)
    was = pl.Series([v is not None for v in values], dtype=pl.Boolean)
    return column, ~was | column.is_not_null()


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
