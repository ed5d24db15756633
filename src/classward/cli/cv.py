"""``classward cv``: cross-validate what training would try, plain or nested."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import CrossValidation

__all__ = ["command", "show"]


@click.command("cv")
@click.option("--folds", type=click.IntRange(2, 50), default=5, show_default=True, help="Rounds.")
@click.option(
    "--strategy", default="auto", show_default=True, metavar="HOW",
    help="How rows are dealt: auto, stratified, plain, group, time.",
)  # fmt: skip
@click.option("--nested", is_flag=True, help="Choose on inner rounds, and say how much choosing flatters.")
@click.option("--inner", type=click.IntRange(2, 20), default=3, show_default=True, help="Inner rounds, with --nested.")
@click.option("--budget", default="1m", show_default=True, metavar="TIME", help="How long to try: 30s, 5m, 1h.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@click.option("--encoder", default="", metavar="NAME", help="What reads texts: static, minilm, or a folder.")
@task_options
@json_option
def command(
    folds: int,
    strategy: str,
    nested: bool,
    inner: int,
    budget: str,
    threads: int | None,
    encoder: str,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Figures per class with their spread over rounds; the sealed rows are not read."""
    from classward.cli import output

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from classward.flows.budget import parse_budget
    from classward.flows.cross_validate import Asked, cross_validate

    asked = Asked(
        n_folds=folds, n_inner=inner if nested else 0, strategy=strategy, budget_s=parse_budget(budget),
        n_threads=threads or len(os.sched_getaffinity(0)), encoder=encoder,
    )  # fmt: skip
    ctx = open_task(task_file, workspace, may_make=True)
    found = cross_validate(ctx, asked, tell=output.tell)
    if as_json:
        output.as_json(found)
        return
    show(found)
    click.echo(" the sealed rows were not read   Next: classward train")


def show(found: CrossValidation) -> None:
    """Rounds, classes with their spread, and what choosing flatters."""
    from classward.cli import output

    for failure in found.failures:
        click.echo(f" left out  {failure}")
    rounds = [
        (
            str(i), r.chosen, "–" if r.inner_log_loss is None else f"{r.inner_log_loss:.4f}", f"{r.log_loss:.4f}",
            f"{r.accuracy:.3f}", f"{r.n_held:,}",
        )
        for i, r in enumerate(found.rounds, start=1)
    ]  # fmt: skip
    output.table(("round", "chosen", "inner log loss", "log loss", "accuracy", "n"), rounds, right=(2, 3, 4, 5))
    classes = [
        (
            c.class_name, output.measure(c.recall), _spread(c.recall_spread), output.measure(c.precision),
            _spread(c.precision_spread), f"{c.n:,}",
        )
        for c in found.classes
    ]  # fmt: skip
    output.table(("class", "recall", "± rounds", "precision", "± rounds", "n"), classes, right=(2, 4, 5))
    click.echo(
        f" {found.strategy}, {len(found.rounds)} rounds: log loss {output.measure(found.log_loss, digits=4)}   accuracy "
        f"{output.measure(found.accuracy, digits=3)}"
    )
    if found.optimism is not None:
        click.echo(
            f" choosing flatters by {output.measure(found.optimism, digits=4)} nats (outer minus inner log loss)"
        )
    else:
        click.echo(" the recipe was chosen by these figures: how much that flatters, --nested tells")


def _spread(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
