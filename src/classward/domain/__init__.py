"""The nouns that flow through Classward: frozen, deeply immutable, standard library only."""

from classward.domain.advice import Advice, ClassNeed
from classward.domain.canonical import canonical_json, content_hash, format_time, parse_time, to_plain
from classward.domain.dataset import ColumnProfile, Dataset, FoldInfo, Split
from classward.domain.decision import ClassState, Comparison, Decision, PairedCounts, SloState, Summary, Window
from classward.domain.event import EVENT_KINDS, GENESIS_HASH, Event, EventDraft, JournalHead
from classward.domain.finding import Finding
from classward.domain.folding import FoldedClasses, FoldingRule
from classward.domain.label_space import ClassDef, LabelSpace
from classward.domain.prediction import Label, Outcome, Prediction, QuarantinedLabel
from classward.domain.recipe import Candidate, Plan, Recipe
from classward.domain.report import (
    Baseline,
    CalibrationReport,
    ClassReport,
    ConfusedPair,
    Interval,
    Measure,
    ReliabilityBin,
    Report,
)
from classward.domain.task import FEATURE_KINDS, SLO, DataSource, Feature, InputSchema, Task
from classward.domain.version import Deployment, ModelVersion, Route

__all__ = [
    "EVENT_KINDS",
    "FEATURE_KINDS",
    "GENESIS_HASH",
    "SLO",
    "Advice",
    "Baseline",
    "CalibrationReport",
    "Candidate",
    "ClassDef",
    "ClassNeed",
    "ClassReport",
    "ClassState",
    "ColumnProfile",
    "Comparison",
    "ConfusedPair",
    "DataSource",
    "Dataset",
    "Decision",
    "Deployment",
    "Event",
    "EventDraft",
    "Feature",
    "Finding",
    "FoldInfo",
    "FoldedClasses",
    "FoldingRule",
    "InputSchema",
    "Interval",
    "JournalHead",
    "Label",
    "LabelSpace",
    "Measure",
    "ModelVersion",
    "Outcome",
    "PairedCounts",
    "Plan",
    "Prediction",
    "QuarantinedLabel",
    "Recipe",
    "ReliabilityBin",
    "Report",
    "Route",
    "SloState",
    "Split",
    "Summary",
    "Task",
    "Window",
    "canonical_json",
    "content_hash",
    "format_time",
    "parse_time",
    "to_plain",
]
