"""The public face: names are loaded when first used, so that importing one does not load what the others need."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from classward.api.classifier import Classifier
    from classward.api.featuriser import TableFeaturiser
    from classward.api.predictor import Predictor, load
    from classward.api.workspace import ReportView, Workspace

__all__ = ["Classifier", "Predictor", "ReportView", "TableFeaturiser", "Workspace", "load"]

_HOME = {
    "Classifier": "classifier",
    "Predictor": "predictor",
    "ReportView": "views",
    "TableFeaturiser": "featuriser",
    "Workspace": "workspace",
    "load": "predictor",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        if name == "Classifier":
            os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads slow a busy machine down many times
        return getattr(import_module(f"classward.api.{_HOME[name]}"), name)
    raise AttributeError(f"module 'classward.api' has no attribute {name!r}")
