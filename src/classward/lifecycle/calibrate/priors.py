"""Decide by p / prior^τ where that raises macro F1, and show that it is no accident."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Interval, Measure, PriorChoice, PriorCorrection
from classward.inference import Proba
from classward.lifecycle.calibrate.rows import check_share, labelled
from classward.statistics import bootstrap_macro_f1, measured_share

__all__ = ["choose_prior"]

_EXPONENTS = tuple(round(0.1 * i, 1) for i in range(11))
_LEVEL = 0.95


def choose_prior(
    proba: Proba,
    y_index: NDArray[np.int64],
    *,
    fold: NDArray[np.int64],
    rng: np.random.Generator,
    exponents: tuple[float, ...] = _EXPONENTS,
    error_rate: float = 0.05,
) -> PriorChoice:
    """Choose how far decisions lean towards rare classes, for macro F1.

    Each fold is answered with class shares and exponent of the other folds; the gain over plain argmax is bootstrapped on
    the same rows. Only if it is above 0 at ``error_rate`` is the exponent that did best on all rows adopted. Probabilities do
    not change. Not for tasks with costs: state the costs instead; and accuracy usually falls, which the result shows.

    Parameters
    ----------
    proba : Proba
        Out-of-fold probabilities, calibrated.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    fold : int array of shape (n_samples,)
        Fold of each row; two at least.
    rng : numpy Generator
        Draws the bootstrap.

    Returns
    -------
    choice : PriorChoice
        ``choice.correction`` goes into the rule.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    UsageError
        CW262 if ``error_rate`` is no share.

    References
    ----------
    Menon et al. (2021). Long-tail learning via logit adjustment. ICLR (decision p / prior^τ).
    """
    y = labelled(proba, y_index, what="a prior correction")
    check_share(error_rate, "error_rate")
    n_classes = len(proba.label_space)
    tried = np.array(sorted({0.0, *exponents}))
    prior = _shares(y, n_classes)
    best = int(_macro_f1(_answers(proba.matrix, prior, tried), y, n_classes).argmax())
    plain = np.asarray(proba.matrix.argmax(axis=1))
    crossed = plain.copy()
    for held in np.unique(fold) if len(np.unique(fold)) > 1 else ():
        others, mine = np.flatnonzero(fold != held), np.flatnonzero(fold == held)
        shares = _shares(y[others], n_classes)
        on_others = _macro_f1(_answers(proba.matrix[others], shares, tried), y[others], n_classes)
        crossed[mine] = _answers(proba.matrix[mine], shares, tried[[on_others.argmax()]])[0]
    before, after = (float(_macro_f1(a[None], y, n_classes)[0]) for a in (plain, crossed))
    draws = bootstrap_macro_f1(y, np.stack([plain, crossed]), n_classes, rng=rng)
    sure = float(np.quantile(draws[1] - draws[0], error_rate))
    is_better = sure > 0.0 and best > 0
    gain = Measure(
        value=after - before,
        n=len(y),
        interval=Interval(low=sure, high=1.0, level=1.0 - error_rate, method="paired bootstrap, one-sided"),
    )
    return PriorChoice(
        correction=PriorCorrection(
            exponent=float(tried[best]) if is_better else 0.0, prior=tuple(prior.tolist()) if is_better else ()
        ),
        best_exponent=float(tried[best]),
        n=len(y),
        macro_f1_before=_measure(before, draws[0], len(y)),
        macro_f1_after=_measure(after, draws[1], len(y)),
        gain=gain,
        accuracy_before=measured_share(int((plain == y).sum()), len(y)),
        accuracy_after=measured_share(int((crossed == y).sum()), len(y)),
        error_rate=error_rate,
        remark=_remark(float(tried[best]), is_better, before, after, sure, error_rate, len(y)),
    )


def _shares(y: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    return np.asarray((np.bincount(y, minlength=n_classes) + 0.5) / (len(y) + 0.5 * n_classes))


def _answers(
    matrix: NDArray[np.float64], prior: NDArray[np.float64], exponents: NDArray[np.float64]
) -> NDArray[np.int64]:
    return np.stack([(matrix * prior**-exponent).argmax(axis=1) for exponent in exponents])


def _macro_f1(answers: NDArray[np.int64], y: NDArray[np.int64], n_classes: int) -> NDArray[np.float64]:
    """Macro F1 of every line of answers, over the classes that are true or answered on that line."""
    support = np.bincount(y, minlength=n_classes)
    out = np.empty(len(answers))
    for i, answer in enumerate(answers):
        hits = np.bincount(y[answer == y], minlength=n_classes)
        both = support + np.bincount(answer, minlength=n_classes)
        out[i] = (2 * hits[both > 0] / both[both > 0]).mean() if both.any() else 0.0
    return out


def _measure(value: float, draws: NDArray[np.float64], n: int) -> Measure:
    low, high = np.quantile(draws, [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2])
    interval = Interval(low=min(float(low), value), high=max(float(high), value), level=_LEVEL, method="bootstrap")
    return Measure(value=value, n=n, interval=interval)


def _remark(best: float, is_better: bool, before: float, after: float, sure: float, error_rate: float, n: int) -> str:
    figures = f"macro F1 {before:.3f} → {after:.3f} on {n} rows, cross-fitted"
    if is_better:
        return (
            f"prior correction with exponent {best:g}: {figures}; gain of at least {sure:.3f} at {1 - error_rate:.0%}"
        )
    if best == 0.0:
        return f"no prior correction: plain argmax does best ({figures})"
    return f"no prior correction: exponent {best:g} did best, but the gain may be chance ({figures})"
