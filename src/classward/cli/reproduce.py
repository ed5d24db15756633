"""``classward reproduce``: are a version's figures those that its record gives again."""

from __future__ import annotations

import os
import sys

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("reproduce")
@click.argument("version", type=int, required=False)
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@task_options
@json_option
def command(version: int | None, threads: int | None, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Fit a version's members again from its stored snapshot, seed and settings; exit code 1 if the figures differ."""
    from classward.cli import output

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from classward.flows.reproduce import TOLERANCE, reproduce

    ctx = open_task(task_file, workspace)
    found = reproduce(ctx, version, n_threads=threads or len(os.sched_getaffinity(0)), tell=output.tell)
    if as_json:
        output.as_json({"is_reproduced": found.is_reproduced, "tolerance": TOLERANCE, "found": found})
    else:
        rows = [
            (
                m.title,
                f"{m.recorded:.4f}",
                "–" if m.again is None else f"{m.again:.4f}",
                m.failure or _verdict(m.is_same),
            )
            for m in found.members
        ]
        again = "–" if found.blend_again is None else f"{found.blend_again:.4f}"
        rows.append(("blend", f"{found.blend_recorded:.4f}", again, ""))
        output.table(("member", "recorded", "again", ""), rows, right=(1, 2))
        for other in found.differing:
            click.echo(f" differs  {other}")
        what = "reproduced" if found.is_reproduced else "not reproduced"
        click.echo(f" version {found.version}: {what} within {TOLERANCE} nats per row; the sealed rows were not read")
    if not found.is_reproduced:
        sys.exit(1)


def _verdict(is_same: bool) -> str:
    return "same" if is_same else "differs: was it cut short by the clock?"
