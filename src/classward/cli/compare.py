"""``classward compare``: two versions by a paired test."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("compare")
@click.argument("live", type=int)
@click.argument("candidate", type=int)
@click.option("--alpha", type=click.FloatRange(1e-6, 0.5), default=0.05, show_default=True, help="Error rate.")
@task_options
@json_option
def command(live: int, candidate: int, alpha: float, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Compare version CANDIDATE with version LIVE on labelled rows that neither was trained on."""
    from classward.cli import output, views
    from classward.flows.compare import compare

    ctx = open_task(task_file, workspace)
    result = compare(ctx, live, candidate, alpha=alpha)
    if as_json:
        output.as_json(result)
        return
    views.comparison(result.decision, result.comparisons, n_rows=result.n_rows, n_left_out=result.n_left_out)
    click.echo(f" Next: {_next(result.decision.verdict, live, candidate)}")


def _next(verdict: str, live: int, candidate: int) -> str:
    if verdict == "better":
        return f'classward deploy {candidate} --now --because "…"'
    if verdict == "not enough evidence":
        return f"keep version {live}; more labelled rows can tell, see what is missing above"
    return f"keep version {live}"
