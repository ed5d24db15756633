"""``classward explain``: why this class, for a logged answer, a given row, or a class over many rows."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options
from classward.cli.report import span
from classward.errors import UsageError

if TYPE_CHECKING:
    from classward.flows.explain import ClassChange, Explained

__all__ = ["command"]

_MOST = 12


@click.command("explain")
@click.argument("prediction", required=False)
@click.option("--row", metavar="JSON", help='A row to explain instead of a logged answer: \'{"text": "…"}\'.')
@click.option(
    "--drift", metavar="CLASS", help="What moves CLASS in logged answers, beside what moved it on sealed rows."
)
@click.option(
    "--window", default="14d", show_default=True, metavar="TIME", callback=span, help="How far back --drift looks."
)
@click.option("--class", "class_name", metavar="CLASS", help="Class to explain [the one that was answered].")
@click.option("--against", metavar="CLASS", help="Class to contrast it with [second best, or all others].")
@click.option("--version", "version", type=int, help="Version for --row [the live one].")
@click.option("--draws", type=click.IntRange(4, 4096), default=32, show_default=True, help="Orders, where sampled.")
@click.option("--page", metavar="FILE", help="Write it as an HTML page.")
@task_options
@json_option
def command(
    prediction: str | None, row: str | None, drift: str | None, window: timedelta, class_name: str | None,
    against: str | None, version: int | None, draws: int, page: str | None, task_file: str, workspace: str | None,
    as_json: bool,
) -> None:  # fmt: skip
    """Explain the logged answer with the id PREDICTION, a --row, or what moves a class (--drift).

    Exact for a single linear model and for one of trees; by sampling, with standard errors and checks, for any other.
    """
    from classward.cli import output

    if sum(given is not None for given in (prediction, row, drift)) != 1:
        raise UsageError(
            "CW358", "say what to explain", got=f"{_count((prediction, row, drift))} of PREDICTION, --row and --drift",
            fix="give the id of a logged answer, or --row JSON, or --drift CLASS",
        )  # fmt: skip
    ctx = open_task(task_file, workspace)
    if drift is not None:
        from classward.flows.explain import explain_change

        change = explain_change(ctx, drift, window=window)
        output.as_json(change) if as_json else _show_change(change)
        return
    from classward.flows.explain import explain_given, explain_logged

    if row is not None:
        found = explain_given(ctx, _row(row), version=version, class_name=class_name, contrast=against, draws=draws)
    else:
        found = explain_logged(ctx, str(prediction), class_name=class_name, contrast=against, draws=draws)
    if page:
        from classward.lifecycle.evaluate import explanation_html

        head = "<!doctype html><html lang='en'><meta charset='utf-8'><title>Why</title>"
        Path(page).write_text(f"{head}{explanation_html(found.explanation)}</html>", encoding="utf-8")
    output.as_json(found) if as_json else _show(found)


def _count(given: tuple[str | None, ...]) -> int:
    return sum(one is not None for one in given)


def _row(text: str) -> dict[str, object]:
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        row = str(error)
    if not isinstance(row, dict):
        raise UsageError(
            "CW359", "the row cannot be read", got=row if isinstance(row, str) else type(row).__name__,
            fix="give one JSON object from column to value",
        )  # fmt: skip
    return row


def _show(found: Explained) -> None:
    from classward.cli import output

    e = found.explanation
    against = f"rather than {e.contrast!r}" if e.contrast is not None else "rather than any other class"
    click.echo(f" v{found.version}  →  {found.label!r} {found.probability:.2f}")
    click.echo(
        f" why {e.class_name!r} {against}: {e.score:+.2f} in {e.scale}, where rows in general have {e.base:+.2f}"
    )
    rows = [
        (
            c.column, "" if c.token is None else repr(c.token), f"{c.value:+.2f}",
            f"± {1.96 * c.standard_error:.2f}" if c.standard_error else "",
        )
        for c in e.contributions[:_MOST]
    ]  # fmt: skip
    output.table(("column", "words", "adds", ""), rows, right=(2,))
    rest = e.contributions[_MOST:]
    if rest:
        click.echo(f" {len(rest)} others add {sum(c.value for c in rest):+.2f}")
    checks = [
        f"{name} {value:.2f}"
        for name, value in (("stability", e.stability), ("fidelity", e.fidelity))
        if value is not None
    ]
    click.echo(f" {e.method}, {e.n_background} background rows{', ' if checks else ''}{', '.join(checks)}")
    if e.nearest:
        click.echo(" nearest training rows, by the cosine of their vectors:")
        output.table(
            ("id", "class", "similarity"), [(x.id, x.class_name, f"{x.similarity:.3f}") for x in e.nearest], right=(2,)
        )
    for warning in e.warnings:
        click.echo(f" note  {warning}")


def _show_change(found: ClassChange) -> None:
    from classward.cli import output

    click.echo(
        f" what moves {found.now.class_name!r} in v{found.version}: {found.now.n} logged rows beside "
        f"{found.before.n} sealed rows"
    )
    rows = [
        (c.name, output.measure(c.difference), "–" if c.p_adjusted is None else f"{c.p_adjusted:.2g}", c.verdict)
        for c in found.changes[:_MOST]
    ]
    output.table(("column or word", "change of its mean contribution", "p", "verdict"), rows)
    click.echo(" a change says that the rows are others, not that answers are worse: compare recall")
