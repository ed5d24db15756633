"""``classward verify``: is everything as it was written?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import JournalHead

__all__ = ["command"]


@click.command("verify")
@click.option("--head", metavar="SEQ:HASH", help="A head noted earlier that the journal must contain.")
@task_options
@json_option
def command(head: str | None, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Check the journal's chain, bundles, snapshots and the records; exit code 1 if anything is wrong, or nothing there."""
    from classward.cli import output
    from classward.flows.verify import verify

    ctx = open_task(task_file, workspace)
    result = verify(ctx, expected_head=_head(head) if head else None)
    if as_json:
        output.as_json(result)
    else:
        log = result.log
        head_of = f"{result.head.seq}:{result.head.hash[:16]}"
        click.echo(f" journal    {result.n_events} events, head {head_of}, {result.n_noted} heads noted in the log")
        click.echo(f" bundles    {result.n_bundles}   snapshots {result.n_snapshots}")
        click.echo(
            f" records    {log.n_sealed_files} sealed files, {log.n_open_segments} open segments, "
            f"{log.n_torn_bytes} torn bytes ignored, {log.n_lost} records lost by their writers"
        )
        if log.n_unhashed:
            click.echo(
                f" not checked {log.n_unhashed} sealed files have no SHA-256: an earlier release wrote them; "
                "'classward watch' adds it"
            )
        if log.n_hashed_late:
            click.echo(f" since later {log.n_hashed_late} sealed files got their SHA-256 after they were written")
        for problem in result.problems:
            click.echo(f" PROBLEM    {problem}")
        fine = " everything is as it was written" if result.n_events else " nothing to verify: the journal has no event"
        click.echo(" see docs/errors/storage.md for what to do" if result.problems else fine)
    if result.problems or not result.n_events:
        raise SystemExit(1)


def _head(text: str) -> JournalHead:
    from classward.domain import JournalHead
    from classward.errors import UsageError

    seq, _, digest = text.partition(":")
    if not seq.isdigit() or len(digest) != 64:
        raise UsageError("CW905", "a head is SEQ:HASH", got=repr(text), fix="take it from 'classward verify --json'")
    return JournalHead(seq=int(seq), hash=digest)
