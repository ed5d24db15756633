"""Ways to deal rows into rounds, by name, each with what is to be said about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.domain import Task
from classward.errors import DataError, nearest
from classward.lifecycle.data.cross_folds import cross_folds
from classward.lifecycle.data.duplicates import alike
from classward.lifecycle.data.rounds import NestedRound, forward_rounds, nested_rounds, rounds_of
from classward.lifecycle.data.split import together
from classward.lifecycle.data.times import times_of

__all__ = ["STRATEGIES", "DealtRounds", "deal_rounds"]

STRATEGIES = ("auto", "stratified", "plain", "group", "time")
"""``auto`` is by time with a time column, by group with a group column, else stratified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DealtRounds:
    """Rounds (without inner ones unless asked for), the strategy that was used, and warnings about it."""

    strategy: str
    rounds: tuple[NestedRound, ...]
    warnings: tuple[str, ...]


def deal_rounds(
    table: pl.DataFrame,
    y_index: NDArray[np.int64],
    task: Task,
    *,
    strategy: str,
    n_outer: int,
    n_inner: int,
    rng: np.random.Generator,
) -> DealtRounds:
    """Deal rows into rounds of cross-validation.

    Rows alike in every feature are never parted, save by ``plain`` and ``time``.

    Parameters
    ----------
    table, y_index, task
        Rows that may be used, their classes, and which columns hold time and group.
    strategy : str
        One of :data:`STRATEGIES`.
    n_outer, n_inner : int
        Rounds, and rounds within each; 0 for none.
    rng : numpy.random.Generator
        Deals the rows.

    Raises
    ------
    DataError
        CW234 for a strategy that does not exist, or wants a column that the task does not name; CW280, CW281 if rows,
        groups or moments do not suffice.
    """
    used = _named(strategy, task)
    times = times_of(table[task.time_column]).dt.epoch("us").to_numpy() if used == "time" and task.time_column else None
    y, groups = y_index, None
    if used == "group":
        groups = together(table, task)
    elif used == "stratified":
        groups = alike(table, [c for c in task.schema.names if c in table.columns])
    elif used == "plain":
        y = np.zeros_like(y_index)
    if n_inner:
        rounds = nested_rounds(y, n_outer=n_outer, n_inner=n_inner, groups=groups, time_us=times, rng=rng)
    else:
        outer = (
            forward_rounds(times, n_folds=n_outer)
            if times is not None
            else rounds_of(cross_folds(y, n_folds=n_outer, groups=groups, rng=rng))
        )
        rounds = tuple(NestedRound(outer=part, inner=()) for part in outer)
    return DealtRounds(strategy=used, rounds=rounds, warnings=tuple(_warnings(used, task)))


def _named(strategy: str, task: Task) -> str:
    if strategy not in STRATEGIES:
        raise DataError(
            "CW234",
            f"rows cannot be dealt by {strategy!r}{nearest(strategy, STRATEGIES)}",
            fix=f"use {', '.join(STRATEGIES)}",
        )
    if strategy == "auto":
        return "time" if task.time_column else "group" if task.group_column else "stratified"
    wanted = {"time": task.time_column, "group": task.group_column}
    if strategy in wanted and wanted[strategy] is None:
        raise DataError(
            "CW234",
            f"rows cannot be dealt by {strategy}: the task names no such column",
            got=f"no '{strategy}' under [task]",
            fix=f"name the column under [task] {strategy}, or use 'auto'",
        )
    return strategy


def _warnings(used: str, task: Task) -> list[str]:
    said = []
    if task.time_column and used != "time":
        said.append(
            f"rows are in the order of time ({task.time_column!r}), but were dealt at random: a model that learned from "
            "later rows is measured on earlier ones, which flatters it; use --strategy time"
        )
    if task.group_column and used not in {"group"}:
        said.append(
            f"rows of one {task.group_column!r} may stand on both sides, which flatters a model that knows them; use "
            "--strategy group"
        )
    if used == "plain":
        said.append("folds are not even by class: a rare class may be missing from some")
    return said
