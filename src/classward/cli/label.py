"""``classward label``: truths that came late, what to label next, and what it bought."""

from __future__ import annotations

import os

import click

from classward.cli.options import json_option, task_options

__all__ = ["command"]


@click.group("label")
def command() -> None:
    """Labels: truths that come after the answers."""


@command.command("import")
@click.argument("table")
@click.option("--source", default="import", show_default=True, help="Where the labels come from, when no column says.")
@task_options
@json_option
def _import_labels(table: str, source: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Import labels from TABLE with columns id, label, event_at and, if known, source, annotator, weight.

    Importing the same table twice changes nothing. Labels that cannot be accepted are set aside with a reason; exit code
    1 if there are any.
    """
    from classward import wiring
    from classward.cli import output

    settings = wiring.read_settings(os.environ, workspace=workspace)
    receipt = wiring.import_labels(task_file, settings, table, source=source)
    counts = {state: receipt.count(state) for state in ("accepted", "duplicate", "quarantined")}
    set_aside = [item for item in receipt.items if item.state == "quarantined"]
    if as_json:
        output.as_json({**counts, "open": receipt.n_open, "quarantined_items": set_aside})
    else:
        still = f"   without a label yet {receipt.n_open:,}" if receipt.n_open else ""
        click.echo(" " + "   ".join(f"{name} {n:,}" for name, n in counts.items()) + still)
        for item in set_aside[:10]:
            click.echo(f" row {item.index + 1}: {item.reason}")
        click.echo(" Next: classward status")
    if set_aside:
        raise SystemExit(1)


@command.command("queue")
@click.option("-n", "n", default=50, show_default=True, type=click.IntRange(1), help="How many rows.")
@click.option("-o", "out", metavar="FILE", help="Write them as CSV, with an empty column 'label' to fill in.")
@click.option(
    "--by",
    "strategy",
    default="need",
    show_default=True,
    metavar="STRATEGY",
    help="need (classes whose promises lack evidence, and doubt), margin, entropy, least-confidence, random.",
)
@click.option("--random-share", default=0.2, show_default=True, type=float, help="Share of the choice that is random.")
@task_options
@json_option
def _queue(
    n: int, out: str | None, strategy: str, random_share: float, task_file: str, workspace: str | None, as_json: bool
) -> None:
    """Choose which answers to label next, and record with what chance each was chosen.

    Every answer since the last queue stands for choice once. Fill in the file's column 'label' and give it to 'classward
    label import': each label counts by the inverse of its chance, so that figures stay those of all answers.
    """
    from classward.cli import output
    from classward.cli.options import open_task
    from classward.flows.label_queue import make_queue, write_queue

    ctx = open_task(task_file, workspace)
    if out is not None:
        write_queue(None, out)
    queue = make_queue(ctx, n=n, strategy=strategy, control=random_share, now=ctx.clock.now())
    if out is not None:
        write_queue(queue, out)
    if as_json:
        output.as_json(queue)
        return
    click.echo(f" {len(queue.items):,} of {queue.n_candidates:,} answers without a label, by {strategy}")
    wanting = [need for need in queue.needs if need.need > 0.0]
    if wanting:
        output.table(("class", "wants labels because"), [(need.class_name, need.why) for need in wanting])
    else:
        click.echo(" no class wants labels: every promise is judged; more would change no verdict")
    shown = queue.items[:10]
    output.table(
        ("id", "answered", "p", "counts", "why"),
        [(i.id, i.predicted, f"{i.probability:.2f}", f"{i.weight:.1f}", i.why) for i in shown],
        right=(2, 3),
    )
    if len(queue.items) > len(shown):
        click.echo(f" and {len(queue.items) - len(shown):,} more: -o FILE.csv or --json shows all")
    if out is not None:
        click.echo(f" Next: fill in the column 'label' of {out}, then classward label import {out}")


@command.command("gain")
@task_options
@json_option
def _gain(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Say what labels of queues found, against as many labels of rows taken at random."""
    from classward.cli import output
    from classward.cli.options import open_task
    from classward.flows.label_queue import queue_gain

    ctx = open_task(task_file, workspace)
    found = queue_gain(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(found)
        return
    click.echo(f" {found.n_queued:,} rows queued, {found.n_labelled:,} of them labelled")
    click.echo(
        f" answered wrongly: {output.measure(found.mistakes)} of them, {output.measure(found.at_random)} of all answers"
    )
    if found.gain is None:
        click.echo(" not enough evidence of a gain: no mistake among them yet")
    else:
        click.echo(f" a queued label found {found.gain:.1f} times as many mistakes as a random one")
