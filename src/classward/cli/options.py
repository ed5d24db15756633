"""Options that many commands share, and the way from them to a context."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from classward.domain import Event
    from classward.flows.context import Context

__all__ = ["because_option", "json_option", "open_task", "task_options", "tell_change"]


def task_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--task-file`` and ``--workspace``."""
    command = click.option(
        "--workspace", metavar="FOLDER", help="Folder of the workspace [.classward beside the task file]."
    )(command)
    return click.option(
        "-f", "--task-file", default="classward.toml", metavar="FILE", help="Task file [classward.toml]."
    )(command)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")(command)


def open_task(task_file: str, workspace: str | None, *, may_make: bool = False) -> Context:
    """Open the workspace of a task file as this process's environment says; only ``may_make`` makes one."""
    from classward import wiring

    settings = wiring.read_settings(os.environ, workspace=workspace)
    return wiring.open_context(task_file, settings, may_make=may_make)


because_option = click.option("--because", default="", metavar="TEXT", help="Why; kept in the journal.")
"""The reason of what a person changes."""


def tell_change(event: Event, what: str, *, then: str, as_json: bool) -> None:
    """Tell a change that a person made and the journal keeps, and the command that shows what became of it."""
    from classward.cli import output

    if as_json:
        output.as_json(event)
    else:
        click.echo(f" {what} ({event.why}). Next: classward {then}")
