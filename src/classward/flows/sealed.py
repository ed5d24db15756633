"""The sealed rows are not for choosing: reading them often wears them out, and then something else must judge."""

from __future__ import annotations

import hashlib
import json

import polars as pl

from classward.domain import Event
from classward.errors import Refused
from classward.flows.context import Context, note
from classward.flows.snapshot import load_folds
from classward.flows.versions import registry_state

__all__ = ["check_not_worn_out", "nested_remarks", "note_reading", "sealed_hash_of"]


def check_not_worn_out(ctx: Context, *, rows_hash: str, dataset_hash: str) -> None:
    """Refuse another reading of sealed rows that were read as often as the task allows, unless nested cross-validation of
    the same rows was made since the last one: it judges what is read next, and nothing after that.

    Raises
    ------
    Refused
        CW229. Nothing was fitted or read.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    if not state.holdout_reads:
        return
    sealed_hash = sealed_hash_of(ctx, rows_hash=rows_hash, dataset_hash=dataset_hash)
    n_reads = state.reads_of(sealed_hash, rows_hash)
    if n_reads < ctx.task.most_holdout_reads:
        return
    nested = _last_nested(ctx, dataset_hash=dataset_hash, rows_hash=rows_hash)
    if nested is not None and nested.seq > _last_reading(ctx, sealed_hash, rows_hash):
        return
    raise Refused(
        "CW229",
        f"the sealed rows were read {n_reads} times, and the task allows {ctx.task.most_holdout_reads}",
        got=f"rows {rows_hash[:12]} of snapshot {dataset_hash[:12]}; 'classward history' lists each reading",
        why="whoever looks often enough and keeps the best has chosen by the sealed rows, and their figures flatter",
        fix="run 'classward train --nested', or 'classward cv --nested' before each further reading: no choice has seen its "
        "figures; or bring fresh labelled rows; or raise most_holdout_reads under [data], which the journal records",
    )


def sealed_hash_of(ctx: Context, *, rows_hash: str, dataset_hash: str) -> str:
    """What the sealed rows are, whatever rows stand beside them: a hash of their contents, in any order."""
    table, fold = load_folds(ctx, dataset_hash, rows_hash)
    return _hash_of(table.filter(fold == "test"))


def _hash_of(rows: pl.DataFrame) -> str:
    rows = rows.select(sorted(rows.columns))
    found = hashlib.sha256(repr(rows.columns).encode())
    for one in sorted(hashlib.sha256(repr(row).encode()).digest() for row in rows.iter_rows()):
        found.update(one)
    return found.hexdigest()


def note_reading(ctx: Context, *, rows_hash: str, dataset_hash: str, why: str, **of: str) -> None:
    """Record that sealed rows are read, which they are, and by what (``artifact_hash`` or ``plan_hash``)."""
    sealed_hash = sealed_hash_of(ctx, rows_hash=rows_hash, dataset_hash=dataset_hash)
    note(
        ctx, "holdout_read",
        {"rows_hash": rows_hash, "dataset_hash": dataset_hash, "sealed_hash": sealed_hash, **of}, why=why,
    )  # fmt: skip


def nested_remarks(ctx: Context, *, dataset_hash: str, rows_hash: str) -> tuple[str, ...]:
    """What the last nested cross-validation of these rows found, as a sentence for the report; nothing without one."""
    event = _last_nested(ctx, dataset_hash=dataset_hash, rows_hash=rows_hash)
    if event is None:
        return ()
    found = json.loads(event.payload)
    gap, n_rounds = found["optimism"]["value"], len(found["rounds"])
    told = (
        f"nested cross-validation ({found['strategy']}, {n_rounds} rounds, no sealed row): log loss "
        f"{found['log_loss']['value']:.4f}, accuracy {found['accuracy']['value']:.4f}; choosing flatters by {gap:+.4f} nats"
    )
    return (told,)


def _last_nested(ctx: Context, *, dataset_hash: str, rows_hash: str) -> Event | None:
    last = None
    for event in ctx.journal.events(task=ctx.task.name, kind="cross_validated"):
        payload = json.loads(event.payload)
        if payload["is_nested"] and payload["dataset_hash"] == dataset_hash and payload["rows_hash"] == rows_hash:
            last = event
    return last


def _last_reading(ctx: Context, sealed_hash: str, rows_hash: str) -> int:
    last = 0
    for event in ctx.journal.events(task=ctx.task.name, kind="holdout_read"):
        payload = json.loads(event.payload)
        if payload.get("sealed_hash") == sealed_hash or payload["rows_hash"] == rows_hash:
            last = event.seq
    return last
