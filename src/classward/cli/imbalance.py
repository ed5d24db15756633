"""``classward imbalance``: what helps rare classes, compared on the same folds."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import Measure
    from classward.lifecycle.evaluate import OptionEffect
    from classward.lifecycle.train import Realism

__all__ = ["command"]

_MOST_CLASSES = 5


@click.command("imbalance")
@click.option("--budget", default="5m", show_default=True, metavar="TIME", help="How long to try: 30s, 5m, 1h.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@click.option("--family", default="", metavar="NAME", help="Model to compare with [lightgbm, or linear for text].")
@click.option(
    "--option", "options", multiple=True, metavar="NAME",
    help="inverse, effective, custom, over, under, smote, adjusted, half-adjusted, one-vs-rest, one-vs-one; repeatable "
    "[all but the last two].",
)  # fmt: skip
@click.option("--class-weights", default="", metavar="JSON", help="For custom, such as '{\"refund\": 3}'.")
@task_options
@json_option
def command(
    budget: str,
    threads: int | None,
    family: str,
    options: tuple[str, ...],
    class_weights: str,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Compare weights, over- and under-sampling, synthetic rows and adjusted decisions; nothing is registered.

    Also one multiclass model against binary ones: --option one-vs-rest --option one-vs-one.
    """
    from classward.cli import output

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads slow a busy machine down many times
    from classward.flows.budget import parse_budget
    from classward.flows.imbalance import imbalance

    ctx = open_task(task_file, workspace)
    found = imbalance(
        ctx, budget_s=parse_budget(budget), n_threads=threads or len(os.sched_getaffinity(0)), tell=output.tell,
        family=family, options=options, class_weights=class_weights,
    )  # fmt: skip
    if as_json:
        output.as_json(found)
        return
    click.echo(f" {found.recipe.title} on {found.n_folds} folds, {found.table.n:,} rows that no option was fitted on")
    _effects(found.table.effects)
    _classes(found.table.effects)
    _realism(found.realism)
    for line in textwrap.wrap(f"{found.table.recommended or 'no recommendation'}: {found.table.because}", 98):
        click.echo(f" {line}")


def _effects(effects: Sequence[OptionEffect]) -> None:
    from classward.cli import output

    rows = [
        (
            e.name, output.measure(e.log_loss, digits=3), output.measure(e.macro_f1, digits=3), _change(e.gain),
            f"{e.worst_class} {output.measure(e.worst_recall)}", f"{e.n_fits}", f"{e.fit_s:.1f}",
        )
        for e in effects
        if not e.failure
    ]  # fmt: skip
    output.table(("option", "log loss", "macro F1", "gain", "worst recall", "fits", "s"), rows, right=(5, 6))
    for e in effects:
        if e.failure:
            click.echo(f" {e.name}: {e.failure.splitlines()[0]}")
        elif e.binary_ece:
            worst, error = max(e.binary_ece, key=lambda pair: pair[1])
            click.echo(f" {e.name}: worst calibration error of a binary model {error:.3f} ({worst})")


def _classes(effects: Sequence[OptionEffect]) -> None:
    """Classes whose recall an option is shown to change."""

    for e in effects[1:]:
        moved = [
            r for r in e.recalls
            if r.change.interval is not None and not r.change.interval.low <= 0.0 <= r.change.interval.high
        ]  # fmt: skip
        moved.sort(key=lambda r: -abs(r.change.value or 0.0))
        said = ", ".join(f"{r.class_name} {_change(r.change)} (n {r.change.n})" for r in moved[:_MOST_CLASSES])
        if said:
            more = f" and {len(moved) - _MOST_CLASSES} more" if len(moved) > _MOST_CLASSES else ""
            click.echo(f" {e.name} moves the recall of {said}{more}")


def _realism(found: Sequence[Realism]) -> None:
    for one in found:
        click.echo(f" smote, {one.n_synthetic:,} rows of {one.class_name} from {one.n_real:,}: {one.remark}")


def _change(measure: Measure) -> str:
    if measure.value is None or measure.interval is None:
        return "–"
    return f"{measure.value:+.3f} [{measure.interval.low:+.3f}, {measure.interval.high:+.3f}]"
