"""What tells two sets of rows apart, column by column, whatever the model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from classward.domain import Feature, Interval, Measure, Separator, TermEffect
from classward.inference import Columns
from classward.lifecycle.evaluate.cuts import numbers_of
from classward.lifecycle.evaluate.terms import Bags, bags_of
from classward.statistics import dirichlet_log_odds, ranked

__all__ = ["Sides"]

_LEAST_ROWS = 3
_LEAST_Z = 1.5


class Sides:
    """Columns made ready once, to be asked about many pairs of row sets.

    Parameters
    ----------
    columns : Columns
        One sequence of values per feature.
    features : tuple of Feature
        Which columns, and of what kind.
    """

    __slots__ = ("_bags", "_features", "_numbers")

    def __init__(self, columns: Columns, features: tuple[Feature, ...]) -> None:
        self._features = features
        numeric = [f for f in features if f.kind in {"numeric", "date"}]
        self._numbers: Mapping[str, NDArray[np.float64]] = {f.name: numbers_of(columns[f.name]) for f in numeric}
        self._bags: Mapping[str, Bags] = {
            f.name: bags_of(columns[f.name], f.kind) for f in features if f not in numeric
        }

    def apart(
        self, first: NDArray[np.int64], second: NDArray[np.int64], *, most_terms: int = 6
    ) -> tuple[Separator, ...]:
        """Rank columns by how well each alone tells two sets of rows apart, best first.

        A column that tells nothing alone may matter together with another. Numbers are taken as monotone: a class that
        lies in the middle of another is not seen. Choosing the best of many columns flatters it: see the interval.

        Parameters
        ----------
        first, second : int arrays
            Row numbers of each set, without overlap.
        most_terms : int, default=6
            Most words or levels named per column; they occur in at least three rows of the two sets.

        Returns
        -------
        separators : tuple of Separator
            One per column, the best first; empty if a set has fewer than three rows. Words and levels are scored by odds
            learned on the other half of the rows, so that rare ones do not look telling; rows go to halves by turns.
        """
        if min(len(first), len(second)) < _LEAST_ROWS:
            return ()
        made = []
        for feature in self._features:
            if feature.name in self._numbers:
                auc = _numeric(self._numbers[feature.name], first, second)
                terms: tuple[TermEffect, ...] = ()
            else:
                bags = self._bags[feature.name]
                auc, terms = _by_terms(bags, first, second), _telling(bags, first, second, most_terms)
            made.append(Separator(column=feature.name, kind=feature.kind, auc=auc, terms=terms))
        return tuple(sorted(made, key=lambda s: -abs((s.auc.value if s.auc.value is not None else 0.5) - 0.5)))


def _numeric(numbers: NDArray[np.float64], first: NDArray[np.int64], second: NDArray[np.int64]) -> Measure:
    values = numbers[np.concatenate([first, second])]
    is_first = np.arange(len(values)) < len(first)
    known = ~np.isnan(values)
    return ranked(values[known], is_first[known]).auc()


def _by_terms(bags: Bags, first: NDArray[np.int64], second: NDArray[np.int64]) -> Measure:
    """Mean AUC of two halves, each scored by the other's odds; the interval is not narrowed, since the
    halves learn from each other."""
    background = np.maximum(bags.counts(np.concatenate([first, second])), 1)
    measures = []
    for half in (0, 1):
        learn = [bags.counts(rows[1 - half :: 2]) for rows in (first, second)]
        weights, _ = dirichlet_log_odds(learn[0], learn[1], background, strength=float(max(2, len(bags.terms) // 10)))
        asked = [rows[half::2] for rows in (first, second)]
        scores = np.concatenate([bags.sums(rows, weights) for rows in asked])
        measures.append(ranked(scores, np.arange(len(scores)) < len(asked[0])).auc())
    known = [m for m in measures if m.value is not None and m.interval is not None]
    if not known:
        return Measure(value=None, n=0)
    spans = [m.interval for m in known if m.interval is not None]
    value = float(np.mean([m.value for m in known if m.value is not None]))
    interval = Interval(
        low=float(np.mean([x.low for x in spans])), high=float(np.mean([x.high for x in spans])), level=0.95,
        method="mean of two halves",
    )  # fmt: skip
    return Measure(value=value, n=sum(m.n for m in known), interval=interval)


def _telling(bags: Bags, first: NDArray[np.int64], second: NDArray[np.int64], most: int) -> tuple[TermEffect, ...]:
    a, b = bags.counts(first), bags.counts(second)
    log_odds, z = dirichlet_log_odds(a, b, np.maximum(a + b, 1))
    z = np.where((a + b >= _LEAST_ROWS) & (np.abs(z) >= _LEAST_Z), z, 0.0)
    order = [int(i) for i in np.argsort(-np.abs(z), kind="stable")[:most] if z[i]]
    return tuple(
        TermEffect(
            term=bags.terms[i], log_odds=round(float(log_odds[i]), 4), z=round(float(z[i]), 3), n_first=int(a[i]),
            n_second=int(b[i]),
        )
        for i in order
    )  # fmt: skip
