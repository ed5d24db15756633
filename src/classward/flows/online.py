"""Which logged answers count as answered live and online, and what became of them: one place for all who ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl

from classward.flows.class_names import taxonomy_of
from classward.flows.context import Context
from classward.flows.renamed import ANSWER_READS, read_answers, read_names
from classward.flows.versions import registry_state
from classward.lifecycle.label import Resolved, resolve

__all__ = ["online_only", "resolved_online"]


def online_only(answers: pl.DataFrame) -> pl.DataFrame:
    """Keep what the live version answered to callers; needs the columns ``route`` and ``kind``.

    Answers of other routes and of batches never count, whatever ids they share with those that do.
    """
    return answers.filter((pl.col("route") == "live") & pl.col("kind").ne_missing("batch"))


def resolved_online(ctx: Context, columns: tuple[str, ...], *, since: datetime, now: datetime) -> Resolved:
    """Join answers given live and online since a moment with the labels that came for them.

    Labels of answers that do not count here (batches, other routes) are left out: they wait for nothing. Labels are
    read from one label wait before ``since`` (a label may come before its answer), and answers from one more, so that a
    label that is merely late is not taken for one of an unknown answer. ``outcomes`` begins with ``since``.

    Both are read in the classes of today. A label of a class that was split says no truth until somebody says which class
    is meant (``n_to_relabel``); answers with such a class are left out (``n_unreadable``).
    """
    wait = timedelta(days=ctx.task.label_wait_days)
    taxonomy = taxonomy_of(ctx)
    sums = taxonomy.changed and "probability" in columns
    wanted = tuple(dict.fromkeys((*columns, *(ANSWER_READS if sums else ()))))
    answers = ctx.log.predictions(since=since - 2 * wait, until=now + timedelta(seconds=1), columns=wanted)
    spaces = dict(registry_state(ctx.journal, ctx.task.name).label_spaces) if sums else {}
    online = read_answers(online_only(answers), taxonomy, spaces, columns=columns)
    labels = read_names(ctx.log.labels(received_since=since - wait), taxonomy)
    elsewhere = answers.select("id").join(online.select("id"), on="id", how="anti")
    own = labels.join(elsewhere.unique(), on="id", how="anti", maintain_order="left")
    resolved = resolve(online, own, now=now, wait_s=wait.total_seconds())
    outcomes = resolved.outcomes.filter(pl.col("at") >= since)
    readable = outcomes.filter(pl.col("label").is_not_null())
    return replace(
        resolved, outcomes=readable, n_unreadable=outcomes.height - readable.height,
        n_to_relabel=outcomes.filter(pl.col("truth").is_null() & pl.col("received_at").is_not_null()).height,
    )  # fmt: skip
