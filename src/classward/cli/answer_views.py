"""How a version answers, as lines in a terminal: only what its rule, frame, order or folding makes worth saying."""

from __future__ import annotations

import click

from classward.cli import output
from classward.domain import AnswerReport, ClassAnswers

__all__ = ["answers"]

_MOST_CLASSES = 5


def answers(found: AnswerReport) -> None:
    """Rows left open, thresholds, sets, cost, order, levels and binary models; silent about what does not apply."""
    if any(path != "argmax" for path, _ in found.paths):
        click.echo(
            f" answers {output.measure(found.answered)} of rows, {output.measure(found.accuracy)} of those rightly; a row "
            f"costs {output.measure(found.mean_cost, digits=3)}, by the most probable class "
            f"{output.measure(found.argmax_cost, digits=3)}"
        )
        _costly(found)
    if found.candidates.n:
        click.echo(
            f" {found.candidates.n:,} rows left open; the truth is among their {found.n_candidates} candidates in "
            f"{output.measure(found.candidates)}"
        )
    if found.routing is not None:
        click.echo(f" {found.routing.remark}")
    for i, proof in enumerate(found.proofs):
        now = f"; on the sealed rows {found.promises[i].state}" if i < len(found.promises) else ""
        target = f"{proof.promise.indicator} of {proof.promise.class_name} ≥ {proof.promise.target:g}"
        click.echo(f" {target}: {proof.state}{now}   {proof.remark}")
    for gate in found.gates:
        now = (
            f"; on the sealed rows it answers {output.measure(gate.recall)} of the class, "
            f"{output.measure(gate.precision)} of its answers are right"
        )
        click.echo(f" {gate.proof.remark}{now if gate.proof.threshold is not None else ''}")
    if found.sets is not None:
        click.echo(
            f" sets  worst class {found.sets.worst_class} {output.measure(found.sets.worst)} of "
            f"{1 - found.sets.alpha:.2f} promised: {found.sets.state}   {output.measure(found.sets.mean_size)} classes a set"
        )
    if found.order is not None:
        shares = ", ".join(f"{steps} off {output.measure(m)}" for steps, m in found.order.off_by[:4] if m.value)
        click.echo(f" order  {output.measure(found.order.rank_error)} steps off on average ({shares})")
    for level in found.levels:
        click.echo(
            f" level {level.level} ({level.n_classes})  accuracy {output.measure(level.accuracy)}, parent first "
            f"{output.measure(level.accuracy_by_sums)}; lost by flattening "
            f"{output.measure(level.lost_by_flattening, digits=3)}"
        )
    if found.questions:
        worst = max(found.questions, key=lambda q: q.ece - q.ece_null_p95)
        click.echo(
            f" {len(found.questions)} binary models, {found.n_fits} fits; calibration of the worst, {worst.question!r}: "
            f"{worst.ece:.3f} (a perfect one stays below {worst.ece_null_p95:.3f}), {worst.verdict}"
        )
    if found.folded is not None:
        click.echo(f" {found.folded.note}")


def _costly(found: AnswerReport) -> None:
    def cost(c: ClassAnswers) -> float:
        return (c.false_positive_cost.value or 0.0) + (c.false_negative_cost.value or 0.0)

    dear = [c for c in sorted(found.classes, key=lambda c: -cost(c)) if cost(c) > 0.0][:_MOST_CLASSES]
    rows = [
        (c.class_name, output.measure(c.false_positive_cost, digits=1), output.measure(c.false_negative_cost, digits=1))
        for c in dear
    ]
    if rows:
        output.table(("dearest classes", "cost of wrong claims", "cost of misses"), rows)
