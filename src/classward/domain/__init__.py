"""The nouns that flow through Classward: frozen, deeply immutable, standard library only."""

from classward.domain.canonical import canonical_json, content_hash, format_time, parse_time, to_plain
from classward.domain.dataset import ColumnProfile, Dataset, FoldInfo, Split
from classward.domain.decision import ClassState, Comparison, Decision, PairedCounts, SloState, Summary, Window
from classward.domain.decision_proof import (
    PROMISES,
    ClassPromise,
    PriorChoice,
    SetClass,
    SetCoverage,
    SetsChoice,
    ThresholdProof,
    ThresholdsChoice,
)
from classward.domain.decision_rule import SET_SCORES, ClassCut, Costs, DecisionRule, PairCost, PriorCorrection, SetRule
from classward.domain.event import EVENT_KINDS, GENESIS_HASH, Event, EventDraft, JournalHead
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
from classward.domain.selective import AbstentionChoice, AbstentionValue, RiskCoverage, RiskPoint
from classward.domain.task import FEATURE_KINDS, SLO, DataSource, Feature, InputSchema, Task
from classward.domain.version import Deployment, ModelVersion, Route

__all__ = [
    "EVENT_KINDS",
    "FEATURE_KINDS",
    "GENESIS_HASH",
    "PROMISES",
    "SET_SCORES",
    "SLO",
    "AbstentionChoice",
    "AbstentionValue",
    "Baseline",
    "CalibrationReport",
    "Candidate",
    "ClassCut",
    "ClassDef",
    "ClassPromise",
    "ClassReport",
    "ClassState",
    "ColumnProfile",
    "Comparison",
    "ConfusedPair",
    "Costs",
    "DataSource",
    "Dataset",
    "Decision",
    "DecisionRule",
    "Deployment",
    "Event",
    "EventDraft",
    "Feature",
    "FoldInfo",
    "InputSchema",
    "Interval",
    "JournalHead",
    "Label",
    "LabelSpace",
    "Measure",
    "ModelVersion",
    "Outcome",
    "PairCost",
    "PairedCounts",
    "Plan",
    "Prediction",
    "PriorChoice",
    "PriorCorrection",
    "QuarantinedLabel",
    "Recipe",
    "ReliabilityBin",
    "Report",
    "RiskCoverage",
    "RiskPoint",
    "Route",
    "SetClass",
    "SetCoverage",
    "SetRule",
    "SetsChoice",
    "SloState",
    "Split",
    "Summary",
    "Task",
    "ThresholdProof",
    "ThresholdsChoice",
    "Window",
    "canonical_json",
    "content_hash",
    "format_time",
    "parse_time",
    "to_plain",
]
