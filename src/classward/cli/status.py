"""``classward status``: what is live and how each class does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from classward.cli.options import json_option, open_task, task_options

if TYPE_CHECKING:
    from classward.domain import ClassEstimate, ClassState, Measure, SloState
    from classward.flows.status import Status

__all__ = ["command", "show"]

_MOST_CLASSES = 20
_FEW_LABELS = 20
_SURE_ERRORS = 0.1


@click.command("status")
@click.option("--all-classes", is_flag=True, help="Every class, however many.")
@click.option("--check", "is_strict", is_flag=True, help="Exit code 1 on version skew, no server, or a failing check.")
@task_options
@json_option
def command(all_classes: bool, is_strict: bool, task_file: str, workspace: str | None, as_json: bool) -> None:
    """Show per class: volume, recall and precision with intervals, promises, label lag, calibration."""
    from classward.cli import output
    from classward.flows.status import status

    ctx = open_task(task_file, workspace)
    state = status(ctx, now=ctx.clock.now())
    if as_json:
        output.as_json(state)
    else:
        show(state, every=all_classes)
    if is_strict and not _is_in_order(state):
        raise SystemExit(1)


def _is_in_order(state: Status) -> bool:
    """Whether what is live is what answers, and what has to be watched is."""
    is_live = state.deployment is not None and state.deployment.live is not None
    wrong = ("version skew", "no server") if is_live else ("version skew",)
    return state.serving not in wrong and all(check.is_passed for check in state.checks)


def show(state: Status, *, every: bool = False) -> None:
    """Print one look at a task."""
    from classward.cli import output

    live = state.deployment.live if state.deployment else None
    if live is None or state.deployment is None:
        steps = "classward serve" if state.n_versions else "classward train, classward serve"
        output.say(f" {state.task}   nothing is live; {state.n_versions} version(s). Next: {steps}")
        return
    output.say(
        f" {state.task}   live v{live.version} ({live.bundle_hash[:8]}) since {output.moment(state.deployment.since)}"
        f" (why: {state.deployment.why})"
    )
    classes = sorted(state.classes, key=lambda c: (not c.slos, -c.n_predicted))
    shown = classes if every else classes[:_MOST_CLASSES]
    estimates = {e.class_name: e for e in state.estimates}
    rows = [_row(c, estimates.get(c.class_name)) for c in shown]
    output.table(("class", "answers", "labels", "recall", "precision", "lag", "promise"), rows, right=(1, 2))
    if len(shown) < len(classes):
        output.say(f" … {len(classes) - len(shown)} more classes: classward status --all-classes")
    _footer(state)


def _row(c: ClassState, estimate: ClassEstimate | None) -> tuple[str, ...]:

    lag = "–" if c.lag_p50_s is None else _duration(c.lag_p50_s)
    return (
        c.class_name, f"{c.n_predicted:,}", f"{c.n_labelled:,}", _figure(c.recall, estimate.recall if estimate else None),
        _figure(c.precision, estimate.precision if estimate else None),
        lag, "; ".join(map(_promise, c.slos)) or "–",
    )  # fmt: skip


def _figure(observed: Measure, estimated: Measure | None) -> str:
    """What labels say; while they are few, what probabilities expect beside it."""
    from classward.cli import output

    if estimated is None or estimated.value is None or observed.n >= _FEW_LABELS:
        return output.measure(observed)
    said = f"est. {output.measure(estimated)}"
    return said if observed.value is None else f"{output.measure(observed)}; {said}"


def _promise(slo: SloState) -> str:
    more = f" (about {slo.n_more:,} more)" if slo.n_more else ""
    return f"{slo.indicator} ≥ {slo.target:.2f} {slo.state}{more}"


def _duration(seconds: float) -> str:
    for size, unit in ((86_400.0, "d"), (3_600.0, "h"), (60.0, "m")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.0f} s"


def _footer(state: Status) -> None:
    from classward.cli import output

    window = state.window
    share = window.n_labelled / window.n_predictions if window.n_predictions else None
    output.say(
        f" {window.n_predictions:,} answers since {output.moment(window.starts_at)}; {output.fraction(share)} labelled"
        f"   lost records {state.n_lost}   workers {len(state.workers)} ({state.serving})"
    )
    if state.unknown.value:
        output.say(f" left to a person (no class was sure enough): {output.measure(state.unknown)} of answers")
    sure = [c for c in state.classes if c.confident_errors.interval and c.confident_errors.interval.low > _SURE_ERRORS]
    if sure:
        said = ", ".join(f"{c.class_name} {output.measure(c.confident_errors)}" for c in sure[:_MOST_CLASSES])
        output.say(f" WRONG WITH CONFIDENCE 0.9 OR MORE: {said}. Recalibrate: train again on fresh labelled rows")
    if state.serving == "version skew" and state.deployment and state.deployment.live:
        for worker in state.workers:
            if worker.bundle_hash != state.deployment.live.bundle_hash:
                said = f"v{worker.version} ({worker.bundle_hash[:8]})" if worker.bundle_hash else "nothing"
                output.say(f" VERSION SKEW  worker {worker.pid} answers with {said}; its log says why")
    for check in state.checks:
        if not check.is_passed:
            output.say(f" CHECK FAILS   {check.name}: {check.seen}")
    if state.calibration:
        c = state.calibration
        output.say(
            f" calibration: ECE {c.ece:.3f} on {c.n:,} labels (a perfect model would show {c.ece_null_mean:.3f}): {c.verdict}"
        )
    if state.revisions:
        last = max(state.revisions, key=lambda r: r.revised_at)
        output.say(
            f" late labels changed {len(state.revisions)} past days; last {last.day} of v{last.version}, "
            f"{output.moment(last.revised_at)}: {last.why}"
        )
    records = [e.record for e in state.estimates]
    n_weeks = sum(r.n_weeks for r in records)
    if n_weeks:
        output.say(
            f" estimates without labels (est.): {sum(r.n_within for r in records)} of {n_weeks} agreed with the labels that"
            " came since (one class in one week each)"
        )
    for alert in state.alerts:
        output.say(f" {alert.severity} {alert.state}: {output.about(alert)}: {output.grounds(alert)} ({alert.id})")
    odd = {
        "waiting for their prediction": state.n_waiting, "of unknown predictions": state.n_unknown,
        "needing relabelling (their class was split)": state.n_to_relabel, "set aside": state.n_quarantined,
        "conflicting": state.n_conflicting,
    }  # fmt: skip
    said = ", ".join(f"{n:,} {what}" for what, n in odd.items() if n)
    if said:
        output.say(f" labels: {said}")
    if state.n_unreadable:
        output.say(
            f" answers: {state.n_unreadable:,} with a class that was split are in no figure; train and deploy again"
        )
