"""Options of ``classward train`` that treat rows and losses of every recipe that can."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from classward.lifecycle.train import Treatment

__all__ = ["treatment_of", "treatment_options"]

_OPTIONS = (
    click.option(
        "--balance", default="", metavar="HOW",
        help="Let rare classes count more: inverse, effective, custom, over, under, smote.",
    ),
    click.option("--class-weights", default="", metavar="JSON", help="For --balance custom, such as '{\"refund\": 3}'."),
    click.option(
        "--noise", default="", metavar="HOW", help="Against wrong labels: filter, downweight, robust-loss."
    ),
    click.option(
        "--perturb", default="", metavar="NAMES",
        help="Fit on a changed copy of each row, too: all, or typos, case, spaces, characters, jitter, missing joined by +.",
    ),
    click.option("--smoothing", default=0.0, metavar="SHARE", help="Share of each label spread over all classes."),
    click.option("--strength", default=1.0, metavar="FACTOR", help="Regularise so many times as strongly."),
    click.option("--patience", default=0, metavar="STEPS", help="Steps without a gain before a fit in steps stops."),
    click.option("--steadied", default=0, metavar="STEPS", help="Steps whose figures are averaged before that is judged."),
)  # fmt: skip


def treatment_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add them; ``classward effects`` tells which of them help."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def treatment_of(given: dict[str, Any]) -> Treatment:
    """What was asked for."""
    from classward.lifecycle.train import Treatment

    return Treatment(**given)
