"""Outcomes become per-class states of the promises, calibration, evidence that raises alerts, and summaries that add up."""

from classward.lifecycle.monitor.alarms import Due, alert_for, alerts_due, settled
from classward.lifecycle.monitor.buckets import bucket_of, grown, with_labels
from classward.lifecycle.monitor.budgets import error_budgets
from classward.lifecycle.monitor.calibration import production_calibration
from classward.lifecycle.monitor.classes import class_states, unknown_share
from classward.lifecycle.monitor.drift import drift_signals
from classward.lifecycle.monitor.drift_tickets import TicketDue, stakes_over, ticket_for, tickets_due
from classward.lifecycle.monitor.estimates import class_estimates
from classward.lifecycle.monitor.evidence import Truths, begun_afresh, fresh_state, taken_in
from classward.lifecycle.monitor.expectations import expected_of
from classward.lifecycle.monitor.label_bias import delay_of_wrong
from classward.lifecycle.monitor.notices import notices_due
from classward.lifecycle.monitor.promises import slo_state
from classward.lifecycle.monitor.reference import answer_reference, make_reference
from classward.lifecycle.monitor.streams import streams_of
from classward.lifecycle.monitor.summary import confusion_of, merge, summarise

__all__ = [
    "Due",
    "TicketDue",
    "Truths",
    "alert_for",
    "alerts_due",
    "answer_reference",
    "begun_afresh",
    "bucket_of",
    "class_estimates",
    "class_states",
    "confusion_of",
    "delay_of_wrong",
    "drift_signals",
    "error_budgets",
    "expected_of",
    "fresh_state",
    "grown",
    "make_reference",
    "merge",
    "notices_due",
    "production_calibration",
    "settled",
    "slo_state",
    "stakes_over",
    "streams_of",
    "summarise",
    "taken_in",
    "ticket_for",
    "tickets_due",
    "unknown_share",
    "with_labels",
]
