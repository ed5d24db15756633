"""``classward advise``: what kind of problem the rows are, what would flatter a model, and what to collect."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import ClassNeed

__all__ = ["command"]

_WIDTH = 100
_MOST_CLASSES = 20


@click.command("advise")
@click.option(
    "--half-width", type=click.FloatRange(0.005, 0.4), default=0.05, show_default=True, metavar="W",
    help="Plan for recalls known to ± W.",
)  # fmt: skip
@click.option("--all-classes", is_flag=True, help="Every class of the plan, however many.")
@task_options
@json_option
def command(half_width: float, all_classes: bool, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Judge the task's rows before training: the right frame, leaks, and rows to collect."""
    from classward.cli import output
    from classward.flows.advise import advise_on

    ctx = open_task(task_file, workspace, may_make=True)
    found = advise_on(ctx, half_width=half_width)
    if as_json:
        output.as_json(found)
        return
    click.echo(f" {ctx.task.train.location}: {found.n_rows:,} rows")
    for advice in found.advice:
        _block(f"{advice.verdict}", f"{advice.what} ({advice.topic})", f"{advice.because} [{advice.sureness}]")
    for finding in found.findings:
        _block(finding.severity, f"{finding.what} ({finding.key})", f"{finding.why}; to mend it: {finding.fix}")
    if found.not_scanned:
        _block("leaks", "not looked for", found.not_scanned)
    elif not found.findings:
        _block("leaks", "none found", "which proves nothing about leaks spread over many columns")
    if found.needs:
        _plan(found.needs, found.measured_version, every=all_classes)


def _block(head: str, what: str, why: str) -> None:
    for start, text in ((f" {head:<9}", what), (" " * 10, f"because {why}")):
        click.echo(
            textwrap.fill(text, _WIDTH, initial_indent=start, subsequent_indent=" " * 10, break_long_words=False)
        )


def _plan(needs: Sequence[ClassNeed], version: int | None, *, every: bool) -> None:
    from classward.cli import output

    half_width, assumed = needs[0].half_width, needs[0].assumed_recall
    basis = (
        f"recalls of v{version}" if version is not None else f"a recall of {assumed:g}, since nothing was measured yet"
    )
    click.echo(f"\n rows to label so that each recall is known to ± {half_width:g}, from {basis}:")
    shown = needs if every else needs[:_MOST_CLASSES]
    rows = [
        (
            need.class_name, f"{need.n:,}", output.measure(need.recall), f"{need.more_for_width:,}",
            "–" if need.target is None else f"{need.target:g}", _for_target(need),
        )
        for need in shown
    ]  # fmt: skip
    output.table(("class", "rows", "recall", "more", "target", "more to judge it"), rows, right=(1, 3, 4, 5))
    if len(shown) < len(needs):
        click.echo(f" … {len(needs) - len(shown)} more classes: classward advise --all-classes")


def _for_target(need: ClassNeed) -> str:
    if need.target is None:
        return "–"
    return "over a million" if need.more_for_target is None else f"{need.more_for_target:,}"
