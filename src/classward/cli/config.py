"""``classward config``: what the task file can say."""

from __future__ import annotations

import json

import click

from classward.cli.options import json_option

__all__ = ["command"]


@click.group("config")
def command() -> None:
    """The task file: every default with its reason, its schema, and whether yours is right."""


@command.command("defaults")
@json_option
def _defaults(as_json: bool) -> None:
    """Print every key of the task file with its default and the reason for it."""
    from classward.cli import output
    from classward.taskfile import defaults as rows

    found = rows()
    if as_json:
        output.as_json([{"key": key, "default": default, "reason": reason} for key, default, reason in found])
        return
    output.table(("key", "default", "why"), [(key, str(default), reason) for key, default, reason in found])


@command.command("schema")
def _schema() -> None:
    """Print the JSON Schema of the task file, for editors."""
    from classward.taskfile import json_schema

    click.echo(json.dumps(json_schema(), indent=2))


@command.command("check")
@click.argument("task_file", required=False)
@click.option("-f", "--task-file", "named", default="classward.toml", metavar="FILE", help="Task file.")
@json_option
def _check(task_file: str | None, named: str, as_json: bool) -> None:
    """Read a task file and say what it declares; exit code 2 if it cannot be understood."""
    from classward import wiring
    from classward.cli import output

    task_file = task_file or named
    task = wiring.load_task(task_file)
    if as_json:
        output.as_json(task)
        return
    click.echo(f" {task_file} is in order: task {task.name!r}, label {task.label!r}, {len(task.features)} features")
    if task.tags:
        click.echo(
            f" tags     {', '.join(f'{name}={value}' for name, value in task.tags)} (your own; kept, never read)"
        )
    for slo in task.slos:
        of = f" of {slo.class_name!r}" if slo.class_name else ""
        click.echo(f" promise  {slo.indicator}{of}: {slo.target:g} ({slo.origin})")
