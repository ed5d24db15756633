"""Estimators of other libraries, brought in by name and frozen into pieces that answer with NumPy."""

from classward.estimators.brought.fit import fit_brought
from classward.estimators.brought.freeze import freezable
from classward.estimators.brought.named import BroughtSettings, brought_by_name, brought_instance

__all__ = ["BroughtSettings", "brought_by_name", "brought_instance", "fit_brought", "freezable"]
