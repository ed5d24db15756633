"""``classward suspects``: labels that may be wrong."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("suspects")
@click.argument("version", type=int, required=False)
@click.option("--most", default=20, show_default=True, type=click.IntRange(1), help="Rows to show.")
@task_options
@json_option
def command(version: int | None, most: int, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show training rows whose label may be wrong, as found when VERSION (the newest) was made.

    Most suspicious first. Rows that are merely hard are among them: look before changing anything.
    """
    from classward.cli import output
    from classward.flows.suspects import read_suspects
    from classward.flows.versions import newest, registry_state

    ctx = open_task(task_file, workspace)
    state = registry_state(ctx.journal, ctx.task.name)
    found = state.version(version) if version is not None else newest(state)
    stored = read_suspects(ctx, found)
    if as_json:
        output.as_json({"version": found.version} | stored)
        return
    click.echo(f" version {found.version}: {stored['remark']}")
    classes = [c for c in stored["classes"] if c["n_suspects"]]
    if classes:
        rows = [(c["class_name"], f"{c['n_suspects']:,}", f"{c['n']:,}", _rate(c["rate"])) for c in classes]
        output.table(("class", "suspects", "rows", "rate"), rows, right=(1, 2))
    if stored["suspects"]:
        listed = [
            (str(s["id"]), s["given"], f"{s['p_given']:.3f}", s["likely"], f"{s['p_likely']:.3f}")
            for s in stored["suspects"][:most]
        ]
        output.table((stored["id_column"], "given", "p", "likely", "p"), listed, right=(2, 4))


def _rate(rate: dict[str, object]) -> str:
    interval = rate["interval"]
    if not isinstance(interval, dict):
        return "–"
    return f"{rate['value']:.2f} [{interval['low']:.2f}, {interval['high']:.2f}]"
