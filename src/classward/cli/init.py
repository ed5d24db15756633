"""``classward init``: look at a table, say what was inferred and why, write the task file."""

from __future__ import annotations

from pathlib import Path

import click

from classward.cli.options import json_option

__all__ = ["command"]


@click.command("init")
@click.argument("table")
@click.option("--label", required=True, metavar="COLUMN", help="Column with the class.")
@click.option("--name", metavar="NAME", help="Name of the task [the file's name].")
@click.option("--id", "id_column", metavar="COLUMN", help="Column that names each row.")
@click.option("--time", "time_column", metavar="COLUMN", help="Column with the event time: splits follow it.")
@click.option("--group", "group_column", metavar="COLUMN", help="Column whose values must not span folds.")
@click.option("--test", metavar="TABLE", help="Your own sealed test rows.")
@click.option("--query", default="", help="Query, when TABLE is a database URL.")
@click.option("--critical", multiple=True, metavar="CLASS", help="Class whose recall is promised (repeatable).")
@click.option("--sensitive", multiple=True, metavar="CLASS", help="Class whose precision is promised (repeatable).")
@click.option("--owner", default="", help="Who answers for the model.")
@click.option("--insist", is_flag=True, help="Go on although the target looks continuous.")
@click.option("-o", "--output", default="classward.toml", metavar="FILE", help="Task file to write.")
@click.option("--force", is_flag=True, help="Replace an existing task file.")
@json_option
def command(as_json: bool, output: str, force: bool, **asked: object) -> None:
    """Look at a TABLE (CSV, TSV, Parquet, NDJSON, sqlite:///file) and write a commented task file."""
    from classward import wiring
    from classward.cli.output import as_json as print_json
    from classward.errors import UsageError

    path = Path(output)
    if path.exists() and not force:
        raise UsageError("CW902", f"{output} exists already", fix="add --force to replace it, or name another by -o")
    found = wiring.init_task(path, **asked)  # type: ignore[arg-type]
    path.write_text(found.text, encoding="utf-8")
    if as_json:
        print_json({"file": output, "looks": found.looks})
        return
    for line in found.lines:
        click.echo(line)
    click.echo(f"wrote {output} ({len(found.text.splitlines())} lines, commented). Next: classward train")
