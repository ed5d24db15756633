"""``classward robustness``: what typos, noise and gaps do to a version."""

from __future__ import annotations

from pathlib import Path

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("robustness")
@click.argument("version", type=int)
@click.option("--rows", metavar="TABLE", help="Labelled rows that were not trained on [the sealed rows, recorded].")
@click.option(
    "--perturb", "names", multiple=True, metavar="NAME",
    help="typos, case, spaces, characters, jitter, missing; repeatable [all that fit].",
)  # fmt: skip
@click.option("--seed", default=0, show_default=True, help="Draws what is changed.")
@task_options
@json_option
def command(
    version: int,
    rows: str | None,
    names: tuple[str, ...],
    seed: int,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Perturb rows that VERSION was not trained on, and say what that does to each class.

    If a class falls: 'classward effects --of perturbation' tells whether training with --perturb helps.
    """
    from classward.cli import output, robustness_view
    from classward.domain import DataSource
    from classward.flows.robustness import version_robustness

    ctx = open_task(task_file, workspace)
    source = DataSource(location=str(Path(rows).resolve())) if rows else None
    found = version_robustness(ctx, version, source=source, names=names, seed=seed)
    if as_json:
        output.as_json(found)
        return
    click.echo(f" version {found.version} on {found.report.n:,} rows: {found.rows}")
    robustness_view.robustness(found.report)
