"""The nouns that flow through Classward: frozen, deeply immutable, standard library only."""

from classward.domain.alerts import Alert, AlertPolicy, DriftSignal, Stream, StreamState, WaitingLabel, WatchMemory
from classward.domain.analysis import Advice, Analysis, ClassFigures, ClassMap, MapPoint
from classward.domain.answers import AnswerReport, BinaryFigure, ClassAnswers, GateFigures, LevelFigures, OrderFigures
from classward.domain.budget import BurnRule, BurnState, ErrorBudget
from classward.domain.calibration import CalibrationReport, ClassCalibration, ReliabilityBin, is_uncalibrated
from classward.domain.canonical import LATER, canonical_json, content_hash, format_time, parse_time, to_plain
from classward.domain.confusions import PairAnalysis, Separator, TermEffect
from classward.domain.cross_validation import ClassSpread, CrossValidation, RoundResult
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
from classward.domain.diagnosis import Diagnosis
from classward.domain.event import EVENT_KINDS, GENESIS_HASH, Event, EventDraft, JournalHead
from classward.domain.explanation import Attribution, AttributionChange, ClassAttributions, Contribution, Explanation
from classward.domain.finding import Finding
from classward.domain.folding import FoldedClasses, FoldingRule
from classward.domain.label_space import ClassDef, LabelSpace
from classward.domain.labelling import LabelNeed, LabelQueue, QueueGain, QueueItem
from classward.domain.measure import Interval, Measure
from classward.domain.notice import Notice
from classward.domain.paired import Flip, MetricChange, PairChange, PairedReport, SliceChange
from classward.domain.policy import DecisionPolicy
from classward.domain.prediction import ABSTAINED, Label, Outcome, Prediction, QuarantinedLabel
from classward.domain.recipe import Candidate, Plan, Recipe
from classward.domain.recommendation import ClassNeed, Recommendation
from classward.domain.report import (
    Baseline,
    ClassReport,
    ConfusedPair,
    Report,
)
from classward.domain.row_names import MAX_NAME, fault_of_name
from classward.domain.selective import AbstentionChoice, AbstentionValue, RiskCoverage, RiskPoint
from classward.domain.slices import Slice, SliceCell, SliceTable
from classward.domain.summaries import (
    AnswerReference,
    BucketKey,
    ClassEstimate,
    DayBucket,
    DayExpectation,
    EstimateRecord,
    FeatureCounts,
    FeatureReference,
    KeptBuckets,
    Reference,
)
from classward.domain.task import (
    FEATURE_KINDS,
    SLO,
    ClassAbout,
    DataSource,
    Feature,
    InputSchema,
    Provenance,
    Repair,
    Task,
)
from classward.domain.version import Deployment, ModelVersion, Route

__all__ = [
    "ABSTAINED",
    "EVENT_KINDS",
    "FEATURE_KINDS",
    "GENESIS_HASH",
    "LATER",
    "MAX_NAME",
    "PROMISES",
    "SET_SCORES",
    "SLO",
    "AbstentionChoice",
    "AbstentionValue",
    "Advice",
    "Alert",
    "AlertPolicy",
    "Analysis",
    "AnswerReference",
    "AnswerReport",
    "Attribution",
    "AttributionChange",
    "Baseline",
    "BinaryFigure",
    "BucketKey",
    "BurnRule",
    "BurnState",
    "CalibrationReport",
    "Candidate",
    "ClassAbout",
    "ClassAnswers",
    "ClassAttributions",
    "ClassCalibration",
    "ClassCut",
    "ClassDef",
    "ClassEstimate",
    "ClassFigures",
    "ClassMap",
    "ClassNeed",
    "ClassPromise",
    "ClassReport",
    "ClassSpread",
    "ClassState",
    "ColumnProfile",
    "Comparison",
    "ConfusedPair",
    "Contribution",
    "Costs",
    "CrossValidation",
    "DataSource",
    "Dataset",
    "DayBucket",
    "DayExpectation",
    "Decision",
    "DecisionPolicy",
    "DecisionRule",
    "Deployment",
    "Diagnosis",
    "DriftSignal",
    "ErrorBudget",
    "EstimateRecord",
    "Event",
    "EventDraft",
    "Explanation",
    "Feature",
    "FeatureCounts",
    "FeatureReference",
    "Finding",
    "Flip",
    "FoldInfo",
    "FoldedClasses",
    "FoldingRule",
    "GateFigures",
    "InputSchema",
    "Interval",
    "JournalHead",
    "KeptBuckets",
    "Label",
    "LabelNeed",
    "LabelQueue",
    "LabelSpace",
    "LevelFigures",
    "MapPoint",
    "Measure",
    "MetricChange",
    "ModelVersion",
    "Notice",
    "OrderFigures",
    "Outcome",
    "PairAnalysis",
    "PairChange",
    "PairCost",
    "PairedCounts",
    "PairedReport",
    "Plan",
    "Prediction",
    "PriorChoice",
    "PriorCorrection",
    "Provenance",
    "QuarantinedLabel",
    "QueueGain",
    "QueueItem",
    "Recipe",
    "Recommendation",
    "Reference",
    "ReliabilityBin",
    "Repair",
    "Report",
    "RiskCoverage",
    "RiskPoint",
    "RoundResult",
    "Route",
    "Separator",
    "SetClass",
    "SetCoverage",
    "SetRule",
    "SetsChoice",
    "Slice",
    "SliceCell",
    "SliceChange",
    "SliceTable",
    "SloState",
    "Split",
    "Stream",
    "StreamState",
    "Summary",
    "Task",
    "TermEffect",
    "ThresholdProof",
    "ThresholdsChoice",
    "WaitingLabel",
    "WatchMemory",
    "Window",
    "canonical_json",
    "content_hash",
    "fault_of_name",
    "format_time",
    "is_uncalibrated",
    "parse_time",
    "to_plain",
]
