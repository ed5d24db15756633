"""``classward history``: the journal for people."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.flows.context import Context

__all__ = ["command", "moment_of"]


@click.command("history")
@click.option("--at", metavar="TIME", help="What was live at this moment (ISO 8601 with zone).")
@click.option("--versions", "of_versions", is_flag=True, help="Every version with its state.")
@click.option("--revisions", "of_days", is_flag=True, help="Past days whose figures changed when labels came late.")
@click.option("--kind", metavar="KIND", help="Only events of this kind.")
@task_options
@json_option
def command(
    at: str | None,
    of_versions: bool,
    of_days: bool,
    kind: str | None,
    task_file: str,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Tell what happened to the task: versions, deployments, decisions, readings of sealed rows."""
    from classward.cli import output
    from classward.flows import history

    ctx = open_task(task_file, workspace)
    if at is not None:
        deployment = history.live_at(ctx, moment_of(at))
        if as_json:
            output.as_json({"at": at, "deployment": deployment})
        elif deployment is None or deployment.live is None:
            click.echo(f" nothing was live at {at}")
        else:
            live = deployment.live
            click.echo(f" v{live.version} ({live.bundle_hash[:8]}) since {output.moment(deployment.since)}")
            click.echo(f" by {deployment.actor}: {deployment.why}")
        return
    if of_versions:
        _versions(ctx, as_json=as_json)
        return
    if of_days:
        _revisions(ctx, as_json=as_json)
        return
    found = history.events(ctx, kind=kind)
    if as_json:
        output.as_json([{**_plain(event), "payload": json.loads(event.payload)} for event in found])
        return
    rows = [(str(e.seq), f"{e.at:%Y-%m-%d %H:%M:%S}", e.kind, _short(e.kind, e.payload), e.why[:46]) for e in found]
    output.table(("#", "when (UTC)", "what", "of", "why"), rows, right=(0,))


def _versions(ctx: Context, *, as_json: bool) -> None:
    from classward.cli import output
    from classward.flows.versions import registry_state
    from classward.lifecycle.release import version_states

    state = registry_state(ctx.journal, ctx.task.name)
    states = version_states(state)
    if as_json:
        output.as_json({"versions": states})
        return
    rows = [
        (str(v.version), s.state, v.bundle_hash[:8], f"{v.registered_at:%Y-%m-%d %H:%M}", s.why[:46])
        for v, s in zip(state.versions, states, strict=True)
    ]
    output.table(("version", "state", "bundle", "registered (UTC)", "why"), rows, right=(0,))


def _revisions(ctx: Context, *, as_json: bool) -> None:
    from classward.cli import output
    from classward.flows.revisions import revisions

    found = revisions(ctx)
    if as_json:
        output.as_json({"revisions": found})
        return
    rows = [
        (str(r.day), f"v{r.version} {r.route}", str(r.revision), f"{r.n_right} of {r.n_labelled}",
         f"{r.revised_at:%Y-%m-%d %H:%M}", r.why)
        for r in found
    ]  # fmt: skip
    output.table(("day", "answered by", "revision", "right", "last change (UTC)", "why"), rows, right=(2, 3))


def _plain(event: object) -> dict[str, object]:
    from classward.domain import to_plain

    plain = to_plain(event)
    return plain if isinstance(plain, dict) else {}


def moment_of(text: str) -> datetime:
    """Parse a moment given on the command line (``UsageError`` CW904)."""
    from classward.domain import parse_time
    from classward.errors import UsageError

    try:
        return parse_time(text)
    except ValueError as error:
        raise UsageError("CW904", "the time is not understood", got=str(error), fix="2026-11-12T14:03:00Z") from error


def _short(kind: str, payload: str) -> str:
    plain = json.loads(payload)
    if kind in {"deployed", "rolled_back"}:
        return " ".join(f"{r['role']} v{r['version']}" for r in plain["routes"])
    if kind == "version_registered":
        return f"v{plain['version']} {plain['bundle_hash'][:8]}"
    if kind == "candidate_finished":
        return str(plain["candidate"]["recipe"]["family"])
    if kind == "classes_changed":
        return f"{plain['kind']} {', '.join(plain['old']) or '–'} → {', '.join(plain['new'])}"[:40]
    if kind == "compared":
        return f"{plain['verdict']} {plain['id']}"
    if kind == "gate_judged":
        return f"v{plain['version']} {plain['outcome']} {plain['decision']['id']}"
    if kind == "gate_overridden":
        return f"v{plain['version']} overridden"
    for name in ("hash", "dataset_hash", "bundle_hash", "task_hash"):
        if name in plain:
            return str(plain[name])[:8]
    return ""
