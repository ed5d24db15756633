"""``classward restore``: bring a copied workspace back."""

from __future__ import annotations

import os

import click

from classward.cli.options import json_option, task_options

__all__ = ["command"]


@click.command("restore")
@click.argument("folder")
@task_options
@json_option
def command(folder: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Bring the copy in FOLDER back into an empty workspace, and check it."""
    from classward import wiring
    from classward.cli import output
    from classward.errors import RecordError
    from classward.flows.verify import verify

    settings = wiring.read_settings(os.environ, workspace=workspace)
    wiring.load_task(task_file)
    n_files = wiring.copy_workspace(task_file, settings, folder, is_back=True)
    found = verify(wiring.open_context(task_file, settings))
    if found.problems:
        raise RecordError(
            "CW931", "what was brought back is not in order", got="; ".join(found.problems[:5]),
            why="answers would rest on damaged facts", fix="use another copy",
        )  # fmt: skip
    if as_json:
        output.as_json({"n_files": n_files, "n_events": found.n_events, "n_bundles": found.n_bundles})
        return
    click.echo(f" {n_files:,} files back; {found.n_events:,} events and {found.n_bundles} bundles verified")
