"""``classward compare``: two versions by a paired test."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("compare")
@click.argument("live", type=int)
@click.argument("candidate", type=int)
@click.option("--alpha", type=click.FloatRange(1e-6, 0.5), default=0.05, show_default=True, help="Error rate.")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="MODULE:FUNCTION",
    help="A figure of your own, function(y_true, y_pred), such as sklearn.metrics:cohen_kappa_score; repeatable.",
)
@click.option("--page", metavar="FILE", help="Write the whole comparison as an HTML page.")
@task_options
@json_option
def command(
    live: int,
    candidate: int,
    alpha: float,
    metrics: tuple[str, ...],
    page: str | None,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Compare version CANDIDATE with version LIVE on labelled rows that neither was trained on."""
    from classward.cli import output, views
    from classward.flows.compare import compare

    ctx = open_task(task_file, workspace)
    sys.path.insert(0, os.getcwd())  # a metric may stand in a file beside the task
    result = compare(ctx, live, candidate, alpha=alpha, metrics=metrics)
    if page:
        Path(page).write_text(result.page(), encoding="utf-8")
    if as_json:
        output.as_json(result)
        return
    views.comparison(result.decision, result.comparisons, n_rows=result.n_rows, n_left_out=result.n_left_out)
    views.paired(result.paired)
    if page:
        click.echo(f" page: {page}")
    click.echo(f" Next: {_next(result.decision.verdict, live, candidate)}")


def _next(verdict: str, live: int, candidate: int) -> str:
    if verdict == "better":
        return f'classward deploy {candidate} --now --because "…"'
    if verdict == "not enough evidence":
        return f"keep version {live}; more labelled rows can tell, see what is missing above"
    return f"keep version {live}"
