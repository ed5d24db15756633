"""Public estimators pass scikit-learn's own checks; what is expected to fail is written down, and does fail."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import estimator_checks_generator

import classward.estimators as estimators
from classward.conformance.estimators import EXPECTED_FAILURES, expected_failures, public_estimators

CHECKS = [
    pytest.param(estimator, check, id=f"{type(estimator).__name__}{i}-{check.func.__name__}")
    for i, one in enumerate(public_estimators())
    for estimator, check in estimator_checks_generator(one, legacy=True)
]


def test_every_public_class_is_checked() -> None:
    public = {getattr(estimators, name) for name in estimators.__all__}
    classes = {kind for kind in public if isinstance(kind, type) and hasattr(kind, "get_params")}
    assert classes <= {type(estimator) for estimator in public_estimators()}
    assert set(EXPECTED_FAILURES) <= classes


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize(("estimator", "check"), CHECKS)
def test_scikit_learns_own_checks(estimator: Any, check: Any) -> None:
    reason = expected_failures(estimator).get(check.func.__name__)
    if reason is None:
        check(estimator)
        return
    assert len(reason.split()) > 5
    with pytest.raises(AssertionError):
        check(estimator)
