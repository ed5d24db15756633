"""``classward alerts``: what was raised, on which evidence, and what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import Alert

__all__ = ["ack", "command", "show"]


@click.group("alerts", invoke_without_command=True)
@click.option("--all", "every", is_flag=True, help="Resolved ones, too.")
@task_options
@json_option
@click.pass_context
def command(click_ctx: click.Context, every: bool, task_file: str, workspace: str | None, as_json: bool) -> None:
    """List alerts that are open; exit code 1 if a page is firing that nobody has acknowledged."""
    from classward.cli import output
    from classward.flows.alert_log import alerts_of

    if click_ctx.invoked_subcommand:
        return
    alerts = [a for a in alerts_of(open_task(task_file, workspace)) if every or a.state != "resolved"]
    if as_json:
        output.as_json(alerts)
    else:
        show(alerts)
    if any(a.state == "firing" and a.severity == "page" for a in alerts):
        raise SystemExit(1)


@command.command("ack")
@click.argument("alert_id")
@click.option("--because", default="", metavar="TEXT", help="What you are doing about it; kept in the journal.")
@task_options
@json_option
def ack(alert_id: str, because: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Say that you take care of ALERT_ID (or the beginning of it)."""
    from classward.cli import output
    from classward.flows.alerts import acknowledge

    alert = acknowledge(open_task(task_file, workspace), alert_id, because=because)
    if as_json:
        output.as_json(alert)
    else:
        click.echo(f" {alert.id} {alert.state} by {alert.acked_by or 'nobody'}")


def show(alerts: list[Alert]) -> None:
    """Print alerts, newest last."""
    from classward.cli import output

    if not alerts:
        click.echo(" no alert is open. Next: classward status")
        return
    rows = [
        (
            a.id, a.severity, output.about(a), a.state, output.moment(a.raised_at), output.grounds(a),
            f"{a.alpha:.2g} a year",
        )
        for a in alerts
    ]  # fmt: skip
    output.table(("id", "kind", "about", "state", "since", "evidence", "false alarm"), rows)
    if any(a.state == "firing" for a in alerts):
        click.echo(' Next: classward alerts ack ID --because "…", then classward status')
