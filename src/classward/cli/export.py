"""``classward export``: a version as a folder that answers by itself."""

from __future__ import annotations

from pathlib import Path

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]

_NEXT = {
    "serverless": "upload the folder with its requirements; the function is handler.handler",
    "edge": "copy the folder; python handler.py answers a line of JSON per line",
}


@click.command("export")
@click.argument("kind", type=click.Choice(list(_NEXT)))
@click.argument("version", type=int, required=False)
@click.option("-o", "--output", "folder", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
@task_options
@json_option
def command(kind: str, version: int | None, folder: Path, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Write VERSION (the live one when none is named) as a folder for a cloud's function or a device.

    The folder is the same for both: bundle, handler, the code that predicts and pins of the few packages it needs.
    """
    from classward.cli import output
    from classward.flows.export_function import export_function
    from classward.flows.versions import registry_state, require_live

    ctx = open_task(task_file, workspace)
    state = registry_state(ctx.journal, ctx.task.name)
    wanted = state.stored_version(version if version is not None else require_live(state).version)
    made = export_function(ctx, wanted, folder, kind=kind)
    if as_json:
        output.as_json(made)
        return
    click.echo(f"version {made.version} in {made.folder}: {made.n_bytes / 1e6:.1f} MB; needs {', '.join(made.needs)}")
    click.echo(f"Next: {_NEXT[kind]}")
