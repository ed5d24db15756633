"""Predictions and late labels become Outcomes."""

from classward.lifecycle.label.check import check_label
from classward.lifecycle.label.lag import LabelLag, LagOf, label_lag
from classward.lifecycle.label.resolve import Resolved, resolve

__all__ = ["LabelLag", "LagOf", "Resolved", "check_label", "label_lag", "resolve"]
