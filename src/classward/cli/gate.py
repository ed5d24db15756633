"""``classward gate``: judge a version by the declared criteria."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.flows.gate import GateJudged

__all__ = ["EXIT_CODES", "command"]

_WIDTH = 44
EXIT_CODES = {"passed": 0, "failed": 1, "not enough evidence": 3}


@click.command("gate")
@click.argument("version", type=int)
@click.option("--junit", metavar="FILE", help="Also write the outcomes as JUnit XML.")
@task_options
@json_option
def command(version: int, junit: str | None, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Judge VERSION by the criteria of [gate] and record it; nothing is deployed.

    Exit code 0 if every criterion passed, 1 if one failed, 3 if evidence is missing.
    """
    from classward import wiring
    from classward.cli import output
    from classward.cli.junit import write_junit
    from classward.flows.gate import judge_version

    ctx = open_task(task_file, workspace)
    judged = judge_version(ctx, version, examples=wiring.load_safety(task_file, ctx.task))
    if junit:
        write_junit(junit, judged, task=ctx.task.name)
    if as_json:
        output.as_json(judged)
    else:
        _show(judged, is_required=ctx.task.gate.is_required)
    code = EXIT_CODES[judged.verdict.outcome]
    if code:
        raise SystemExit(code)


def _show(judged: GateJudged, *, is_required: bool) -> None:
    from classward.cli import output

    verdict, n = judged.verdict, len(judged.verdict.criteria)
    against = f" against live version {judged.live}" if judged.live is not None else ""
    click.echo(
        f" gate of version {judged.version}{against}: {verdict.outcome}, {len(verdict.of('passed'))} of {n} passed"
    )
    rows = [
        (c.outcome, f"{c.name}{f': {c.subject}' if c.subject else ''}", _short(c.said))
        for outcome in ("failed", "not enough evidence", "passed")
        for c in verdict.of(outcome)
    ]
    output.table(("outcome", "criterion", "why"), rows)
    for c in (*verdict.of("failed"), *verdict.of("not enough evidence")):
        click.echo(f" {c.name}{f' of {c.subject}' if c.subject else ''}: {c.said}")
    for text in verdict.left_out:
        click.echo(f" left out: {text}")
    click.echo(f" decision {judged.decision.id}; decide it again: classward replay {judged.decision.id}")
    click.echo(f" Next: {_next(judged, is_required=is_required)}")


def _next(judged: GateJudged, *, is_required: bool) -> str:
    if judged.verdict.outcome == "passed":
        return f"classward deploy {judged.version}"
    way = f"; or classward deploy {judged.version} --override --because …" if is_required else ""
    if judged.verdict.outcome == "failed":
        return f"train a version that does better in what failed{way}"
    return f"bring what is missing, and judge again{way}"


def _short(said: str) -> str:
    return said if len(said) <= _WIDTH else said[: _WIDTH - 1] + "…"
