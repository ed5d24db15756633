"""``classward compact``: a smaller version of a version."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options
from classward.errors import UsageError

if TYPE_CHECKING:
    from classward.flows.compact import Compacted, Size

__all__ = ["command"]

_UNITS = {"": 1, "b": 1, "kb": 1_000, "mb": 1_000_000, "gb": 1_000_000_000}
_MOST_FALLS = 10


@click.command("compact")
@click.argument("version", type=int)
@click.option(
    "--how",
    default="distil",
    show_default=True,
    metavar="WAY",
    help="distil: a small model learns its answers; int8, float16: fewer bits; prune: fewer terms and trees.",
)
@click.option("--max-bytes", metavar="SIZE", help="Most bytes of the model: 500000, 500kB, 2MB.")
@click.option("--max-latency-ms", type=float, metavar="MS", help="Longest median time of one row, measured here.")
@click.option("--keep", default=0.5, show_default=True, metavar="SHARE", help="What pruning leaves.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@task_options
@json_option
def command(
    version: int,
    how: str,
    max_bytes: str | None,
    max_latency_ms: float | None,
    keep: float,
    threads: int | None,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Make VERSION smaller, compare both on the sealed rows (recorded), and register what comes of it.

    It is a version like any other: nothing is live until it is deployed, and 'classward report' shows its own figures.
    """
    from classward.cli import output, views

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads slow a busy machine down many times
    from classward.flows.compact import compact

    ctx = open_task(task_file, workspace)
    made = compact(
        ctx, version, how=how, tell=output.tell, keep=keep, max_bytes=None if max_bytes is None else _bytes(max_bytes),
        max_latency_ms=max_latency_ms, n_threads=threads or len(os.sched_getaffinity(0)),
    )  # fmt: skip
    if as_json:
        output.as_json(made)
        return
    said = "registered" if made.is_new else "is identical: nothing was added"
    click.echo(
        f" version {made.version.version} {said} ({made.version.bundle_hash[:8]}), made from {made.teacher} by {how}"
    )
    output.table(
        ("", "bytes", "ms a row"),
        [(f"version {made.teacher}", *_size(made.before)), (f"version {made.version.version}", *_size(made.after))],
        right=(1, 2),
    )
    n = made.report.n
    views.comparison(made.decision, made.comparisons, n_rows=n, n_left_out=0)
    _falls(made)
    click.echo(
        f' Next: classward report {made.version.version}, or classward deploy {made.version.version} --now --because "…"'
    )


def _falls(made: Compacted) -> None:
    for fall in made.falls[:_MOST_FALLS]:
        shown = "shown" if fall.is_shown else "not shown: too few rows"
        click.echo(f" rare class {fall.class_name}: recall {fall.difference:+.3f} on {fall.n:,} rows ({shown})")
    if len(made.falls) > _MOST_FALLS:
        click.echo(f" and {len(made.falls) - _MOST_FALLS} more rare classes")


def _size(size: Size) -> tuple[str, str]:
    return f"{size.n_bytes:,}", f"{size.latency_ms:.3f}"


def _bytes(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?b)?", text.strip().lower())
    if not found:
        raise UsageError("CW375", "a size cannot be read", got=repr(text), fix="write 500000, 500kB or 2MB")
    return int(float(found[1]) * _UNITS[found[2] or ""])
