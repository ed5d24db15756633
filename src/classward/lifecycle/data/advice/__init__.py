"""Recommendation: what kind of problem the rows describe, how to treat it, and what to collect."""

from classward.lifecycle.data.advice.agreement import Agreement, agreement
from classward.lifecycle.data.advice.collection import needs_of
from classward.lifecycle.data.advice.facts import LabelFacts, facts_of
from classward.lifecycle.data.advice.learning_curve import expected_recall
from classward.lifecycle.data.advice.rules import advise

__all__ = ["Agreement", "LabelFacts", "advise", "agreement", "expected_recall", "facts_of", "needs_of"]
