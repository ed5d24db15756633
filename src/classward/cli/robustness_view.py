"""What perturbations do, as lines in a terminal."""

from __future__ import annotations

import click

from classward.cli import output
from classward.domain import Measure
from classward.lifecycle.evaluate import RobustnessReport

__all__ = ["change", "robustness"]

_MOST_CLASSES = 5


def robustness(report: RobustnessReport) -> None:
    """A line per perturbation, then the classes whose recall is shown to fall."""
    rows = [
        (p.name, output.measure(p.before), output.measure(p.after), change(p.change), change(p.loss_change))
        for p in report.perturbations
    ]
    output.table(("perturbation", "accuracy", "perturbed", "change", "log loss"), rows)
    for p in report.perturbations:
        fallen = sorted((c for c in p.classes if c.is_shown_to_fall), key=lambda c: c.change.value or 0.0)
        said = ", ".join(f"{c.class_name} {change(c.change)} (n {c.change.n})" for c in fallen[:_MOST_CLASSES])
        if said:
            more = f" and {len(fallen) - _MOST_CLASSES} more" if len(fallen) > _MOST_CLASSES else ""
            click.echo(f" {p.name} lowers the recall of {said}{more}")


def change(measure: Measure) -> str:
    """A difference with its sign and interval; ``–`` where there is none."""
    if measure.value is None or measure.interval is None:
        return "–"
    return f"{measure.value:+.3f} [{measure.interval.low:+.3f}, {measure.interval.high:+.3f}]"
