"""``classward rollout``: how a release is doing, and what a person says about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import because_option, json_option, open_task, task_options, tell_change

if TYPE_CHECKING:
    from classward.domain import Rollout
    from classward.flows.rollout import RolloutLook

__all__ = ["abort", "command", "pause", "promote", "resume", "show", "status"]


@click.group("rollout")
def command() -> None:
    """Look at a rollout, pause it, take a step by hand, or abort it."""


@command.command("status")
@task_options
@json_option
def status(task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show stage, verdict and evidence per class, judged now; nothing is recorded."""
    from classward.cli import output
    from classward.flows.rollout import judge_now
    from classward.flows.versions import registry_state

    ctx = open_task(task_file, workspace)
    look = judge_now(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(look)
    elif look is not None:
        show(look)
    else:
        ended = registry_state(ctx.journal, ctx.task.name).rollouts
        for one in ended[-1:]:
            click.echo(f" v{one.candidate}  {one.stage}: {one.cause}. {one.why}")
        click.echo(" no rollout is under way. Next: classward deploy VERSION")


@command.command("pause")
@because_option
@task_options
@json_option
def pause(because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Keep it where it is; what speaks against the candidate still rolls it back."""
    from classward.flows.rollout import pause as say

    tell_change(say(open_task(task_file, workspace), because=because), "paused", then="rollout status", as_json=as_json)


@command.command("resume")
@because_option
@task_options
@json_option
def resume(because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Go on; a question that was asked counts as answered for this step."""
    from classward.flows.rollout import resume as say

    tell_change(
        say(open_task(task_file, workspace), because=because), "goes on", then="rollout status", as_json=as_json
    )


@command.command("promote")
@click.option("--full", is_flag=True, help="Straight to all traffic; the soak is still to come.")
@because_option
@task_options
@json_option
def promote(full: bool, because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Take one step without waiting for evidence."""
    from classward.flows.rollout import promote as say

    event = say(open_task(task_file, workspace), because=because, is_full=full)
    tell_change(event, "promoted", then="rollout status", as_json=as_json)


@command.command("abort")
@because_option
@task_options
@json_option
def abort(because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Give all traffic back to the version before; possible in every state."""
    from classward.flows.rollout import abort as say

    tell_change(
        say(open_task(task_file, workspace), because=because), "aborted", then="rollout status", as_json=as_json
    )


def show(look: RolloutLook) -> None:
    """Print one look at a rollout."""
    from classward.cli import output
    from classward.lifecycle.release import loss_of

    click.echo(f" v{look.rollout.candidate}  {_stage(look.rollout)}  {look.verdict.outcome}: {look.verdict.cause}")
    rows = []
    for one in look.evidence.classes:
        n, lost, won = (sum(getattr(t, name) for t in one.pairs) for name in ("n", "n_lost", "n_won"))
        canary = f"{one.n_canary_hits} of {one.n_canary}" if one.n_canary else "–"
        change = f"{-loss_of(one.pairs):+.3f}" if n else "–"
        rows.append((one.class_name, f"{n:,}", f"{won:,}", f"{lost:,}", change, canary, f"{one.n_claimed:,}"))
    header = ("class", "paired labels", "won", "lost", "change", "right on canary", "answered so")
    output.table(header, rows, right=(1, 2, 3, 4, 5, 6))
    for said in (*look.verdict.reasons, *look.verdict.missing):
        click.echo(f"   {said}")
    if look.verdict.not_before is not None:
        click.echo(f" not before {output.moment(look.verdict.not_before)}")
    ask = look.verdict.outcome == "ask" or look.rollout.question
    click.echo(f" Next: classward rollout {'resume | abort' if ask else 'pause | promote | abort'} --because …")


def _stage(rollout: Rollout) -> str:
    paused = " (paused)" if rollout.is_paused else ""
    return f"canary {rollout.weight:.0%}{paused}" if rollout.stage == "canary" else f"{rollout.stage}{paused}"
