"""Classward runs multiclass classifiers in production, class by class.

Importing this package loads the standard library only; names below are loaded when first used.

>>> import classward
>>> classward.__version__
'0.1.0'
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classward.api import Classifier, Predictor, TableFeaturiser, Workspace, load

__version__ = "0.1.0"
__all__ = ["Classifier", "Predictor", "TableFeaturiser", "Workspace", "__version__", "load"]


def __getattr__(name: str) -> object:
    if name in {"Classifier", "Predictor", "TableFeaturiser", "Workspace", "load"}:
        from classward import api

        return getattr(api, name)
    raise AttributeError(f"module 'classward' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
