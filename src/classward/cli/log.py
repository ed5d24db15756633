"""``classward log``: the records, one a line."""

from __future__ import annotations

import json

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]

_SHOWN = ("id", "request_id", "at", "version", "route", "label", "probability", "flags", "kind", "caller")


@click.command("log")
@click.option("--since", metavar="TIME", help="Only answers from this moment on (ISO 8601 with zone).")
@click.option("--until", metavar="TIME", help="Only answers before this moment.")
@click.option("--id", "ids", multiple=True, metavar="ID", help="Only these predictions (repeatable).")
@click.option("--limit", type=click.IntRange(1), help="The newest N only.")
@task_options
@json_option
def command(
    since: str | None, until: str | None, ids: tuple[str, ...], limit: int | None, task_file: str,
    workspace: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Print logged predictions, live and sealed, oldest first; with --json one JSON object a line."""
    from classward.cli import output
    from classward.cli.history import moment_of
    from classward.domain import to_plain

    ctx = open_task(task_file, workspace)
    frame = ctx.log.predictions(
        since=moment_of(since) if since else None, until=moment_of(until) if until else None, ids=ids or None,
        columns=_SHOWN,
    ).sort("at", "id")  # fmt: skip
    frame = frame.tail(limit) if limit else frame
    if as_json:
        for row in frame.iter_rows(named=True):
            click.echo(json.dumps(to_plain(row), ensure_ascii=False))
        return
    rows = [
        (r["id"], f"{r['at']:%m-%d %H:%M:%S}", f"v{r['version']}", r["kind"], r["label"], f"{r['probability']:.2f}",
         " ".join(r["flags"]))
        for r in frame.iter_rows(named=True)
    ]  # fmt: skip
    output.table(("id", "at (UTC)", "by", "kind", "label", "p", "flags"), rows, right=(5,))
    click.echo(f" {frame.height:,} answers")
