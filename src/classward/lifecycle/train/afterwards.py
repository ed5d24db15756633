"""Seconds that a training run needs after its fits, estimated before them so that they can be kept."""

from __future__ import annotations

from dataclasses import replace

from classward.domain import Plan

__all__ = ["afterwards_s", "with_time_kept"]

# Measured on one core of an ordinary machine. Stages look at a bounded number of rows, unless exactness needs them all:
# hashing the sealed rows, answering them, and figures per class.
_ALWAYS_S = 0.25
_S_PER_SEALED_CELL = 3.0e-6  # sealed row × column: hashed, laid out, featurised, sliced
_S_PER_SEALED_ANSWER = 3.0e-6  # sealed row × class: answered, ranked, resampled
_S_PER_COLUMN = 0.05  # each column alone, and what separates classes, in bounded samples of full size
_FULL_SAMPLE = 20_000
_SHARE_OF_GATE = 0.15
_LEAST_SHARE, _MOST_SHARE = 0.06, 0.5


def afterwards_s(*, n_rows: int, n_sealed: int, n_columns: int, n_classes: int) -> float:
    """Estimate the seconds from the last fit to the registered version: check, evaluation, report, bundle.

    Right within a factor of two or so; texts and images cost more.

    Parameters
    ----------
    n_rows, n_sealed : int
        Rows to develop on, and rows of the sealed fold.
    n_columns, n_classes : int
        Features and classes.

    >>> round(afterwards_s(n_rows=400, n_sealed=100, n_columns=10, n_classes=6), 2)
    0.27
    """
    sealed = n_sealed * (_S_PER_SEALED_CELL * n_columns + _S_PER_SEALED_ANSWER * n_classes)
    return _ALWAYS_S + sealed + _S_PER_COLUMN * n_columns * min(1.0, (n_rows + n_sealed) / _FULL_SAMPLE)


def with_time_kept(made: Plan, *, after_s: float, n_gates: int = 0) -> Plan:
    """Keep seconds back from the fits: ``after_s``, and a share for each class that is looked for first.

    Never less than the plan keeps already, and never more than half of the budget: a model comes before its report.
    """
    share = after_s / made.budget_s if made.budget_s > 0.0 else _MOST_SHARE
    kept = max(_LEAST_SHARE, made.for_blending, share + _SHARE_OF_GATE * n_gates)
    return replace(made, for_blending=min(kept, _MOST_SHARE))
