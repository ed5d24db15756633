"""A recipe's word about rare classes → the rows its family is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from classward.errors import UsageError, nearest
from classward.lifecycle.train.balance.resampling import over_sampled, under_sampled
from classward.lifecycle.train.balance.synthesis import synthesised
from classward.lifecycle.train.balance.weights import declared_weights, effective_weights, inverse_weights, weighted
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["BALANCES", "COPYING", "balance_params", "balanced"]

_Balance = Callable[[LabelledRows, str, np.random.Generator], LabelledRows]


def _inverse(rows: LabelledRows, declared: str, rng: np.random.Generator) -> LabelledRows:
    return weighted(rows, inverse_weights(np.bincount(rows.y_index, minlength=len(rows.label_space))))


def _effective(rows: LabelledRows, declared: str, rng: np.random.Generator) -> LabelledRows:
    return weighted(rows, effective_weights(np.bincount(rows.y_index, minlength=len(rows.label_space))))


def _declared(rows: LabelledRows, declared: str, rng: np.random.Generator) -> LabelledRows:
    return weighted(rows, declared_weights(declared, rows.label_space))


BALANCES: Mapping[str, _Balance] = MappingProxyType(
    {
        "inverse": _inverse,
        "effective": _effective,
        "custom": _declared,
        "over": lambda rows, declared, rng: over_sampled(rows, rng),
        "under": lambda rows, declared, rng: under_sampled(rows, rng),
        "smote": lambda rows, declared, rng: synthesised(rows, rng),
    }
)
"""What a recipe's ``balance`` may be → what it does to the rows a model is fitted on."""

COPYING = frozenset({"over", "smote"})
"""Ways that repeat rows, or make new ones between them."""


def balanced(rows: LabelledRows, balance: str, *, class_weights: str = "", rng: np.random.Generator) -> LabelledRows:
    """Let rare classes count more in a fit.

    For rows that are fitted on and nothing else: calibration and scores need rows as they come.

    Parameters
    ----------
    rows : LabelledRows
        Rows of one fold.
    balance : str
        Empty for rows as they come; weights ``inverse``, ``effective`` or ``custom``; rows ``over``, ``under`` or
        ``smote``.
    class_weights : str
        For ``custom``: JSON object from class to weight.
    rng : numpy Generator
        Draws rows.

    Raises
    ------
    UsageError
        CW348 if there is no such way; CW349 for weights that cannot be used.
    """
    if not balance:
        return rows
    if balance not in BALANCES:
        raise UsageError(
            "CW348",
            f"rare classes cannot be balanced by {balance!r}{nearest(balance, BALANCES)}",
            fix=f"use {', '.join(BALANCES)}",
        )
    return BALANCES[balance](rows, class_weights, rng)


def balance_params(balance: str, class_weights: str = "") -> tuple[tuple[str, str], ...]:
    """Params of a recipe that balances classes; none where nothing is asked.

    Raises
    ------
    UsageError
        CW348 if there is no such way, or weights stand without ``custom``, or ``custom`` without weights.
    """
    if not balance and not class_weights:
        return ()
    if balance not in BALANCES:
        raise UsageError(
            "CW348",
            f"rare classes cannot be balanced by {balance!r}{nearest(balance, BALANCES)}",
            fix=f"use {', '.join(BALANCES)}",
        )
    if (balance == "custom") != bool(class_weights):
        raise UsageError(
            "CW348",
            "weights of classes and 'custom' belong together",
            got=f"balance {balance!r}, weights {class_weights[:100]!r}",
            fix="give --balance custom --class-weights '{\"refund\": 3.0}'",
        )
    return (("balance", balance), *((("class_weights", class_weights),) if class_weights else ()))
