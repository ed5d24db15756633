"""``classward train``: from rows to a registered version."""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING, Any

import click

from classward.cli.options import json_option, open_task, task_options
from classward.cli.progress import with_time_left
from classward.cli.treatment import treatment_of, treatment_options
from classward.errors import UsageError

if TYPE_CHECKING:
    from classward.domain import Recipe

__all__ = ["command"]


@click.command("train")
@click.option("--budget", default="1m", show_default=True, metavar="TIME", help="How long to try: 30s, 5m, 1h.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@click.option(
    "--encoder", default="", metavar="NAME", help="What reads texts beside their words: static, minilm, or a folder."
)
@click.option(
    "--image-encoder", default="", metavar="NAME", help="What reads images: efficientnet-lite0, or a folder. [plain]"
)
@click.option(
    "--accept",
    multiple=True,
    metavar="FINDING",
    help="A suspected leak, or its column, that you vouch for; repeatable.",
)
@click.option(
    "--estimator",
    "estimators",
    multiple=True,
    metavar="MODULE:NAME",
    help="A classifier in scikit-learn's style to try as well, such as sklearn.ensemble:RandomForestClassifier; "
    "repeatable.",
)
@click.option(
    "--estimator-settings",
    "settings",
    multiple=True,
    metavar="JSON",
    help="Its settings, such as '{\"n_estimators\": 200}'; the first belong to the first estimator, and so on.",
)
@click.option("--nested", is_flag=True, help="First cross-validate within folds: says how much choosing flatters.")
@click.option(
    "--frame",
    default="",
    metavar="NAME",
    help="Ask the question by binary models: one-vs-rest, or ordinal for ordered classes.",
)
@click.option(
    "--zero-shot",
    default="",
    metavar="HOW",
    help="A model that knows classes by their definitions: beside the others, or alone; wants --encoder.",
)
@click.option(
    "--zero-shot-adapter", default="meaning", show_default=True, metavar="NAME", help="What makes it: or MODULE:NAME."
)
@click.option(
    "--neighbours",
    default="",
    metavar="HOW",
    help="A model that answers by the nearest training rows and names them: beside the others, or alone.",
)
@treatment_options
@task_options
@json_option
def command(
    budget: str,
    threads: int | None,
    encoder: str,
    image_encoder: str,
    accept: tuple[str, ...],
    estimators: tuple[str, ...],
    settings: tuple[str, ...],
    nested: bool,
    frame: str,
    zero_shot: str,
    zero_shot_adapter: str,
    neighbours: str,
    task_file: str,
    workspace: str | None,
    as_json: bool,
    **treatment: Any,
) -> None:
    """Snapshot, split, fit, calibrate, measure once on the sealed fold, register.

    Ctrl-C loses nothing that was fitted: the same command goes on from there. Which of the options from --balance on help
    is told by 'classward effects'.
    """
    begun_s = time.monotonic()
    from classward.cli import output, views

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads slow a busy machine down many times
    from classward.flows.budget import parse_budget
    from classward.flows.train import train

    budget_s = parse_budget(budget)
    brought, asked = _brought(estimators, settings), treatment_of(treatment)
    ctx = open_task(task_file, workspace, may_make=True)
    n_threads = threads or len(os.sched_getaffinity(0))
    if nested:
        from classward.flows.cross_validate import Asked, cross_validate

        same = Asked(
            n_inner=3, budget_s=budget_s, n_threads=n_threads, encoder=encoder, image_encoder=image_encoder,
            brought=brought, treatment=asked, frame=frame, zero_shot=zero_shot, adapter=zero_shot_adapter,
            neighbours=neighbours,
        )  # fmt: skip
        cross_validate(ctx, same, tell=output.tell)
    spent_s = 0.0 if nested else time.monotonic() - begun_s
    result = train(
        ctx, budget_s=budget_s, n_threads=n_threads, spent_s=spent_s,
        tell=with_time_left(output.tell, budget_s - spent_s, time.monotonic), encoder=encoder,
        image_encoder=image_encoder, accepted=accept, brought=brought, treatment=asked, frame=frame,
        zero_shot=zero_shot, adapter=zero_shot_adapter, neighbours=neighbours,
    )  # fmt: skip
    if as_json:
        output.as_json(
            {
                "version": result.version,
                "is_new": result.is_new,
                "report": result.report,
                "candidates": result.candidates,
                "n_suspects": result.n_suspects,
            }
        )
        return
    if not result.is_new:
        click.echo(f" version {result.version.version} is identical: same rows, task and plan; nothing was added")
    else:
        click.echo(f" version {result.version.version} registered ({result.version.bundle_hash[:8]})")
    views.report(result.report, slos=ctx.task.slos)
    if result.n_suspects:
        click.echo(f" {result.n_suspects:,} labels look wrong or hard: classward suspects {result.version.version}")
    page = ctx.artifacts.path(result.version.bundle_hash) / "extras" / "report.html"
    click.echo(f" report: {output.place(page)}")
    click.echo(" Next: classward serve")


def _brought(estimators: tuple[str, ...], settings: tuple[str, ...]) -> tuple[Recipe, ...]:
    from classward.lifecycle.train import brought_recipe

    if len(settings) > len(estimators):
        raise UsageError(
            "CW346",
            "there are settings without an estimator",
            got=f"{len(estimators)} estimators, {len(settings)} settings",
            fix="give --estimator for each --estimator-settings, in the same order",
        )
    pairs = itertools.zip_longest(estimators, settings, fillvalue="{}")
    return tuple(brought_recipe(name, given) for name, given in pairs)
