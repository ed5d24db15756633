"""``classward effects``: what ways of training do to each class, compared on the same folds."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, TextIO

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.lifecycle.evaluate import OptionEffect, OptionTable
    from classward.lifecycle.train import Realism

__all__ = ["command"]

_MOST_CLASSES = 5


@click.command("effects")
@click.option(
    "--of",
    "topic",
    default="",
    metavar="TOPIC",
    help="rare, noise, smoothing, strength, stopping, perturbation, frames [rare].",
)
@click.option("--budget", default="5m", show_default=True, metavar="TIME", help="How long to try: 30s, 5m, 1h.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@click.option("--family", default="", metavar="NAME", help="Model to compare with [lightgbm, or linear for text].")
@click.option(
    "--option",
    "options",
    multiple=True,
    metavar="NAME",
    help="One option by name, such as inverse or robust-loss; repeatable. docs/training.md lists them.",
)
@click.option("--class-weights", default="", metavar="JSON", help="For the option custom, such as '{\"refund\": 3}'.")
@click.option(
    "--trusted",
    metavar="FILE",
    type=click.File(encoding="utf-8"),
    help="Ids of rows whose labels were checked, one per line; options against noise are judged on them.",
)
@task_options
@json_option
def command(
    topic: str,
    budget: str,
    threads: int | None,
    family: str,
    options: tuple[str, ...],
    class_weights: str,
    trusted: TextIO | None,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Compare ways of training on the same folds, class by class; nothing is registered.

    Against imbalance, wrong labels or perturbed inputs, and how smoothing, regularisation and stopping early do. None of
    them is ever on by itself: 'classward train' takes those that help.
    """
    from classward.cli import output, robustness_view

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads slow a busy machine down many times
    from classward.flows.budget import parse_budget
    from classward.flows.effects import effects

    ctx = open_task(task_file, workspace, may_make=True)
    found = effects(
        ctx, budget_s=parse_budget(budget), n_threads=threads or len(os.sched_getaffinity(0)), tell=output.tell,
        topic=topic, family=family, options=options, class_weights=class_weights,
        trusted=frozenset(line.strip() for line in trusted if line.strip()) if trusted else frozenset(),
    )  # fmt: skip
    if as_json:
        output.as_json(found)
        return
    click.echo(f" {found.recipe.title} on {found.n_folds} folds, {found.table.n:,} rows that no option was fitted on")
    _table(found.table)
    for name, report in found.robustness:
        click.echo(f" {name}, under perturbations:")
        robustness_view.robustness(report)
    _realism(found.realism)
    if found.checked is not None:
        click.echo(f" judged on {found.checked_by}:")
        _table(found.checked)


def _table(table: OptionTable) -> None:
    _effects(table.effects)
    _classes(table.effects)
    for line in textwrap.wrap(f"{table.recommended or 'no recommendation'}: {table.because}", 98):
        click.echo(f" {line}")


def _effects(effects: Sequence[OptionEffect]) -> None:
    from classward.cli import output, robustness_view

    rows = [
        (
            e.name, output.measure(e.log_loss, digits=3), output.measure(e.macro_f1, digits=3),
            robustness_view.change(e.gain),
            f"{e.worst_class} {output.measure(e.worst_recall)}", "–" if e.gap is None else f"{e.gap:+.3f}", f"{e.fit_s:.1f}",
        )
        for e in effects
        if not e.failure
    ]  # fmt: skip
    output.table(("option", "log loss", "macro F1", "gain", "worst recall", "gap", "s"), rows, right=(5, 6))
    for e in effects:
        if e.failure:
            click.echo(f" {e.name}: {e.failure.splitlines()[0]}")
        elif e.stops:
            said = ", ".join(f"{chosen} of {made}" for chosen, made in e.stops)
            click.echo(f" {e.name}: kept step {said}")
        if e.binary_ece:
            worst, error = max(e.binary_ece, key=lambda pair: pair[1])
            click.echo(f" {e.name}: {e.n_fits} binary models, worst calibration error {error:.3f} ({worst})")


def _classes(effects: Sequence[OptionEffect]) -> None:
    """Classes whose recall an option is shown to change."""
    from classward.cli import robustness_view

    for e in effects[1:]:
        moved = [
            r for r in e.recalls
            if r.change.interval is not None and not r.change.interval.low <= 0.0 <= r.change.interval.high
        ]  # fmt: skip
        moved.sort(key=lambda r: -abs(r.change.value or 0.0))
        said = ", ".join(
            f"{r.class_name} {robustness_view.change(r.change)} (n {r.change.n})" for r in moved[:_MOST_CLASSES]
        )
        if said:
            more = f" and {len(moved) - _MOST_CLASSES} more" if len(moved) > _MOST_CLASSES else ""
            click.echo(f" {e.name} moves the recall of {said}{more}")


def _realism(found: Sequence[Realism]) -> None:
    for one in found:
        click.echo(f" smote, {one.n_synthetic:,} rows of {one.class_name} from {one.n_real:,}: {one.remark}")
