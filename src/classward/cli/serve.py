"""``classward serve``: answer requests over HTTP."""

from __future__ import annotations

import os

import click

from classward.cli.options import task_options

__all__ = ["command"]


@click.command("serve")
@click.option("--host", help="Address; any but loopback needs keys in CLASSWARD_API_KEYS [127.0.0.1].")
@click.option("--port", type=click.IntRange(1, 65535), help="Port [8400].")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes that answer [1].")
@click.option("--watch/--no-watch", default=True, help="Seal the record log from a child process [on].")
@task_options
def command(
    host: str | None, port: int | None, workers: int | None, watch: bool, task_file: str, workspace: str | None
) -> None:
    """Serve the live version; a first version is made live by itself, and that is recorded."""
    from classward import wiring

    settings = wiring.read_settings(os.environ, workspace=workspace, host=host, port=port, workers=workers)
    wiring.serve(task_file, settings, with_watch=watch, announce=click.echo)
