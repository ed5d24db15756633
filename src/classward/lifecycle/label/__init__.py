"""Predictions and late labels become Outcomes."""

from classward.lifecycle.label.check import check_label
from classward.lifecycle.label.resolve import LabelLag, Resolved, label_lag, resolve

__all__ = ["LabelLag", "Resolved", "check_label", "label_lag", "resolve"]
