"""The task's policy and rows the models never saw become a decision rule, with the proof of each part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import SLO, ClassCut, ClassPromise, Costs, DecisionPolicy, DecisionRule, ThresholdProof
from classward.inference import Proba
from classward.lifecycle.calibrate import choose_abstention, choose_prior, choose_sets, choose_thresholds

__all__ = ["RuleMade", "dealt", "make_rule"]

_DEALT = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleMade:
    """A rule and the sentences that say what was chosen, on how many rows, and what could not be proved."""

    rule: DecisionRule
    remarks: tuple[str, ...]
    promises: tuple[ClassPromise, ...] = ()
    proofs: tuple[ThresholdProof, ...] = ()
    gates: tuple[ThresholdProof, ...] = ()


def make_rule(
    policy: DecisionPolicy,
    slos: Sequence[SLO],
    critical: Sequence[str],
    *,
    proba: Proba,
    y_index: NDArray[np.int64],
    fold: NDArray[np.int64],
    basis: str,
    rng: np.random.Generator,
    gates: tuple[ClassCut, ...] = (),
) -> RuleMade:
    """Choose what the policy asks for, each part on rows of its own: as many parts as are asked.

    Probabilities come from models that never saw the rows, by calibrators, weights of a blend and a temperature that were
    fitted without them. Models that answer later may be fitted on all of them: proofs hold as far as those are alike.

    Parameters
    ----------
    policy, slos, critical
        What the task file says; promises of critical classes are served first.
    proba, y_index, fold
        Rows, their classes, and the fold in which each was left out.
    basis : str
        Names the calibrated model.
    rng : numpy Generator
        Deals the rows.
    gates : tuple of ClassCut
        From where on binary models answer first; ``proba`` holds what they say.

    Raises
    ------
    UnknownClass
        CW301 for a cost of a class that does not exist.
    """
    space = proba.label_space
    rule = replace(
        DecisionRule.plain(space),
        costs=replace(
            Costs.named(space, policy.costs, off_diagonal=policy.cost_default), power=1.0 if space.is_ordered else 0.0
        ),
        abstain_costs=() if policy.abstain_cost is None else (policy.abstain_cost,),
        basis=basis,
        gates=gates,
    )
    order = rng.permutation(len(y_index))
    remarks: list[str] = []
    proofs: tuple[ThresholdProof, ...] = ()
    if space.is_ordered:
        remarks.append("classes are ordered: a mistake costs its distance, and the cheapest class is answered")
    promises = _promises(slos, critical)
    asked = {"prior": policy.corrects_prior, "promises": policy.keeps_promises and bool(promises),
             "accuracy": policy.accuracy is not None}  # fmt: skip
    names = [name for name, is_asked in asked.items() if is_asked]
    parts = {name: np.sort(order[i :: len(names)]) for i, name in enumerate(names)}
    if "prior" in parts:
        own = parts["prior"]
        prior = choose_prior(proba.take(own), y_index[own], fold=dealt(fold[own], rng), rng=rng)
        rule = replace(rule, prior=prior.correction)
        remarks.append(prior.remark)
    if "promises" in parts:
        cuts = choose_thresholds(
            proba, y_index, promises, rule=rule, rows=parts["promises"], fitted_rows=_rest(parts, "promises")
        )
        rule = replace(rule, claims=cuts.claims, floors=cuts.floors)
        remarks.append(cuts.remark)
        proofs = cuts.proofs
    if "accuracy" in parts and policy.accuracy is not None:
        abstention = choose_abstention(
            proba, y_index, rule=rule, rows=parts["accuracy"], fitted_rows=_rest(parts, "accuracy"),
            target=policy.accuracy,
        )  # fmt: skip
        rule = replace(rule, abstain_below=abstention.abstain_below)
        remarks.append(f"for {policy.accuracy:.0%} right among answered rows: {abstention.remark}")
    sets = choose_sets(
        proba, y_index, rows=order, fitted_rows=order[:0], rng=rng, alpha=policy.set_miss, confidence=0.5
    )
    remarks.append(sets.remark)
    return RuleMade(
        rule=replace(rule, sets=(sets.rule,)), remarks=tuple(remarks),
        promises=promises if policy.keeps_promises else (), proofs=proofs,
    )  # fmt: skip


def _rest(parts: Mapping[str, NDArray[np.int64]], own: str) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *(rows for name, rows in parts.items() if name != own)])


def dealt(fold: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Folds to choose on: those there are, or rows of a single one dealt at random."""
    if len(np.unique(fold)) > 1:
        return fold
    return rng.permutation(np.arange(len(fold), dtype=np.int64) % _DEALT)


def _promises(slos: Sequence[SLO], critical: Sequence[str]) -> tuple[ClassPromise, ...]:
    """One promise per class; a class with both keeps the one it was flagged for."""
    found: dict[str, ClassPromise] = {}
    for slo in sorted(slos, key=lambda s: (s.class_name not in critical, s.indicator != "recall")):
        if slo.class_name is not None and slo.indicator in {"recall", "precision"}:
            promise = ClassPromise(class_name=slo.class_name, indicator=slo.indicator, target=slo.target)
            found.setdefault(slo.class_name, promise)
    return tuple(found.values())
