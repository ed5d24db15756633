"""Thresholds per class that prove a promise, or say how many rows are missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import PROMISES, ClassCut, ClassPromise, DecisionRule, ThresholdProof, ThresholdsChoice
from classward.errors import UsageError
from classward.inference import Decider, Proba
from classward.lifecycle.calibrate.proofs import prove_precision, prove_recall
from classward.lifecycle.calibrate.rows import check_share, labelled, proving_rows

__all__ = ["choose_thresholds"]

_NEVER = 2.0


def choose_thresholds(
    proba: Proba,
    y_index: NDArray[np.int64],
    promises: Sequence[ClassPromise],
    *,
    rule: DecisionRule,
    rows: NDArray[np.int64],
    fitted_rows: NDArray[np.int64],
    error_rate: float = 0.1,
    withhold_unproved: bool = False,
) -> ThresholdsChoice:
    """Find the widest threshold of each promised class that proves its target on separate rows.

    *recall* of a class: the highest probability from which on it is always answered, such that at least ``target`` of its
    rows are. *precision*: the lowest probability below which answers of the class are withheld, such that at least ``target``
    of what is left is right. All promises together are wrong with probability ``error_rate`` at most, for rows like these; a
    class whose rows cannot prove it gets no threshold, and the result says how many rows would. Recall promises are served in
    the given order: put the most important class first.

    Not for rows that are not like the future (another label mix breaks precision, though not recall), nor for rows on which
    the rest of the rule was chosen. Precision beside recall promises of the same call is exact but for the few rows on which
    a claim turns; where that matters, call twice with separate rows and the first call's claims in the second call's rule.

    Parameters
    ----------
    proba : Proba
        Calibrated probabilities.
    y_index : int array of shape (n_samples,)
        True classes as columns.
    promises : sequence of ClassPromise
        One per class at most.
    rule : DecisionRule
        Costs, prior correction, abstention and claims that apply already; its floors are chosen anew.
    rows, fitted_rows : int arrays
        Positions of the rows that prove, and of those that fitted calibrator or rule; they must not overlap.
    error_rate : float, default=0.1
        Chance that any proved promise does not hold.
    withhold_unproved : bool, default=False
        Withhold every answer of a class whose precision could not be proved, instead of answering without a promise.

    Returns
    -------
    choice : ThresholdsChoice
        ``replace(rule, claims=choice.claims, floors=choice.floors)`` puts it to work.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    DataError
        CW266 if rows are used twice.
    UsageError
        CW262 for a target that is no share, CW263 for two promises of one class or an unknown kind.
    UnknownClass
        CW301 for a class that does not exist.

    References
    ----------
    Angelopoulos, Bates, Candès, Jordan, Lei (2025). Learn then test: calibrating predictive algorithms to achieve risk
    control. Annals of Applied Statistics; Wilks (1941) for recall.
    """
    y = labelled(proba, y_index, what="thresholds")
    check_share(error_rate, "error_rate")
    _check(promises, tuple(proba.label_space.names[cut.class_index] for cut in rule.claims))
    chosen = proving_rows(len(y), rows, fitted_rows)
    part = proba.take(chosen)
    y = labelled(part, y[chosen], what="thresholds")
    each = error_rate / max(len(promises), 1)
    proofs: dict[str, ThresholdProof] = {}
    claims = list(rule.claims)
    gated = Decider(rule, part.label_space).gated(part)
    is_claimed = np.zeros(len(y), dtype=np.bool_)
    for cut in claims:
        is_claimed |= part.matrix[:, cut.class_index] >= cut.at
    for promise in (one for one in promises if one.indicator == "recall"):
        index = part.label_space.index(promise.class_name)
        matrix = part.matrix.copy()
        matrix[gated == index, index] = 1.0  # a gate of its own answers these already
        lost = is_claimed | ((gated >= 0) & (gated != index))
        proof = prove_recall(promise, index, matrix, y, lost & (gated != index), each)
        proofs[promise.class_name] = proof
        if proof.threshold is not None:
            claims.append(ClassCut(class_index=index, at=proof.threshold))
            is_claimed |= part.matrix[:, index] >= proof.threshold
    done = Decider(replace(rule, claims=tuple(claims), floors=()), part.label_space).decide(part)
    answered = np.where(done.is_abstained | (gated >= 0), -1, done.predicted)
    floors: list[ClassCut] = []
    for promise in (one for one in promises if one.indicator == "precision"):
        index = part.label_space.index(promise.class_name)
        proof = prove_precision(promise, index, part.matrix, y, answered, each)
        proofs[promise.class_name] = proof
        at = proof.threshold if proof.threshold is not None else _NEVER if withhold_unproved else 0.0
        floors += [ClassCut(class_index=index, at=at)] if at else []
    return ThresholdsChoice(
        claims=tuple(claims),
        floors=tuple(floors),
        proofs=tuple(proofs[promise.class_name] for promise in promises),
        n=len(y),
        error_rate=error_rate,
        remark=_remark(tuple(proofs.values()), len(y), error_rate, withhold_unproved),
    )


def _check(promises: Sequence[ClassPromise], claimed: tuple[str, ...]) -> None:
    names = (*(one.class_name for one in promises), *claimed)
    twice = [name for name, times in Counter(names).items() if times > 1]
    odd = sorted({one.indicator for one in promises} - set(PROMISES))
    if twice or odd:
        raise UsageError(
            "CW263",
            "a class can keep one promise, of precision or of recall",
            got=f"several for {', '.join(twice)}" if twice else f"a promise of {', '.join(odd)}",
            why="answering more rows of a class and withholding some of its answers pull in opposite directions",
            fix="keep one of them",
        )
    for one in promises:
        check_share(one.target, f"the target of {one.class_name!r}")


def _remark(proofs: tuple[ThresholdProof, ...], n: int, error_rate: float, withheld: bool) -> str:
    kept = sum(proof.state == "guaranteed" for proof in proofs)
    text = f"{kept} of {len(proofs)} promises proved on {n} rows, with a chance of {error_rate:g} that any of them is wrong"
    if kept < len(proofs) and withheld:
        return text + "; answers of classes with unproved precision are withheld"
    return text + ("; the rest are answered without a promise" if kept < len(proofs) else "")
