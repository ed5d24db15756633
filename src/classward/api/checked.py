"""What estimators take as rows, checked in scikit-learn's way."""

from __future__ import annotations

from typing import Any

from sklearn.utils.validation import _check_feature_names, _check_n_features, check_array

from classward.api.inputs import is_frame, is_images, is_texts
from classward.errors import NotMulticlass, WrongType

__all__ = ["checked_rows"]


def checked_rows(estimator: Any, X: Any, *, reset: bool) -> Any:
    """Refuse what has no rows and columns; hold its columns against those of ``fit``, or note them (``reset``).

    Raises
    ------
    WrongType
        CW252 for a sparse matrix.
    NotMulticlass
        CW201 without a row.
    ValueError
        For other columns than in ``fit``, infinite numbers, and arrays of other than two dimensions.
    """
    is_one_column = is_texts(X) or is_images(X)
    if not (is_frame(X) or is_one_column):
        if hasattr(X, "toarray"):
            raise WrongType(
                "CW252",
                "a sparse matrix cannot be read here",
                got="sparse X; dense data is required",
                fix="pass X.toarray(), or the columns it was made from: text and categories are taken as they are",
            )
        X = check_array(X, dtype=None, ensure_all_finite="allow-nan", estimator=estimator, input_name="X")
    elif not len(X):
        raise NotMulticlass("CW201", "there are no rows", got="0 sample(s) (a minimum of 1 is required)")
    if is_frame(X) or not is_one_column:
        _check_feature_names(estimator, X, reset=reset)
        _check_n_features(estimator, X, reset=reset)
    elif reset:
        estimator.n_features_in_ = 1
    return X
