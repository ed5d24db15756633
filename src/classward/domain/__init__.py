"""The nouns that flow through Classward: frozen, deeply immutable, standard library only."""

from classward.domain.analysis import Advice, Analysis, CandidateLine, ClassFigures, ClassMap, MapPoint, PairedReport
from classward.domain.canonical import canonical_json, content_hash, format_time, parse_time, to_plain
from classward.domain.confusions import PairAnalysis, Separator, TermEffect
from classward.domain.dataset import ColumnProfile, Dataset, FoldInfo, Split
from classward.domain.decision import ClassState, Comparison, Decision, PairedCounts, SloState, Summary, Window
from classward.domain.event import EVENT_KINDS, GENESIS_HASH, Event, EventDraft, JournalHead
from classward.domain.explanation import AttributionChange, ClassAttributions, Contribution, Explanation
from classward.domain.label_space import ClassDef, LabelSpace
from classward.domain.measure import Interval, Measure
from classward.domain.prediction import Label, Outcome, Prediction, QuarantinedLabel
from classward.domain.recipe import Candidate, Plan, Recipe
from classward.domain.report import (
    Baseline,
    CalibrationReport,
    ClassReport,
    ConfusedPair,
    ReliabilityBin,
    Report,
)
from classward.domain.slices import Slice, SliceCell, SliceTable
from classward.domain.task import FEATURE_KINDS, SLO, DataSource, Feature, InputSchema, Task
from classward.domain.version import Deployment, ModelVersion, Route

__all__ = [
    "EVENT_KINDS",
    "FEATURE_KINDS",
    "GENESIS_HASH",
    "SLO",
    "Advice",
    "Analysis",
    "AttributionChange",
    "Baseline",
    "CalibrationReport",
    "Candidate",
    "CandidateLine",
    "ClassAttributions",
    "ClassDef",
    "ClassFigures",
    "ClassMap",
    "ClassReport",
    "ClassState",
    "ColumnProfile",
    "Comparison",
    "ConfusedPair",
    "Contribution",
    "DataSource",
    "Dataset",
    "Decision",
    "Deployment",
    "Event",
    "EventDraft",
    "Explanation",
    "Feature",
    "FoldInfo",
    "InputSchema",
    "Interval",
    "JournalHead",
    "Label",
    "LabelSpace",
    "MapPoint",
    "Measure",
    "ModelVersion",
    "Outcome",
    "PairAnalysis",
    "PairedCounts",
    "PairedReport",
    "Plan",
    "Prediction",
    "QuarantinedLabel",
    "Recipe",
    "ReliabilityBin",
    "Report",
    "Route",
    "Separator",
    "Slice",
    "SliceCell",
    "SliceTable",
    "SloState",
    "Split",
    "Summary",
    "Task",
    "TermEffect",
    "Window",
    "canonical_json",
    "content_hash",
    "format_time",
    "parse_time",
    "to_plain",
]
