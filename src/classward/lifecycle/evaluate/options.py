"""Ways to train or decide, side by side on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, LabelSpace, Measure
from classward.statistics import (
    bootstrap_macro_f1,
    bootstrap_mean,
    confusion_counts,
    ece,
    log_losses,
    macro_f1,
    measured_mean,
    measured_share,
    paired_difference_interval,
)

__all__ = ["Option", "OptionEffect", "OptionTable", "RecallChange", "compare_options"]

_LEVEL = 0.95
_N_DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way, and what it answered; an option that failed has a ``failure`` and no rows.

    Parameters
    ----------
    name, about : str
        How it is called, and what it does.
    proba : float array of shape (n, n_classes)
        Calibrated probabilities of rows that were not fitted on.
    answers, raw_answers : int array of shape (n,)
        What it decides, and what it would decide before calibration.
    is_decision : bool
        Whether it changes decisions alone, and so needs no training and leaves probabilities as they are.
    n_fits, fit_s
        Models fitted and seconds taken over all folds.
    binary_ece : tuple of (str, float)
        Of each binary model, by name, its calibration error before they are put together.
    fitted_losses : float array of shape (m,)
        Log losses (nats) of rows that were fitted on, by the calibrator of the rows that were not.
    stops : tuple of (int, int)
        Step kept and steps made, fold by fold, where fits stop early.
    failure : str
        Why there is nothing to compare.
    """

    name: str
    about: str
    proba: NDArray[np.float64]
    answers: NDArray[np.int64]
    raw_answers: NDArray[np.int64]
    is_decision: bool = False
    n_fits: int = 0
    fit_s: float = 0.0
    binary_ece: tuple[tuple[str, float], ...] = ()
    fitted_losses: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    stops: tuple[tuple[int, int], ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallChange:
    """Recall of one class, and its change against the first option on the same rows."""

    class_name: str
    recall: Measure
    change: Measure


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionEffect:
    """What an option does, beside the first one.

    ``gain`` is of macro F1, with a two-sided 95 % interval; ``sure_gain`` its lower bound when all options are looked at
    together; ``loss_change`` is of the log loss (nats), where below 0 is better. ``raw_macro_f1`` is before calibration:
    calibrated probabilities know the true shares of the classes again, and take back part of what weights or added rows do.
    ``fitted_log_loss`` is of rows the models were fitted on: far below ``log_loss`` they learned rows by heart
    (overfitting); where both are high they could not learn what there is (underfitting).
    """

    name: str
    about: str
    is_decision: bool
    log_loss: Measure
    loss_change: Measure
    macro_f1: Measure
    raw_macro_f1: float | None
    gain: Measure
    sure_gain: float | None
    worst_class: str
    worst_recall: Measure
    recalls: tuple[RecallChange, ...]
    ece: float | None
    n_fits: int
    fit_s: float
    binary_ece: tuple[tuple[str, float], ...]
    fitted_log_loss: Measure
    gap: float | None
    stops: tuple[tuple[int, int], ...]
    failure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionTable:
    """Effects in the order of the options; ``recommended`` names one, or nothing where the evidence is too thin."""

    n: int
    effects: tuple[OptionEffect, ...]
    recommended: str
    because: str
    error_rate: float


def compare_options(
    options: Sequence[Option],
    y_index: NDArray[np.int64],
    space: LabelSpace,
    *,
    rng: np.random.Generator,
    error_rate: float = 0.05,
) -> OptionTable:
    """Measure every option against the first, and recommend one if its gain of macro F1 is no accident.

    An option is eligible if the lower bound of its gain is above 0 when the error rate is shared among all options
    (Bonferroni). Of these the largest gain wins; but an option that changes decisions alone is preferred unless the
    winner is shown to beat it, since it keeps probabilities honest and can be changed without training. Not for tasks
    that state costs: then costs decide, not macro F1.

    Parameters
    ----------
    options : sequence of Option
        The first is what the others are compared with; it must not have failed.
    y_index : int array of shape (n,)
        True classes of the rows all options answered.
    space : LabelSpace
        Meaning of the columns.
    rng : numpy Generator
        Draws the bootstrap.
    error_rate : float
        Chance that something useless is recommended.
    """
    if not options or options[0].failure:
        raise ValueError("the first option is what the others are compared with; it must have answers")
    y = np.asarray(y_index, dtype=np.int64)
    done = [i for i, option in enumerate(options) if not option.failure]
    answers = np.stack([options[i].answers for i in done])
    draws = bootstrap_macro_f1(y, answers, len(space), rng=rng, n_draws=_N_DRAWS)
    n_compared = max(len(done) - 1, 1)
    losses = log_losses(options[0].proba, y)
    effects = []
    for i, option in enumerate(options):
        if option.failure:
            effects.append(_failed(option))
            continue
        drawn = draws[done.index(i)]
        sure = None if i == 0 else float(np.quantile(drawn - draws[0], error_rate / n_compared))
        mine = log_losses(option.proba, y)
        change = Measure(value=0.0, n=len(y)) if i == 0 else bootstrap_mean(mine - losses, rng=rng)
        effects.append(_effect(option, options[0], y, space, drawn, draws[0], sure=sure, losses=mine, change=change))
    by_name = {options[i].name: draws[k] for k, i in enumerate(done)}
    recommended, because = _recommend(effects, by_name, y, space, error_rate)
    return OptionTable(
        n=len(y), effects=tuple(effects), recommended=recommended, because=because, error_rate=error_rate
    )


def _effect(
    option: Option,
    first: Option,
    y: NDArray[np.int64],
    space: LabelSpace,
    drawn: NDArray[np.float64],
    first_drawn: NDArray[np.float64],
    *,
    sure: float | None,
    losses: NDArray[np.float64],
    change: Measure,
) -> OptionEffect:
    value, before = (macro_f1(confusion_counts(y, a, len(space))) for a in (option.answers, first.answers))
    recalls = tuple(_recall_change(option, first, y, c, name) for c, name in enumerate(space.names) if (y == c).any())
    worst = min(recalls, key=lambda r: r.recall.value or 0.0)
    fitted = measured_mean(option.fitted_losses) if len(option.fitted_losses) else Measure(value=None, n=0)
    return OptionEffect(
        name=option.name, about=option.about, is_decision=option.is_decision, log_loss=measured_mean(losses),
        loss_change=change, macro_f1=_bounded(value, drawn, len(y)),
        raw_macro_f1=macro_f1(confusion_counts(y, option.raw_answers, len(space))),
        gain=_bounded(value - before, drawn - first_drawn, len(y)), sure_gain=sure, worst_class=worst.class_name,
        worst_recall=worst.recall, recalls=recalls,
        ece=ece(option.proba.max(axis=1), option.proba.argmax(axis=1) == y), n_fits=option.n_fits, fit_s=option.fit_s,
        binary_ece=option.binary_ece, fitted_log_loss=fitted,
        gap=None if fitted.value is None else float(losses.mean()) - fitted.value, stops=option.stops, failure="",
    )  # fmt: skip


def _failed(option: Option) -> OptionEffect:
    nothing = Measure(value=None, n=0)
    return OptionEffect(
        name=option.name, about=option.about, is_decision=option.is_decision, log_loss=nothing, loss_change=nothing,
        macro_f1=nothing, raw_macro_f1=None, gain=nothing, sure_gain=None, worst_class="", worst_recall=nothing,
        recalls=(), ece=None, n_fits=option.n_fits, fit_s=option.fit_s, binary_ece=(),
        fitted_log_loss=nothing, gap=None, stops=(), failure=option.failure,
    )  # fmt: skip


def _recall_change(option: Option, first: Option, y: NDArray[np.int64], c: int, name: str) -> RecallChange:
    own = y == c
    mine, theirs = option.answers[own] == c, first.answers[own] == c
    both, neither = int((mine & theirs).sum()), int((~mine & ~theirs).sum())
    only_mine, only_theirs = int((mine & ~theirs).sum()), int((~mine & theirs).sum())
    low, high = paired_difference_interval(both, only_mine, only_theirs, neither, level=_LEVEL)
    n = int(own.sum())
    value = (only_mine - only_theirs) / n
    interval = Interval(low=min(low, value), high=max(high, value), level=_LEVEL, method="Newcombe's, paired")
    return RecallChange(
        class_name=name, recall=measured_share(int(mine.sum()), n), change=Measure(value=value, n=n, interval=interval)
    )


def _bounded(value: float, draws: NDArray[np.float64], n: int) -> Measure:
    low, high = np.quantile(draws, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    interval = Interval(low=min(float(low), value), high=max(float(high), value), level=_LEVEL, method="bootstrap")
    return Measure(value=value, n=n, interval=interval)


def _recommend(
    effects: Sequence[OptionEffect],
    draws: dict[str, NDArray[np.float64]],
    y: NDArray[np.int64],
    space: LabelSpace,
    error_rate: float,
) -> tuple[str, str]:
    rarest = min((int((y == c).sum()), name) for c, name in enumerate(space.names) if (y == c).any())
    on = f"on {len(y):,} rows, {rarest[0]:,} of the rarest class ({rarest[1]})"
    compared = [e for e in effects[1:] if not e.failure]
    eligible = [e for e in compared if (e.sure_gain or 0.0) > 0.0]
    if not eligible:
        if not compared:
            return "", f"not enough evidence: nothing could be compared {on}"
        best = max(compared, key=lambda e: e.gain.value or 0.0)
        return "", (
            f"not enough evidence: no option raises macro F1 beyond chance {on}; the largest change is {best.name}, "
            f"{_signed(best.gain)}"
        )
    best = max(eligible, key=lambda e: e.gain.value or 0.0)
    simple = max((e for e in eligible if e.is_decision), key=lambda e: e.gain.value or 0.0, default=None)
    why = ""
    if simple is not None and float(np.quantile(draws[best.name] - draws[simple.name], error_rate)) <= 0.0:
        if not best.is_decision:
            why = f"; {best.name} is not shown to beat it, and it keeps probabilities as they are"
        best = simple
    said = (
        f"{best.name}: macro F1 {_signed(best.gain)} {on}, above 0 at {1 - error_rate:.0%} over {len(compared)} options"
    )
    return best.name, said + why + _price(best)


def _price(best: OptionEffect) -> str:
    """What a gain costs: honest probabilities, or other classes."""
    parts = []
    change = best.loss_change
    if change.value is not None and change.interval is not None and change.interval.low > 0.0:
        parts.append(f"log loss worse by {change.value:.3f}")
    fallen = [r for r in best.recalls if r.change.interval is not None and r.change.interval.high < 0.0]
    if fallen:
        parts.append("recall falls for " + ", ".join(f"{r.class_name} ({r.change.value:+.2f})" for r in fallen[:5]))
    return f"; its price: {' and '.join(parts)}" if parts else ""


def _signed(measure: Measure) -> str:
    if measure.value is None or measure.interval is None:
        return "unknown"
    return f"{measure.value:+.3f} [{measure.interval.low:+.3f}, {measure.interval.high:+.3f}]"
