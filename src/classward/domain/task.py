"""What a task promises: target, columns, classes that matter, SLOs and policies."""

from __future__ import annotations

from dataclasses import dataclass, field

from classward.domain.alerts import AlertPolicy
from classward.domain.canonical import LATER, content_hash
from classward.domain.folding import FoldingRule
from classward.domain.gate import GatePolicy
from classward.domain.loop import LoopPolicy
from classward.domain.policy import DecisionPolicy
from classward.domain.rollout import RolloutPolicy

__all__ = ["FEATURE_KINDS", "SLO", "ClassAbout", "DataSource", "Feature", "InputSchema", "Provenance", "Repair", "Task"]

FEATURE_KINDS = ("text", "categorical", "numeric", "boolean", "date", "image", "vector")


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """One input column.

    ``is_required`` features must be present and not null in every request row; others may be missing. Of a vector,
    ``length`` is how many numbers it has, and ``encoder`` names what made it, so that vectors of two encoders never meet
    in one model.
    """

    name: str
    kind: str
    is_required: bool = False
    description: str = ""
    length: int = field(default=0, metadata={LATER: True})
    encoder: str = field(default="", metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSchema:
    """Input columns in the order the model was trained with."""

    features: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in order."""
        return tuple(f.name for f in self.features)

    @property
    def hash(self) -> str:
        """Content hash of the columns."""
        return content_hash(self.features)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """What stands in for a value of one feature that breaks the schema, so that its row is answered all the same.

    ``None`` lets it count as missing. Features without a repair refuse the row. Part of the task, not of the model: it
    can change without training.
    """

    feature: str
    value: str | float | bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SLO:
    """A promise: indicator, class it is about (``None``: all), target, and fewest labels for a verdict.

    ``indicator`` is ``recall`` or ``precision`` (fractions, per class), ``latency_p95_ms`` or ``availability``.
    ``origin`` says where the target comes from: ``declared`` in the task file or ``default`` for a flagged class.
    """

    indicator: str
    class_name: str | None
    target: float
    min_labels: int = 20
    origin: str = "declared"


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """Where rows come from: a file path, or a database URL with a query."""

    location: str
    query: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassAbout:
    """What the task file says of a class beside its name, for labellers, cards and audits."""

    name: str
    definition: str = ""
    guide: str = ""
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()
    owner: str = ""
    parent: str | None = None
    status: str = "active"
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """Where the rows come from and what they may be used for; ``upstream`` names versions of what they were made from."""

    source: str = ""
    owner: str = ""
    licence: str = ""
    consent: str = ""
    upstream: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Everything the task file says, typed and with defaults filled in."""

    name: str
    label: str
    features: tuple[Feature, ...]
    train: DataSource
    test: DataSource | None = None
    owner: str = ""
    sre: str = ""
    id_column: str | None = None
    time_column: str | None = None
    group_column: str | None = None
    critical: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    about: tuple[ClassAbout, ...] = ()
    provenance: Provenance = field(default_factory=Provenance)
    tags: tuple[tuple[str, str], ...] = ()
    repairs: tuple[Repair, ...] = ()
    order: tuple[str, ...] = field(default=(), metadata={LATER: True})
    few_rows: int = field(default=10, metadata={LATER: True})
    folding: FoldingRule | None = field(default=None, metadata={LATER: True})
    private: tuple[tuple[str, str], ...] = field(default=(), metadata={LATER: True})
    slos: tuple[SLO, ...] = ()
    alerts: AlertPolicy = field(default_factory=AlertPolicy)
    decision: DecisionPolicy = field(default_factory=DecisionPolicy)
    gate: GatePolicy = field(default=GatePolicy(), metadata={LATER: True})
    rollout: RolloutPolicy = field(default=RolloutPolicy(), metadata={LATER: True})
    loop: LoopPolicy = field(default=LoopPolicy(), metadata={LATER: True})
    recall_default: float = 0.80
    precision_default: float = 0.80
    window_days: float = 7.0
    label_wait_days: float = 30.0
    test_share: float = 0.20
    calibration_share: float = 0.10
    min_per_class: int = 3
    seed: int = 0
    most_holdout_reads: int = 20

    @property
    def hash(self) -> str:
        """Content hash of the whole contract."""
        return content_hash(self)

    @property
    def names_in_rows(self) -> tuple[str, ...]:
        """Columns whose values are names, never numbers: the label, ids, groups, categories and texts."""
        named = (self.label, self.id_column, self.group_column)
        return (*(n for n in named if n), *(f.name for f in self.features if f.kind in {"categorical", "text"}))

    @property
    def schema(self) -> InputSchema:
        """The input columns as a schema."""
        return InputSchema(features=self.features)
