"""Probabilities → answers, with the path that led to each. NumPy only; tens of microseconds for one row."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Costs, DecisionRule, LabelSpace, SetRule
from classward.errors import DataError, UsageError
from classward.inference.proba import Proba
from classward.statistics import set_scores

__all__ = ["Decided", "Decider", "cost_matrix", "decide", "prediction_sets"]

_ARGMAX, _COST, _PRIOR, _CLAIM, _BY_COST, _BY_CONFIDENCE, _BY_FLOOR, _BY_NEWS, _GATE = range(9)
_PATHS = (
    "argmax",
    "cost",
    "prior",
    "threshold:",
    "abstain:cost",
    "abstain:confidence",
    "abstain:threshold:",
    "abstain:unknown",
    "gate:",
)
_DENSE_UP_TO = 256


@dataclass(frozen=True, slots=True)
class Decided:
    """Answers of one batch.

    Parameters
    ----------
    predicted : int array of shape (n_samples,)
        Column of the answered class; on abstained rows the class that would have been answered.
    is_abstained : bool array of shape (n_samples,)
        Rows that get no answer ("unknown") and go to a person or a fallback.
    path : int8 array of shape (n_samples,)
        Which step decided; ``paths`` gives it as text.
    label_space : LabelSpace
        The meaning of the columns.
    """

    predicted: NDArray[np.int64]
    is_abstained: NDArray[np.bool_]
    path: NDArray[np.int8]
    label_space: LabelSpace

    def __len__(self) -> int:
        return len(self.predicted)

    @property
    def is_claimed(self) -> NDArray[np.bool_]:
        """Rows answered because a promise of recall claims them, or a gate answers, whatever else is likely."""
        return np.asarray((self.path == _CLAIM) | (self.path == _GATE))

    @property
    def paths(self) -> tuple[str, ...]:
        """Decision path of each row.

        One of ``argmax``, ``cost``, ``prior``, ``threshold:<class>`` (claimed), ``gate:<class>``, or, for rows without an
        answer, ``abstain:cost``, ``abstain:confidence``, ``abstain:threshold:<class>``,
        ``abstain:unknown`` (an input of no class).
        """
        names = self.label_space.names
        return tuple(
            text + names[index] if text.endswith(":") else text
            for text, index in zip((_PATHS[code] for code in self.path.tolist()), self.predicted.tolist(), strict=True)
        )


class Decider:
    """A rule made ready for many calls: numbers turned into arrays once.

    Parameters
    ----------
    rule : DecisionRule
        What to do.
    label_space : LabelSpace
        Must be the one the rule was made for.

    Raises
    ------
    DataError
        CW261 if the rule belongs to other classes.
    """

    __slots__ = ("_abstain", "_claim_at", "_claims", "_costs", "_floors", "_weights", "label_space", "rule")

    def __init__(self, rule: DecisionRule, label_space: LabelSpace) -> None:
        if rule.label_space_hash != label_space.hash or rule.n_classes != len(label_space):
            raise _other_space(rule.n_classes, len(label_space))
        self.rule, self.label_space = rule, label_space
        n = rule.n_classes
        self._costs = None if rule.costs.is_plain and not rule.abstain_costs else _ExpectedCost(rule.costs, n)
        self._weights = np.asarray(rule.prior.prior) ** -rule.prior.exponent if rule.prior.exponent else None
        self._claims = np.array([cut.class_index for cut in rule.claims], dtype=np.int64)
        self._claim_at = np.array([cut.at for cut in rule.claims])
        floors = {cut.class_index: cut.at for cut in rule.floors}
        self._floors = np.array([floors.get(i, 0.0) for i in range(n)]) if floors else None
        self._abstain = np.broadcast_to(np.asarray(rule.abstain_costs), (n,)) if rule.abstain_costs else None

    def decide(self, proba: Proba) -> Decided:
        """Answer every row.

        Returns
        -------
        decided : Decided
            Ties go to the lower column.

        Raises
        ------
        DataError
            CW261 if the probabilities are of other classes than the rule, CW361 if they lack the rule's gates.
        """
        self._check(proba)
        p = proba.matrix
        expected = self._costs.of(p) if self._costs is not None else None
        code, predicted = self._first(p, expected)
        path = np.full(len(p), code, dtype=np.int8)
        abstained = self._abstentions(p, predicted, expected, path)
        if len(self._claims):
            reached = p[:, self._claims] >= self._claim_at
            claimed = reached.any(axis=1)
            predicted = np.where(claimed, self._claims[reached.argmax(axis=1)], predicted)
            path[claimed] = _CLAIM
            abstained &= ~claimed
        if proba.is_new is not None:
            path[proba.is_new] = _BY_NEWS
            abstained |= proba.is_new
        if self.rule.gates:
            gated = self.gated(proba)
            is_gated = gated >= 0
            predicted = np.where(is_gated, gated, predicted)
            path[is_gated] = _GATE
            abstained &= ~is_gated
        return Decided(predicted, abstained, path, proba.label_space)

    def gated(self, proba: Proba) -> NDArray[np.int64]:
        """Column of the class whose gate answers each row; -1 where none does. Shape (n_samples,).

        Raises
        ------
        DataError
            CW361 if the probabilities come without what the gates say.
        """
        if not self.rule.gates:
            return np.full(len(proba), -1, dtype=np.int64)
        if proba.gates is None or proba.gates.shape[1] != len(self.rule.gates):
            raise DataError(
                "CW361",
                "the decision rule has gates, and these probabilities come without them",
                got=f"{0 if proba.gates is None else proba.gates.shape[1]} of {len(self.rule.gates)} gates",
                why="rows that a gate answers would be answered otherwise",
                fix="let the version's own model answer the rows",
            )
        reached = proba.gates >= np.array([cut.at for cut in self.rule.gates])
        columns = np.array([cut.class_index for cut in self.rule.gates], dtype=np.int64)
        return np.where(reached.any(axis=1), columns[reached.argmax(axis=1)], -1)

    def sets(self, proba: Proba, *, alpha: float | None = None) -> NDArray[np.bool_]:
        """Give the classes that stay possible for every row.

        Parameters
        ----------
        alpha : float, optional
            Which of the rule's promises; the first by default.

        Returns
        -------
        is_in : bool array of shape (n_samples, n_classes)
            Always with the most probable class, even where the answer is another one.

        Raises
        ------
        UsageError
            CW265 if the rule has no sets for that ``alpha``.
        """
        self._check(proba)
        found = [one for one in self.rule.sets if alpha is None or one.alpha == alpha]
        if not found:
            raise UsageError(
                "CW265",
                "this model has no prediction sets" + ("" if alpha is None else f" for alpha {alpha}"),
                got=f"alphas {[one.alpha for one in self.rule.sets]}",
                why="a set keeps its promise only with thresholds from labelled rows",
                fix="choose sets in training, or ask for an alpha the model has",
            )
        return _sets(proba, found[0])

    def _check(self, proba: Proba) -> None:
        if proba.label_space is not self.label_space and proba.label_space != self.label_space:
            raise _other_space(self.rule.n_classes, len(proba.label_space))

    def _first(self, p: NDArray[np.float64], expected: NDArray[np.float64] | None) -> tuple[int, NDArray[np.int64]]:
        if self._weights is not None:
            return _PRIOR, np.asarray((p * self._weights).argmax(axis=1))
        if expected is None or self.rule.costs.is_plain:
            return _ARGMAX, np.asarray(p.argmax(axis=1))
        return _COST, np.asarray(expected.argmin(axis=1))

    def _abstentions(
        self,
        p: NDArray[np.float64],
        predicted: NDArray[np.int64],
        expected: NDArray[np.float64] | None,
        path: NDArray[np.int8],
    ) -> NDArray[np.bool_]:
        out = np.zeros(len(p), dtype=np.bool_)
        rows = np.arange(len(p))
        if self._floors is not None:
            below = p[rows, predicted] < self._floors[predicted]
            path[below], out = _BY_FLOOR, out | below
        if self.rule.abstain_below:
            below = p[rows, predicted] < self.rule.abstain_below
            path[below], out = _BY_CONFIDENCE, out | below
        if self._abstain is not None and expected is not None:
            cheaper = p @ self._abstain < expected[rows, predicted]
            path[cheaper], out = _BY_COST, out | cheaper
        return out


def decide(proba: Proba, rule: DecisionRule) -> Decided:
    """Answer every row by a rule; for many calls keep a :class:`Decider`, which prepares the rule once.

    Raises
    ------
    DataError
        CW261 if the rule belongs to other classes.
    """
    return Decider(rule, proba.label_space).decide(proba)


def prediction_sets(proba: Proba, rule: DecisionRule, *, alpha: float | None = None) -> NDArray[np.bool_]:
    """Give the classes that stay possible for every row; see :meth:`Decider.sets`."""
    return Decider(rule, proba.label_space).sets(proba, alpha=alpha)


def cost_matrix(costs: Costs, n_classes: int) -> NDArray[np.float64]:
    """Write costs out as (n_classes, n_classes), rows true and columns answered; 8 MB for 1,000 classes."""
    index = np.arange(n_classes)
    distance = np.abs(index[:, None] - index[None, :]).astype(np.float64)
    matrix = np.where(distance > 0.0, costs.off_diagonal * distance**costs.power, 0.0)
    for pair in costs.pairs:
        matrix[pair.true_index, pair.predicted_index] = pair.cost
    return matrix


class _ExpectedCost:
    """P·C, through the exceptions alone where a dense product would be wasteful."""

    __slots__ = ("_dense", "_extra", "_off", "_predicted", "_starts", "_true")

    def __init__(self, costs: Costs, n: int) -> None:
        self._off = costs.off_diagonal
        is_sparse = costs.power == 0.0 and n > _DENSE_UP_TO and len(costs.pairs) <= n * 8
        self._dense = None if is_sparse else cost_matrix(costs, n)
        pairs = sorted(costs.pairs, key=lambda pair: pair.predicted_index) if is_sparse else []
        self._true = np.array([pair.true_index for pair in pairs], dtype=np.int64)
        usual = [0.0 if pair.true_index == pair.predicted_index else self._off for pair in pairs]
        self._extra = np.array([pair.cost for pair in pairs]) - np.array(usual)
        columns = np.array([pair.predicted_index for pair in pairs], dtype=np.int64)
        self._predicted, self._starts = np.unique(columns, return_index=True)

    def of(self, p: NDArray[np.float64]) -> NDArray[np.float64]:
        if self._dense is not None:
            return p @ self._dense
        out = self._off * (p.sum(axis=1, keepdims=True) - p)
        if len(self._true):
            out[:, self._predicted] += np.add.reduceat(p[:, self._true] * self._extra, self._starts, axis=1)
        return np.asarray(out)


def _sets(proba: Proba, one: SetRule) -> NDArray[np.bool_]:
    scores = set_scores(proba.matrix, score=one.score, penalty=one.penalty, free_ranks=one.free_ranks)
    is_in: NDArray[np.bool_] = scores <= np.asarray(one.thresholds)
    is_in[np.arange(len(is_in)), proba.predicted] = True
    return is_in


def _other_space(of_rule: int, of_rows: int) -> DataError:
    return DataError(
        "CW261",
        "the decision rule was made for other classes",
        got=f"a rule for {of_rule} classes, probabilities of {of_rows}",
        why="its costs and thresholds would be applied to the wrong columns",
        fix="use the rule stored with the model, or choose thresholds again for this label space",
    )
