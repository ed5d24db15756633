"""Prove from which probability on a binary model may answer for one class before the others are asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import ClassPromise, ThresholdProof
from classward.inference import Calibrator
from classward.lifecycle.calibrate.choose import calibrate
from classward.lifecycle.calibrate.tested import prove_share
from classward.statistics import measured_exact, rows_needed

__all__ = ["ProvedGate", "prove_gate", "unproved_gate"]

_LEAST = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvedGate:
    """What rows say of a gate: its proof, its calibrator, and ``yes`` (n,), cross-fitted probabilities of those rows."""

    proof: ThresholdProof
    calibrator: Calibrator
    yes: NDArray[np.float64]


def prove_gate(
    promise: ClassPromise,
    logits: NDArray[np.float64],
    is_yes: NDArray[np.bool_],
    is_taken: NDArray[np.bool_],
    *,
    error_rate: float,
    rng: np.random.Generator,
) -> ProvedGate:
    """Find the lowest probability, not below one half, from which on ``target`` of a gate's answers are right.

    Parameters
    ----------
    promise : ClassPromise
        Precision of the class.
    logits : float array of shape (n, 2)
        "No" and "yes" of rows that the binary model did not see.
    is_yes, is_taken : bool arrays of shape (n,)
        Rows of the class, and rows that earlier gates answer.
    error_rate : float
        Chance that the proof is wrong, for rows like these.
    rng : numpy Generator
        Deals the rows for the calibrator.

    Raises
    ------
    TooFewLabels
        CW206 if there is nothing to calibrate on.
    """
    found = calibrate(logits, is_yes.astype(np.int64), rng=rng)
    yes = found.proba[:, 1]
    asked = (yes >= _LEAST) & ~is_taken
    tested = prove_share(yes[asked], is_yes[asked], target=promise.target, error_rate=error_rate)
    name = f"gate for {promise.class_name}: precision >= {promise.target:g}"
    at = max(tested.at, _LEAST)
    proof = ThresholdProof(
        promise=promise, state=tested.state, threshold=at if tested.is_proved else None,
        figure=measured_exact(tested.k, tested.n), bound=promise.target if tested.is_proved else 0.0,
        n_needed=tested.n_needed, error_rate=error_rate,
        remark=f"{name} holds from {at:g} on ({tested.k} of {tested.n} answers right; {int(is_yes.sum())} rows of the class)"
        if tested.is_proved
        else f"{name}: left out, {tested.shortfall('answers')}",
    )  # fmt: skip
    return ProvedGate(proof=proof, calibrator=found.calibrator, yes=yes)


def unproved_gate(promise: ClassPromise, why: str, *, error_rate: float) -> ThresholdProof:
    """Say why there is no binary model of a class that could be proved."""
    needed = rows_needed(promise.target, error_rate)
    return ThresholdProof(
        promise=promise, state="not enough evidence", threshold=None, figure=measured_exact(0, 0), bound=0.0,
        n_needed=needed, error_rate=error_rate,
        remark=f"gate for {promise.class_name}: left out, {why}",
    )  # fmt: skip
