"""Outcomes become per-class states of the promises, calibration, and summaries that add up."""

from classward.lifecycle.monitor.calibration import production_calibration
from classward.lifecycle.monitor.classes import class_states
from classward.lifecycle.monitor.promises import slo_state
from classward.lifecycle.monitor.summary import confusion_of, merge, summarise

__all__ = ["class_states", "confusion_of", "merge", "production_calibration", "slo_state", "summarise"]
