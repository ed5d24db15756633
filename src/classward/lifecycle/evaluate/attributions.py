"""What moves each class over many rows, and whether that has changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from classward.domain import AttributionChange, ClassAttributions, Explanation, Interval, Measure
from classward.inference.attribution.explain import Answering, explain_row
from classward.inference.attribution.players import Background
from classward.inference.attribution.trust import rank_correlation
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.statistics import holm, mean_interval, measured_mean

__all__ = ["attribution_changes", "summed_up", "top_attributions"]

_LEVEL = 0.95
_MOST_NAMED = 8
_LEAST_TOKEN_ROWS = 2
_LEAST_ROWS = 5


def top_attributions(
    model: Answering,
    held: HeldOut,
    background: Background,
    *,
    rng: np.random.Generator,
    classes: Sequence[str] | None = None,
    n_rows: int = 20,
    n_permutations: int = 8,
) -> tuple[ClassAttributions, ...]:
    """Explain some held-out rows of each class and name the columns and words that move it most.

    Parameters
    ----------
    classes : sequence of str, optional
        Classes to look at; by default the critical and sensitive ones, or (where none is flagged) the six with most rows.
    n_rows : int, default=20
        Rows per class, evenly spaced among those that were called so (right or wrong).
    n_permutations : int, default=8
        Orders per row; few are enough, since rows are averaged.

    Returns
    -------
    attributions : tuple of ClassAttributions
        One per class in the order given; a class that was never called has n 0 and nothing named. Cost: ``n_rows`` times
        ``n_permutations`` times (columns and words + 1) answers per class.
    """
    space = held.proba.label_space
    flagged = tuple(dict.fromkeys((*space.critical, *space.sensitive)))
    by_size = np.argsort(-np.bincount(held.y_index, minlength=len(space)), kind="stable")
    chosen = classes if classes is not None else flagged or tuple(space.names[int(i)] for i in by_size[:6])
    made = []
    for name in chosen:
        called = np.flatnonzero(held.proba.predicted == space.index(name))
        kept = called[np.unique(np.linspace(0, len(called) - 1, min(n_rows, len(called))).astype(np.int64))]
        explained = [
            explain_row(
                model, held.columns, int(i), background, rng=rng, class_name=name, n_permutations=n_permutations
            )
            for i in kept
        ]
        made.append(summed_up(name, explained))
    return tuple(made)


def summed_up(class_name: str, explained: Sequence[Explanation]) -> ClassAttributions:
    """Average explanations of one class over rows: by column (all words of a text together) and by word.

    Words are told apart without regard to case and punctuation at their ends; those in a single row are left out.
    """
    columns: dict[str, list[float]] = {}
    tokens: dict[str, list[float]] = {}
    for explanation in explained:
        whole: dict[str, float] = {}
        pieces: dict[str, float] = {}
        for c in explanation.contributions:
            whole[c.column] = whole.get(c.column, 0.0) + c.value
            if c.token is not None:
                word = c.token.lower().strip(".,;:!?\"'()[]") or c.token
                pieces[word] = pieces.get(word, 0.0) + c.value
        for name, value in whole.items():
            columns.setdefault(name, []).append(value)
        for name, value in pieces.items():
            tokens.setdefault(name, []).append(value)
    faithful = [e.fidelity for e in explained if e.fidelity is not None]
    return ClassAttributions(
        class_name=class_name, n=len(explained), columns=_ranked(columns, 1)[: 2 * _MOST_NAMED],
        tokens=_ranked(tokens, _LEAST_TOKEN_ROWS)[:_MOST_NAMED], method=explained[0].method if explained else "none",
        stability=_agreement(columns if len(columns) > 2 else tokens),
        fidelity=round(float(np.median(faithful)), 6) if faithful else None,
    )  # fmt: skip


def _agreement(found: dict[str, list[float]]) -> float | None:
    """How alike two halves of the rows order what moves the class: rank correlation of their mean contributions."""
    pairs = [(np.mean(v[::2]), np.mean(v[1::2])) for v in found.values() if len(v) >= 2 * _LEAST_TOKEN_ROWS]
    first, second = (np.array([pair[i] for pair in pairs], dtype=np.float64) for i in (0, 1))
    return rank_correlation(first, second)


def _ranked(found: dict[str, list[float]], least: int) -> tuple[tuple[str, Measure, Measure], ...]:
    made = [
        (name, measured_mean(np.abs(np.array(values))), _signed(np.array(values)))
        for name, values in found.items()
        if len(values) >= least
    ]
    return tuple(sorted(made, key=lambda m: (-(m[1].value or 0.0), m[0])))


def _signed(values: NDArray[np.float64]) -> Measure:
    ends = mean_interval(values, level=_LEVEL)
    interval = None
    if ends is not None:
        interval = Interval(low=ends[0], high=ends[1], level=_LEVEL, method="Student's t, of the mean")
    return Measure(value=float(values.mean()), n=len(values), interval=interval)


def attribution_changes(
    reference: ClassAttributions, current: ClassAttributions, *, alpha: float = 0.05
) -> tuple[AttributionChange, ...]:
    """Say which columns and words move a class otherwise than before.

    A change of attributions without one of recall is a warning: the model answers for other reasons. It may come from
    other rows, from another model, or from both; compare on one model to see drift of rows.

    Parameters
    ----------
    reference, current : ClassAttributions
        Of one class and one method, from independent rows.
    alpha : float, default=0.05
        Chance of any false ``changed`` (Holm over names).

    Returns
    -------
    changes : tuple of AttributionChange
        Largest change first, over names in both; fewer than five rows on a side are ``not enough evidence``.
    """
    old = {name: mean for name, _, mean in (*reference.columns, *reference.tokens)}
    new = {name: mean for name, _, mean in (*current.columns, *current.tokens)}
    found: list[tuple[str, Measure, float | None]] = []
    for name in [n for n in new if n in old]:
        a, b = old[name], new[name]
        if a.value is None or b.value is None or a.interval is None or b.interval is None:
            continue
        half = math.hypot(*((m.high - m.low) / 2 for m in (a.interval, b.interval)))
        difference = b.value - a.value
        span = Interval(low=difference - half, high=difference + half, level=_LEVEL, method="square-and-add")
        n = min(a.n, b.n)
        p = None if n < _LEAST_ROWS else _p(difference, half)
        found.append((name, Measure(value=difference, n=n, interval=span), p))
    corrected = iter(holm([p for _, _, p in found if p is not None]))
    made = []
    for name, difference_measure, p in found:
        adjusted = None if p is None else next(corrected)
        verdict = "not enough evidence" if adjusted is None else "changed" if adjusted <= alpha else "no change shown"
        made.append(
            AttributionChange(
                class_name=current.class_name, name=name, difference=difference_measure, p_adjusted=adjusted,
                verdict=verdict,
            )
        )  # fmt: skip
    return tuple(sorted(made, key=lambda c: -abs(c.difference.value or 0.0)))


def _p(difference: float, half: float) -> float:
    normal = NormalDist()
    if half == 0:
        return float(difference == 0)
    return 2 * normal.cdf(-abs(difference) / half * normal.inv_cdf(0.5 + _LEVEL / 2))
