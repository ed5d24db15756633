"""Columns of any kind as a matrix of numbers, for estimators that want one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from classward.api.checked import checked_rows
from classward.api.feature_names import feature_names
from classward.api.inputs import columns_for, frame_of, is_texts, schema_of
from classward.domain import InputSchema
from classward.errors import UsageError, nearest
from classward.estimators import fit_featuriser, fit_ordinal_featuriser, fit_smooth_featuriser
from classward.inference import Columns, Featuriser

__all__ = ["TableFeaturiser"]

_WAYS: Mapping[str, Callable[[InputSchema, Columns, int], Featuriser]] = MappingProxyType(
    {"indicators": fit_featuriser, "codes": fit_ordinal_featuriser, "smooth": fit_smooth_featuriser}
)


class TableFeaturiser(TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Turn numbers, categories, true/false, dates and texts into features, as the portfolio does.

    For pipelines with any estimator. :class:`classward.Classifier` needs none: it takes such columns as they are.

    Parameters
    ----------
    how : str, default="indicators"
        ``indicators``: a column per category and TF-IDF of texts, for linear models; a missing number stays NaN.
        ``codes``: one code per category, for trees; texts are left out, a missing value stays NaN. ``smooth``: normal
        scores of ranks and indicators without gaps, for kernels, neighbours and networks; texts are left out.
    sparse_output : bool, default=False
        Give a CSR matrix: for many categories, and for texts.

    Attributes
    ----------
    schema_ : classward.domain.InputSchema
        What each column was taken for.
    featuriser_ : classward.inference.Featuriser
        What does the work; needs NumPy alone.

    Examples
    --------
    >>> import polars as pl
    >>> table = pl.DataFrame({"size": [1.0, None, 3.0, 2.0], "kind": ["red", "red", "blue", "blue"]})
    >>> featuriser = TableFeaturiser().fit(table)
    >>> [str(name) for name in featuriser.get_feature_names_out()]
    ['size', 'kind=blue', 'kind=red', 'kind=(rare)', 'kind=(missing)']
    """

    def __init__(self, how: str = "indicators", *, sparse_output: bool = False) -> None:
        self.how = how
        self.sparse_output = sparse_output

    def fit(self, X: Any, y: Any = None) -> TableFeaturiser:
        """Learn kinds, categories and vocabularies from rows; ``y`` is not looked at.

        Raises
        ------
        UsageError
            CW228 for a way that does not exist.
        DataError
            CW230 if no column holds a value to learn from.
        """
        if self.how not in _WAYS:
            raise UsageError(
                "CW228",
                f"features cannot be made by {self.how!r}{nearest(self.how, _WAYS)}",
                fix=f"use {', '.join(_WAYS)}",
            )
        table = frame_of(checked_rows(self, X, reset=True))
        self.schema_ = schema_of(table, is_text=is_texts(X))
        kept = (f for f in self.schema_.features if f.kind != "text" or self.how == "indicators")
        used = InputSchema(features=tuple(kept))
        self.featuriser_ = _WAYS[self.how](used, columns_for(table, used), table.height)
        return self

    def transform(self, X: Any) -> Any:
        """Features of shape (n_samples, n_features_out), float32; a CSR matrix if that was asked for."""
        check_is_fitted(self, "featuriser_")
        table = frame_of(checked_rows(self, X, reset=False))
        made = self.featuriser_.transform(columns_for(table, self.schema_), table.height)
        if not self.sparse_output:
            return made.rows(0, made.n)
        right = sp.csr_matrix(
            (made.sparse.data, made.sparse.indices, made.sparse.indptr), shape=(made.n, made.sparse.n_columns)
        )
        return sp.hstack([sp.csr_matrix(made.dense), right], format="csr")

    def get_feature_names_out(self, input_features: Any = None) -> NDArray[np.object_]:
        """Names such as ``size``, ``kind=red``, ``opened: month`` and ``subject: refund``.

        Raises
        ------
        ValueError
            If ``input_features`` are not the columns of ``fit``.
        """
        check_is_fitted(self, "featuriser_")
        own = list(getattr(self, "feature_names_in_", [f.name for f in self.schema_.features]))
        if input_features is not None and list(input_features) != own:
            raise ValueError(f"input_features is not equal to feature_names_in_: {len(input_features)} names given")
        return np.array(feature_names(self.featuriser_), dtype=object)

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn may expect."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.transformer_tags.preserves_dtype = []
        return tags
