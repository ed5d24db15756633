"""``classward export``: a version as a folder that answers by itself, and files by which other programs watch it."""

from __future__ import annotations

from pathlib import Path

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]

_NEXT = {
    "serverless": "upload the folder with its requirements; the function is handler.handler",
    "edge": "copy the folder; python handler.py answers a line of JSON per line",
}
_WATCHING = ("prometheus", "grafana")


@click.command("export")
@click.argument("kind", type=click.Choice([*_NEXT, *_WATCHING]))
@click.argument("version", type=int, required=False)
@click.option(
    "-o", "--output", "folder", type=click.Path(path_type=Path),
    help="A new or empty folder; for prometheus and grafana, any (by default one of that name).",
)  # fmt: skip
@click.option("--server", default="127.0.0.1:8400", show_default=True, help="For prometheus: host and port to scrape.")
@task_options
@json_option
def command(
    kind: str,
    version: int | None,
    folder: Path | None,
    server: str,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Write VERSION (the live one when none is named) as a folder for a cloud's function or a device.

    The folder is the same for serverless and edge: bundle, handler, the code that predicts and pins of the few packages it
    needs. prometheus writes rules from the promises of the task file, their test and examples of how Prometheus and
    Alertmanager are set up; grafana writes a dashboard.
    """
    if kind in _WATCHING:
        from classward.cli.export_watching import export_watching

        if version is not None:
            raise click.UsageError(f"{kind} is about the task: no version is named")
        export_watching(kind, folder or Path(kind), server=server, task_file=task_file, as_json=as_json)
        return
    if folder is None:
        raise click.UsageError("name a new or empty folder with -o")
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
