"""``classward why``: what answered, how it decided, what turned out true."""

from __future__ import annotations

import click

from classward.cli.options import json_option, open_task, task_options

__all__ = ["command"]


@click.command("why")
@click.argument("prediction")
@task_options
@json_option
def command(prediction: str, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Explain the answer with the id PREDICTION."""
    from classward.cli import output
    from classward.flows.history import why

    ctx = open_task(task_file, workspace)
    found = why(ctx, prediction)
    if as_json:
        output.as_json({"why": found, "truth": found.truth})
        return
    record = found.prediction
    ranked = sorted(zip(found.class_names, record["probabilities"], strict=True), key=lambda pair: -pair[1])
    click.echo(
        f" {output.moment(record['at'])}   v{record['version']} {record['route']} ({record['bundle_hash'][:8]})"
        f"   →  {record['label']!r} {record['probability']:.2f}   decided by: {record['path']}"
    )
    if not found.is_calibrated:
        click.echo(" note     scores of this version are uncalibrated: no check on labelled rows has passed yet")
    click.echo(" then     " + " · ".join(f"{name} {p:.2f}" for name, p in ranked[1:4]))
    click.echo(f" asked    by {record['caller'] or 'nobody knows whom: older records do not tell'} ({record['kind']})")
    if found.attribution is not None:
        click.echo(f" because  {output.because(found.attribution)}")
    if record["flags"]:
        click.echo(" flags    " + ", ".join(record["flags"]))
    if record["features"]:
        click.echo(f" input    {record['features'][:200]}")
    if found.deployment:
        click.echo(f" version  live since {output.moment(found.deployment.since)} ({found.deployment.why})")
    else:
        click.echo(" version  not live: asked for by number")
    if found.n_answers > 1:
        click.echo(f" note     this id was answered {found.n_answers} times; the first counts")
    for name, now in found.read_as:
        said = f"is now {now!r}" if now is not None else "was split: it says nothing about the classes of today"
        click.echo(f" classes  {name!r} {said} (classward classes history)")
    if found.truth is None:
        click.echo(" truth    not known yet")
        return
    last = found.labels[-1]
    answer, true = found.now(record["label"]), found.now(found.truth)
    verdict = "as predicted" if answer == true else "not as predicted"
    if answer is None or true is None:
        verdict = "needs relabelling" if true is None else "cannot be compared with the answer"
    click.echo(
        f" truth    {found.truth!r} ({verdict}; {last['source']}, established {output.moment(last['event_at'])})"
    )
    others = {label["label"] for label in found.labels if found.now(label["label"]) != true}
    if others:
        click.echo(f" conflict earlier labels said {', '.join(sorted(others))}; the last received counts")
