"""``classward collect``: give back the space of versions that nothing refers to."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("collect")
@click.option("--keep", type=click.IntRange(1), default=10, show_default=True, help="Newest versions that stay.")
@click.option(
    "--days", type=click.FloatRange(0), default=90.0, show_default=True, help="Days a version stays after its last use."
)
@click.option("--now", "is_now", is_flag=True, help="Remove; without it the plan is shown.")
@click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
@task_options
@json_option
def command(
    keep: int, days: float, is_now: bool, because: str, task_file: str, workspace: str | None, as_json: bool
) -> None:
    """Say which versions may go and why the others stay; remove with --now --because TEXT."""
    from classward.cli import output
    from classward.flows.collect import collect, plan_collection

    ctx = open_task(task_file, workspace)
    planned = plan_collection(ctx, now=ctx.clock.now(), keep_newest=keep, keep_days=days)
    event = collect(ctx, planned, because=because) if is_now else None
    if as_json:
        output.as_json({"plan": planned, "is_removed": event is not None})
        return
    rows = [(str(k.version), "stays", "; ".join(k.reasons)) for k in planned.retention.kept]
    rows += [(str(v.version), "gone" if event else "may go", planned.retention.rule) for v in planned.retention.gone]
    output.table(("version", "", "why"), rows)
    n_loose = len(planned.bundles) - len(planned.retention.gone)
    click.echo(
        f" {len(planned.retention.gone)} version(s), {max(n_loose, 0)} bundle(s) and {len(planned.snapshots)} score"
        f" table(s) of old candidates: {planned.n_bytes / 1e6:,.1f} MB {'removed' if event else 'to give back'}"
    )
    if event is None and (planned.bundles or planned.snapshots):
        click.echo(' Next: classward collect --now --because "…"')
