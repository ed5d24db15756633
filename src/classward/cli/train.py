"""``classward train``: from rows to a registered version."""

from __future__ import annotations

import os

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("train")
@click.option("--budget", default="1m", show_default=True, metavar="TIME", help="How long to try: 30s, 5m, 1h.")
@click.option("--threads", type=click.IntRange(1), help="Threads to use [all cores].")
@click.option(
    "--encoder", default="", metavar="NAME", help="What reads texts beside their words: static, minilm, or a folder."
)
@click.option(
    "--accept",
    multiple=True,
    metavar="FINDING",
    help="A suspected leak, or its column, that you vouch for; repeatable.",
)
@task_options
@json_option
def command(
    budget: str,
    threads: int | None,
    encoder: str,
    accept: tuple[str, ...],
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Snapshot, split, fit, calibrate, measure once on the sealed fold, register.

    Ctrl-C loses nothing that was fitted: the same command goes on from there.
    """
    from classward.cli import output, views

    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning OpenMP threads slow a busy machine down many times
    from classward.flows.budget import parse_budget
    from classward.flows.train import train

    budget_s = parse_budget(budget)
    ctx = open_task(task_file, workspace)
    n_threads = threads or len(os.sched_getaffinity(0))
    result = train(ctx, budget_s=budget_s, n_threads=n_threads, tell=output.tell, encoder=encoder, accepted=accept)
    if as_json:
        output.as_json(
            {
                "version": result.version,
                "is_new": result.is_new,
                "report": result.report,
                "candidates": result.candidates,
            }
        )
        return
    if not result.is_new:
        click.echo(f" version {result.version.version} is identical: same rows, task and plan; nothing was added")
    else:
        click.echo(f" version {result.version.version} registered ({result.version.bundle_hash[:8]})")
    views.report(result.report, slos=ctx.task.slos)
    click.echo(
        f" report: {ctx.artifacts.path(result.version.bundle_hash) / 'extras' / 'report.html'}   Next: classward serve"
    )
