"""``classward simulate``: weeks in seconds."""

from __future__ import annotations

import os

import click

from classward.cli.options import json_option, task_options

__all__ = ["command"]


@click.command("simulate")
@click.argument("table")
@click.option("--weeks", type=click.IntRange(1, 104), default=4, show_default=True, help="How long.")
@click.option("--rows-per-day", type=click.IntRange(1), default=200, show_default=True, help="Traffic.")
@click.option("--label-delay", default=2.0, show_default=True, help="Median days until a label comes.")
@click.option("--label-share", type=click.FloatRange(0, 1), default=0.8, show_default=True, help="Share ever labelled.")
@click.option("--version", type=int, help="A version other than the live or newest one.")
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same weeks.")
@task_options
@json_option
def command(table: str, as_json: bool, task_file: str, workspace: str | None, **asked: float) -> None:
    """Replay the labelled TABLE as weeks of traffic with late labels, through the production code."""
    from classward import wiring
    from classward.cli import output
    from classward.cli.status import show

    settings = wiring.read_settings(os.environ, workspace=workspace)
    weeks = []
    for week, state in enumerate(wiring.run_simulation(task_file, settings, table, **asked), start=1):  # type: ignore[arg-type]
        weeks.append(state)
        if not as_json:
            click.echo(f"\n week {week}, {output.moment(state.at)}")
            show(state)
    if as_json:
        output.as_json(weeks)
