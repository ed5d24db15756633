"""``classward drift``: what moved, how far, since when, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import DriftSignal
    from classward.flows.drift import DriftLook

__all__ = ["command", "show"]

_MOST = 20


@click.command("drift")
@click.option("--all", "every", is_flag=True, help="Everything that is compared, moved or not.")
@task_options
@json_option
def command(every: bool, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show what moved away from the training rows or from the version's first days, most certain first."""
    from classward.cli import output
    from classward.flows.drift import drift_now

    ctx = open_task(task_file, workspace)
    seen = drift_now(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(seen)
    else:
        show(seen, every=every)


def show(seen: DriftLook, *, every: bool = False) -> None:
    """Print what is proved, or everything."""
    from classward.cli import output

    if seen.version is None:
        click.echo(" nothing is live. Next: classward serve")
        return
    if seen.reference is None:
        click.echo(f" the training rows of version {seen.version} are gone: nothing to hold days against")
        return
    n_proved = sum(s.evidence >= s.level for s in seen.signals)
    shown = [s for s in seen.signals if every or s.evidence >= s.level]
    if shown:
        rows = [_row(s) for s in (shown if every else shown[:_MOST])]
        output.table(("what", "evidence", "size", "rows", "said"), rows, right=(3,))
    chance = sum(s.alpha for s in seen.signals)
    click.echo(
        f" version {seen.version}: {n_proved} of {len(seen.signals)} comparisons moved, over {seen.n_days} days"
        f" (chance that any is false: {chance:.2g} a year)"
    )
    if seen.reference.left_out:
        click.echo(f" not watched, since their values are not logged: {', '.join(seen.reference.left_out)}")
    click.echo(" Next: classward alerts" if n_proved else " Next: classward status")


def _row(signal: DriftSignal) -> tuple[str, ...]:
    named = {"feature": "values", "missing": "gaps", "unseen": "new values"}.get(signal.family, signal.family)
    of = signal.subject or signal.class_name or ""
    against = "" if signal.against == "training" else " (against first days)"
    size = "–" if signal.effect is None else f"{signal.effect:.3f}"
    evidence = f"{signal.evidence:.0f} of {signal.level:.0f}"
    return f"{named} {of}{against}".strip(), evidence, size, f"{signal.n:,}", signal.said or "–"
