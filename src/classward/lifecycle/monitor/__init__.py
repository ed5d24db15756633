"""Outcomes become per-class states of the promises."""

from classward.lifecycle.monitor.classes import class_states, confusion_of
from classward.lifecycle.monitor.promises import slo_state

__all__ = ["class_states", "confusion_of", "slo_state"]
