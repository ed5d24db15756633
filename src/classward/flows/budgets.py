"""The error budgets of a task as of now."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from classward.domain import ErrorBudget
from classward.flows.context import Context
from classward.flows.online import resolved_online
from classward.lifecycle.monitor import error_budgets

__all__ = ["budgets"]

_READ = ("id", "request_id", "at", "route", "kind", "label", "latency_ms")


def budgets(ctx: Context, *, now: datetime) -> tuple[ErrorBudget, ...]:
    """Hold what was answered online in the window against every promise; reads the record log, changes nothing."""
    since = now - timedelta(days=ctx.task.window_days)
    resolved = resolved_online(ctx, _READ, since=since, now=now)
    moment = pl.from_epoch(pl.col("second"), time_unit="s").dt.replace_time_zone("UTC").dt.cast_time_unit("us")
    failures = (
        ctx.log.counters()
        .filter(pl.col("name") == "failed")
        .select(moment.alias("at"), pl.col("n"))
        .filter(pl.col("at") >= since)
    )
    return error_budgets(resolved.outcomes, failures, ctx.task.slos, now=now, window_days=ctx.task.window_days)
