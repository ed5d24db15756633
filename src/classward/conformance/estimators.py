"""Every public estimator, small enough to be checked, and which of scikit-learn's checks it is not meant to pass, and why."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from sklearn.naive_bayes import GaussianNB

from classward import TableFeaturiser
from classward.estimators import BoostedTrees, Calibrated, Forest, Kernel, Linear, LinearText, Network

__all__ = ["EXPECTED_FAILURES", "expected_failures", "public_estimators"]

_WEIGHTS = "check_sample_weight_equivalence_on_dense_data"

EXPECTED_FAILURES: Mapping[type[Any], Mapping[str, str]] = MappingProxyType(
    {
        Linear: {
            _WEIGHTS: "columns are standardised by rows, whatever these weigh, so that a bundle's scale is that of its data"
        },
        Forest: {
            _WEIGHTS: "the fewest rows of a leaf are counted as rows, and which cuts are drawn depends on all rows"
        },
        BoostedTrees: {
            _WEIGHTS: "an inner fold of the rows says when to stop, and a repeated row may be on both sides"
        },
        Kernel: {_WEIGHTS: "ranks and the width of the kernel count rows, whatever these weigh"},
        Network: {_WEIGHTS: "rows are dealt into batches and an inner fold; a repeated row may be in several"},
    }
)
"""Class → name of a check of scikit-learn → why it is expected to fail."""


def public_estimators() -> tuple[Any, ...]:
    """One estimator of each kind, with settings that a check of seconds can afford.

    >>> len(public_estimators()) > 10
    True
    """
    return (
        Linear(),
        Linear("svc"),
        LinearText(),
        BoostedTrees(40),
        Forest(20),
        Kernel(),
        Network(16, 8, epochs=20),
        Calibrated(),
        Calibrated(GaussianNB(), method="matrix"),
        Calibrated(Forest(10), method="vector", cv=2),
        TableFeaturiser(),
        TableFeaturiser("codes"),
        TableFeaturiser("smooth"),
    )


def expected_failures(estimator: Any) -> dict[str, str]:
    """Names of checks an estimator is not meant to pass, each with its reason, as scikit-learn wants them."""
    return dict(EXPECTED_FAILURES.get(type(estimator), {}))
