"""``classward slo``: what each promise allows to go wrong, and how much of it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from classward.domain import BurnState, ErrorBudget

__all__ = ["command", "show"]


@click.command("slo")
@task_options
@json_option
def command(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show the error budget of every promise; exit code 1 if one is exhausted."""
    from classward.cli import output
    from classward.flows.budgets import budgets

    ctx = open_task(task_file, workspace)
    found = budgets(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(found)
    else:
        show(found)
    if any(b.state == "exhausted" for b in found):
        raise SystemExit(1)


def show(found: Sequence[ErrorBudget]) -> None:
    """Print one line a promise, then the rules that burn and those that never could."""
    from classward.cli import output

    rows = [
        (
            _about(b), f"{b.n:,}", f"{b.n_bad:,.0f} of {b.allowed:,.1f} allowed", output.measure(b.used), b.state,
            "; ".join(_rule(r) for r in b.rules if r.state == "burning") or "–",
        )
        for b in found
    ]  # fmt: skip
    output.table(("promise", "events", "went wrong", "budget used", "state", "burns too fast"), rows, right=(1,))
    for budget in found:
        for state in budget.rules:
            if state.state == "unreachable":
                click.echo(f" {_about(budget)}: the rule {state.rule.name!r} is left out: it {state.rule.why}")
    click.echo(" Next: classward alerts")


def _about(budget: ErrorBudget) -> str:
    if budget.indicator == "latency_p95_ms":
        return f"95 % within {budget.target:g} ms"
    named = budget.indicator if budget.class_name is None else f"{budget.indicator} of {budget.class_name}"
    return f"{named} ≥ {budget.target:g}"


def _rule(state: BurnState) -> str:
    burn = state.long_burn.value
    return state.rule.name if burn is None else f"{burn:.2g}x: {state.rule.name}"
