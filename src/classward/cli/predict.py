"""``classward predict``: score a file with the live version."""

from __future__ import annotations

import os

import click

from classward.cli.options import json_option, task_options

__all__ = ["command"]


@click.command("predict")
@click.argument("table")
@click.option(
    "-o", "--output", "target", required=True, metavar="FILE", help="Where to write (.parquet, .csv, .ndjson)."
)
@click.option("--version", type=int, help="A version other than the live one.")
@click.option("--all", "with_all", is_flag=True, help="One probability column per class too.")
@click.option("--sets", "with_sets", is_flag=True, help="A column with the classes that stay possible, as a JSON list.")
@click.option("--no-log", is_flag=True, help="Do not write the answers to the record log.")
@click.option("--batch-rows", type=click.IntRange(1), default=20_000, show_default=True, help="Rows held at a time.")
@click.option("--force", is_flag=True, help="Replace FILE if it exists.")
@task_options
@json_option
def command(
    table: str, target: str, version: int | None, with_all: bool, with_sets: bool, no_log: bool, batch_rows: int,
    force: bool, task_file: str, workspace: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Score every row of TABLE; memory is bounded, and the output appears whole or not at all."""
    from classward import wiring
    from classward.cli import output
    from classward.cli.progress import rows_progress

    settings = wiring.read_settings(os.environ, workspace=workspace)
    with rows_progress(f"scoring {table}") as tell:
        result = wiring.score_file(
            task_file, settings, table, target, version=version, with_all=with_all, with_sets=with_sets,
            batch_rows=batch_rows, is_logged=not no_log, tell=tell, is_forced=force,
        )  # fmt: skip
    if as_json:
        output.as_json(result)
        return
    click.echo(f" {result.n_rows:,} rows scored by v{result.version} ({result.bundle_hash[:8]}) into {target}")
    if result.n_unlogged and not no_log:
        click.echo(f" {result.n_unlogged:,} answers could not be logged: is the disk full?")
