"""``classward report``: a version's figures, or the place of its page."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("report")
@click.argument("version", type=int, required=False)
@click.option("--all-classes", is_flag=True, help="Every class, however many.")
@task_options
@json_option
def command(version: int | None, all_classes: bool, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show how good a VERSION is (the newest when none is named), class by class."""
    from classward.cli import output, views
    from classward.flows.register import read_report
    from classward.flows.versions import newest, registry_state

    ctx = open_task(task_file, workspace)
    state = registry_state(ctx.journal, ctx.task.name)
    found = state.stored_version(version) if version is not None else newest(state)
    made = read_report(ctx, found)
    if as_json:
        output.as_json({"version": found, "report": made})
        return
    reads = state.holdout_reads
    click.echo(f" {ctx.task.name} v{found.version} ({found.bundle_hash[:8]}), measured on its sealed {made.fold} fold")
    views.report(made, slos=ctx.task.slos, every=all_classes)
    click.echo(f" sealed folds were read {sum(n for _, n in reads)} time(s) in all")
    click.echo(f" page: {ctx.artifacts.path(found.bundle_hash) / 'extras' / 'report.html'}")
