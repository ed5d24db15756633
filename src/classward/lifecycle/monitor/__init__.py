"""Outcomes become per-class states of the promises, calibration, evidence that raises alerts, and summaries that add up."""

from classward.lifecycle.monitor.alarms import Due, alert_for, alerts_due, open_alerts, settled
from classward.lifecycle.monitor.budgets import error_budgets
from classward.lifecycle.monitor.calibration import production_calibration
from classward.lifecycle.monitor.classes import class_states
from classward.lifecycle.monitor.evidence import Truths, begun_afresh, fresh_state, taken_in
from classward.lifecycle.monitor.promises import slo_state
from classward.lifecycle.monitor.streams import streams_of
from classward.lifecycle.monitor.summary import confusion_of, merge, summarise

__all__ = [
    "Due",
    "Truths",
    "alert_for",
    "alerts_due",
    "begun_afresh",
    "class_states",
    "confusion_of",
    "error_budgets",
    "fresh_state",
    "merge",
    "open_alerts",
    "production_calibration",
    "settled",
    "slo_state",
    "streams_of",
    "summarise",
    "taken_in",
]
