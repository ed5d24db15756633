"""``classward loadtest``: the logged requests again, against a server."""

from __future__ import annotations

import os
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.flows.load_report import LoadReport

__all__ = ["command"]


@click.command("loadtest")
@click.argument("url")
@click.option("--seconds", type=click.FloatRange(0.1, 3600.0), default=10.0, help="How long [10].")
@click.option("--rate", type=click.FloatRange(0.01), help="Mean requests per second [as logged].")
@click.option(
    "--step", type=click.FloatRange(0.01, 1000.0), default=1.0, help="The second half has so many times the rate [1]."
)
@click.option("--connections", type=click.IntRange(1, 512), default=32, help="Connections at most [32].")
@click.option("--price-per-hour", type=click.FloatRange(0.0), help="What the server costs, for the cost of 1,000 rows.")
@click.option("--seed", type=int, default=0, help="Draws sizes and moments [0].")
@task_options
@json_option
def command(
    url: str,
    seconds: float,
    rate: float | None,
    step: float,
    connections: int,
    price_per_hour: float | None,
    seed: int,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Send the logged request mix and rate shape to the server at URL; exit code 1 if p95 breaks the promise.

    Its answers are logged like any other, with ids that begin with loadtest-: use a server over a copy of the workspace
    (classward backup). The key is the first of CLASSWARD_API_KEYS.
    """
    import numpy as np

    from classward import wiring
    from classward.cli import output
    from classward.flows.load_plan import plan_load
    from classward.flows.load_report import report_load
    from classward.serving.load_client import send_load

    ctx = open_task(task_file, workspace)
    plan = plan_load(ctx, seconds=seconds, rate=rate, step=step, rng=np.random.default_rng(seed))
    keys = wiring.read_settings(os.environ).api_keys
    key = keys[0].rpartition(":")[2] if keys else ""
    sent = send_load(plan, url, key=key, connections=connections, new_id=ctx.ids.new)
    promised_ms = next(s.target for s in ctx.task.slos if s.indicator == "latency_p95_ms")
    report = report_load(plan, sent, slo_p95_ms=promised_ms, price_per_hour=price_per_hour)
    if as_json:
        output.as_json({**asdict(report), "is_kept": report.is_kept})
    else:
        click.echo("\n".join(_lines(report, plan.n_logged)))
    if not report.is_kept:
        sys.exit(1)


def _lines(report: LoadReport, n_logged: int) -> list[str]:
    rates = f"{report.rate:.3g} a second (logged {report.logged_rate:.3g})"
    lines = [
        f"sent      {report.n_requests:,} requests made from {n_logged:,} logged ones, {rates}",
        f"answered  {report.n_answered:,} with {report.n_rows:,} rows; shed {report.n_shed:,}, failed {report.n_failed:,}",
    ]
    if report.p50_ms is not None:
        lines.append(
            f"latency   p50 {report.p50_ms:.1f} ms   p95 {report.p95_ms:.1f} ms   p99 {report.p99_ms:.1f} ms   "
            f"promised p95 {report.slo_p95_ms:g} ms"
        )
    if report.has_step:
        lines.append(
            "step      p95 did not come back within the promise before the end"
            if report.lag_s is None
            else f"step      p95 within the promise {report.lag_s:g} s after the step"
        )
    if report.cost_per_1000_rows is not None:
        lines.append(f"cost      {report.cost_per_1000_rows:.4g} for 1,000 rows, at this rate")
    kept = "kept" if report.is_kept else "not kept: add workers, or see where the time goes with traces"
    return [*lines, f"promise   {kept}"]
