"""What declared perturbations do to a model, class by class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, LabelSpace, Measure
from classward.inference import Proba
from classward.statistics import (
    bootstrap_mean,
    log_losses,
    measured_mean,
    measured_share,
    paired_difference_interval,
)

__all__ = ["ClassRobustness", "Perturbed", "RobustnessReport", "robustness"]

_LEVEL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassRobustness:
    """Recall of one class on rows as they are and on the same rows perturbed, and the change with its paired interval."""

    class_name: str
    before: Measure
    after: Measure
    change: Measure

    @property
    def is_shown_to_fall(self) -> bool:
        """Whether the interval of the change lies below 0."""
        return self.change.interval is not None and self.change.interval.high < 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Perturbed:
    """One perturbation: accuracy before and after, rows whose answer moved, change of log loss, every class."""

    name: str
    about: str
    before: Measure
    after: Measure
    change: Measure
    moved: Measure
    log_loss: Measure
    loss_change: Measure
    classes: tuple[ClassRobustness, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustnessReport:
    """All perturbations on the same ``n`` rows; intervals are for one look each, at 95 %."""

    n: int
    perturbations: tuple[Perturbed, ...]


def robustness(
    before: Proba,
    after: Mapping[str, tuple[str, Proba]],
    y_index: NDArray[np.int64],
    *,
    rng: np.random.Generator,
) -> RobustnessReport:
    """Compare answers to rows as they are with answers to the same rows perturbed.

    Rows should be ones the model was not fitted on: on others it knows the rows as they are by heart, and any change looks
    worse than it is. The most probable class counts as the answer; one draw of each perturbation is looked at, so the
    intervals are over rows, not over draws.

    Parameters
    ----------
    before : Proba
        Rows as they are.
    after : mapping of name to (what was done, Proba)
        The same rows perturbed, in the same order.
    y_index : int array of shape (n,)
        True columns.
    rng : numpy Generator
        Draws bootstrap samples for the log loss.
    """
    y, space = np.asarray(y_index, dtype=np.int64), before.label_space
    right, losses = before.predicted == y, log_losses(before.matrix, y)
    found = []
    for name, (about, proba) in after.items():
        then, later = proba.predicted == y, log_losses(proba.matrix, y)
        all_before, all_after, change = _shares(right, then)
        found.append(
            Perturbed(
                name=name, about=about, before=all_before, after=all_after, change=change,
                moved=measured_share(int((proba.predicted != before.predicted).sum()), len(y)),
                log_loss=measured_mean(later), loss_change=bootstrap_mean(later - losses, rng=rng),
                classes=_classes(right, then, y, space),
            )
        )  # fmt: skip
    return RobustnessReport(n=len(y), perturbations=tuple(found))


def _classes(
    right: NDArray[np.bool_], then: NDArray[np.bool_], y: NDArray[np.int64], space: LabelSpace
) -> tuple[ClassRobustness, ...]:
    out = []
    for c, name in enumerate(space.names):
        own = y == c
        if own.any():
            before, after, change = _shares(right[own], then[own])
            out.append(ClassRobustness(class_name=name, before=before, after=after, change=change))
    return tuple(out)


def _shares(right: NDArray[np.bool_], then: NDArray[np.bool_]) -> tuple[Measure, Measure, Measure]:
    both, lost, won = int((right & then).sum()), int((right & ~then).sum()), int((then & ~right).sum())
    n = len(right)
    low, high = paired_difference_interval(both, won, lost, n - both - won - lost, level=_LEVEL)
    value = (won - lost) / n
    interval = Interval(low=min(low, value), high=max(high, value), level=_LEVEL, method="Newcombe's, paired")
    return measured_share(both + lost, n), measured_share(both + won, n), Measure(value=value, n=n, interval=interval)
