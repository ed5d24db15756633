"""``classward report``: a version's figures, or the place of its page."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import Measure, Report

__all__ = ["command", "span"]


def span(_: click.Context, __: click.Parameter, text: str | None) -> timedelta | None:
    """Read a span of time such as 36h, 7d or 2w."""
    from classward.taskfile.durations import days

    if text is not None and not re.fullmatch(r"[1-9]\d{0,5}[mhdw]", text):
        raise click.BadParameter(f"{text!r} is no span of time such as 36h, 7d or 2w")
    return None if text is None else timedelta(days=days(text))


@click.command("report")
@click.argument("version", type=int, required=False)
@click.option("--all-classes", is_flag=True, help="Every class, however many.")
@click.option(
    "--where", default="", metavar="COLUMN=VALUE", help="Only rows of a slice; counts as a look at sealed rows."
)
@click.option("--window", callback=span, metavar="TIME", help="Labelled live answers of the last TIME, such as 7d.")
@click.option("--top-k", type=click.IntRange(1), help="How often the true class is among the K most probable.")
@click.option("--confusion", metavar="FILE", help="Write the confusion matrix as CSV.")
@click.option(
    "--share-of", type=click.Choice(["counts", "true", "predicted"]), default="counts", show_default=True,
    help="What --confusion writes: counts, or shares of each true (rows) or predicted class (columns).",
)  # fmt: skip
@click.option("--page", metavar="FILE", help="Write the report as an HTML page.")
@task_options
@json_option
def command(
    version: int | None, all_classes: bool, where: str, window: timedelta | None, top_k: int | None,
    confusion: str | None, share_of: str, page: str | None, task_file: str, workspace: str | None, as_json: bool,
) -> None:  # fmt: skip
    """Show how good a VERSION is (the newest when none is named), class by class.

    With --where or --window everything is measured again on those rows.
    """
    from classward.cli import output, views
    from classward.flows.register import read_report
    from classward.flows.report import live_or_newest, sealed_report, window_report
    from classward.flows.versions import newest, registry_state
    from classward.lifecycle.evaluate import confusion_csv, report_html

    ctx = open_task(task_file, workspace)
    state = registry_state(ctx.journal, ctx.task.name)
    found = state.stored_version(version) if version is not None else live_or_newest(ctx) if window else newest(state)
    about = f"v{found.version} ({found.bundle_hash[:8]}), measured on its sealed test fold"
    if window is not None or where:
        cut = (
            window_report(ctx, found, window=window, where=where) if window else sealed_report(ctx, found, where=where)
        )
        made, text, about = cut.report, cut.page(), cut.about
    else:
        made = read_report(ctx, found)
        text = report_html(made, title=f"{ctx.task.name}: how good it is", facts=()) if page else ""
    if confusion:
        Path(confusion).write_text(confusion_csv(made, share_of=share_of), encoding="utf-8")
    if page:
        Path(page).write_text(text, encoding="utf-8")
    if as_json:
        output.as_json({"version": found, "report": made})
        return
    click.echo(f" {ctx.task.name} {about}")
    views.report(made, slos=ctx.task.slos, every=all_classes)
    if top_k is not None:
        click.echo(f" true class among the top {top_k}: {output.measure(_among(made, top_k), digits=3)}")
    reads = registry_state(ctx.journal, ctx.task.name).holdout_reads
    click.echo(f" sealed folds were read {sum(n for _, n in reads)} time(s) in all")
    click.echo(f" page: {page or ctx.artifacts.path(found.bundle_hash) / 'extras' / 'report.html'}")


def _among(made: Report, k: int) -> Measure:
    from classward.statistics import measured_share

    ranks = made.analysis.ranks if made.analysis is not None else ()
    return measured_share(sum(ranks[:k]), sum(ranks))
