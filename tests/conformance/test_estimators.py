"""Public estimators pass scikit-learn's own checks; what is expected to fail is written down, and does fail."""

from __future__ import annotations

from typing import Any

import pytest
from sklearn.utils.estimator_checks import check_estimator

import classward.estimators as estimators
from classward.conformance.estimators import EXPECTED_FAILURES, expected_failures, public_estimators


def test_every_public_class_is_checked() -> None:
    public = {getattr(estimators, name) for name in estimators.__all__}
    classes = {kind for kind in public if isinstance(kind, type) and hasattr(kind, "get_params")}
    assert len(classes) > 6
    assert classes <= {type(estimator) for estimator in public_estimators()}
    assert set(EXPECTED_FAILURES) <= classes


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::RuntimeWarning", "ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize("estimator", public_estimators(), ids=lambda e: type(e).__name__)
def test_scikit_learns_own_checks(estimator: Any) -> None:
    expected = expected_failures(estimator)
    assert all(len(reason.split()) > 5 for reason in expected.values())
    done = check_estimator(estimator, expected_failed_checks=expected, on_skip=None)
    assert {check["check_name"] for check in done if check["status"] == "xfail"} == set(expected)
    takes_matrices = estimator.__sklearn_tags__().input_tags.two_d_array
    assert len(done) > (40 if takes_matrices else 0)  # scikit-learn has one check only for estimators of texts
