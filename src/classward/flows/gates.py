"""Classes that are looked for first: a binary model each, proved on rows it did not see, or left out with the reason."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from classward.domain import SLO, Candidate, ClassCut, ClassPromise, Plan, Recipe, ThresholdProof
from classward.errors import DataError, TaskFileError
from classward.estimators import one_blas_thread
from classward.flows.budget import Budget
from classward.flows.portfolio import Portfolio
from classward.inference import Encoder, FrameScorer, Gate
from classward.lifecycle.calibrate import prove_gate, unproved_gate
from classward.lifecycle.train import (
    BINARY_SPACE,
    WHOLE,
    FitFold,
    How,
    LabelledRows,
    OutOfTime,
    cross_fit,
    fit_one,
)

__all__ = ["GatesMade", "gate_promises", "with_gates"]

_ERROR_RATE = 0.1
_MORE_FOR_ALL = 1.6
_UNASKED = "no model of the blend can be asked in binary questions"


@dataclass(frozen=True, slots=True, kw_only=True)
class GatesMade:
    """The portfolio with its gates, the cuts of those that were proved, and the proof of every one that was asked for."""

    portfolio: Portfolio
    cuts: tuple[ClassCut, ...] = ()
    proofs: tuple[ThresholdProof, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """One sentence for each."""
        return tuple(proof.remark for proof in self.proofs)


def gate_promises(first: Sequence[str], slos: Sequence[SLO]) -> tuple[ClassPromise, ...]:
    """The promise of precision of each class that is looked for first, in the order of the task file.

    Raises
    ------
    TaskFileError
        CW360 for a class without one.
    """
    target = {slo.class_name: slo.target for slo in slos if slo.indicator == "precision"}
    for name in first:
        if name not in target:
            raise TaskFileError(
                "CW360",
                f"decision.first names {name!r}, which has no promise of precision",
                got=f"promises of precision: {', '.join(str(n) for n in target if n is not None) or 'none'}",
                why="a gate answers only from where the rows prove that promise",
                fix=f"add precision.{name} = 0.9 under [slo], or list it under classes.sensitive",
            )
    return tuple(ClassPromise(class_name=name, indicator="precision", target=target[name]) for name in first)


def with_gates(
    made: Plan,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    found: Portfolio,
    promises: Sequence[ClassPromise],
    *,
    tell: Callable[[str], None],
    encoder: Encoder | None = None,
    budget: Budget | None = None,
) -> GatesMade:
    """Fit, calibrate and prove a binary model for each class that is looked for first.

    Each is of the family with the largest weight in the blend. It is proved on rows its models did not see, gate after gate
    on what earlier ones leave, and then fitted on all rows (but for rows in time order). All proofs together are wrong with
    a chance of 0.1 at most. Takes about as long as one more candidate for each class.

    Parameters
    ----------
    made, rows, folds, found
        The plan, its rows, and the blend.
    promises : sequence of ClassPromise
        From :func:`gate_promises`.
    tell : callable
        Told about progress.
    encoder : Encoder, optional
        Reads texts.
    budget : Budget, optional
        When to be done, each gate with an equal part of what is left; one that would not finish is left out as not
        enough evidence, with that reason. Without one, each takes as long as it takes.
    """
    recipe = _recipe(found.candidates)
    if not promises or recipe is None:
        proofs = (unproved_gate(p, _UNASKED, error_rate=_ERROR_RATE) for p in promises)
        return GatesMade(portfolio=found, proofs=tuple(proofs))
    each = _ERROR_RATE / len(promises)
    truth = rows.y_index[found.held_rows]
    is_taken = np.zeros(len(truth), dtype=np.bool_)
    gates, cuts, proofs_made, yes = [], [], [], []
    for i, promise in enumerate(promises):
        seconds_left = _part(budget, len(promises) - i)
        column = rows.label_space.index(promise.class_name)
        tell(f"gate for {promise.class_name}: {recipe.title}")
        asked = replace(rows, y_index=(rows.y_index == column).astype(np.int64), label_space=BINARY_SPACE)
        try:
            if seconds_left() <= 0.0:
                raise OutOfTime("those before it took all the time")
            with one_blas_thread():
                said = cross_fit(
                    recipe, asked, folds, seed=made.seed, n_threads=made.n_threads, seconds_left=seconds_left,
                    n_after=_MORE_FOR_ALL * (len(folds) > 1), encoder=encoder,
                )  # fmt: skip
            proved = prove_gate(
                promise, said.logits[:, :2], truth == column, is_taken, error_rate=each,
                rng=np.random.default_rng(made.seed),
            )  # fmt: skip
        except OutOfTime as late:
            tell(f"gate for {promise.class_name}: no time, {late}")
            proofs_made.append(unproved_gate(promise, f"not enough evidence: no time ({late})", error_rate=each))
            continue
        except DataError:  # a fold without the class, or without any other
            few = f"{int((truth == column).sum())} rows of the class are too few for folds with it and without it"
            proofs_made.append(unproved_gate(promise, few, error_rate=each))
            continue
        proofs_made.append(proved.proof)
        if proved.proof.threshold is None:
            continue
        how = How(seed=made.seed, n_threads=made.n_threads, should_stop=_is_over(seconds_left), encoder=encoder)
        with one_blas_thread():
            model = said.models[0] if len(folds) == 1 else fit_one(recipe, asked, how)
        assert not isinstance(model.scorer, FrameScorer)
        gates.append(
            Gate(class_index=column, featuriser=model.featuriser, scorer=model.scorer, calibrator=proved.calibrator)
        )
        cuts.append(ClassCut(class_index=column, at=proved.proof.threshold))
        yes.append(proved.yes)
        is_taken |= proved.yes >= proved.proof.threshold
    if not gates:
        return GatesMade(portfolio=found, proofs=tuple(proofs_made))
    model_with = replace(found.model, gates=tuple(gates))
    held = replace(found.held_proba, gates=np.stack(yes, axis=1))
    return GatesMade(
        portfolio=replace(found, model=model_with, held_proba=held), cuts=tuple(cuts), proofs=tuple(proofs_made)
    )


def _part(budget: Budget | None, n_gates: int) -> Callable[[], float]:
    """Seconds left of an equal part of what is left now."""
    if budget is None:
        return lambda: float("inf")
    own = replace(budget, ends_s=budget.clock_s() + budget.left_s() / n_gates)
    return own.left_s


def _is_over(seconds_left: Callable[[], float]) -> Callable[[], bool]:
    return lambda: seconds_left() <= 0.0


def _recipe(candidates: Sequence[Candidate]) -> Recipe | None:
    """The recipe with the largest weight that can be asked in binary questions, as it is without a frame."""
    able = [c for c in candidates if c.weight and c.recipe.family not in WHOLE]
    if not able:
        return None
    best = max(able, key=lambda c: c.weight).recipe
    return replace(best, params=tuple(pair for pair in best.params if pair[0] != "frame"))
