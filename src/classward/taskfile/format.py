"""The file format as typed structures: every key, its default and the reason for it."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from classward.taskfile.chances import CHANCE, PER_ROLLOUT

__all__ = [
    "AboutPart",
    "AlertsPart",
    "ClassesPart",
    "DataPart",
    "DecisionPart",
    "DriftPart",
    "FeaturePart",
    "GatePart",
    "LabelsPart",
    "LoopPart",
    "RolloutPart",
    "SloPart",
    "TaskFile",
    "TaskPart",
]

Fraction = Annotated[float, Meta(gt=0, lt=1, description="A fraction between 0 and 1.")]
Kind = Literal["text", "categorical", "numeric", "boolean", "date", "image", "vector"]
Duration = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)? ?[mhdw]$", description='Such as "90m", "36h", "7d", "2w".')]
Chance = Annotated[str, Meta(pattern=CHANCE, description='Such as "1% chance per year" or "2 per year".')]
Share = Annotated[float, Meta(gt=0, le=1, description="A share: above 0, at most 1.")]
OrNever = Annotated[
    str, Meta(pattern=r"^(never|[0-9]+(\.[0-9]+)? ?[mhdw])$", description='Such as "30d", "1w", or "never".')
]
OrAll = Annotated[str, Meta(pattern=r"^(all|[0-9]+(\.[0-9]+)? ?[mhdw])$", description='Such as "90d", or "all".')]
Seconds = Annotated[str, Meta(pattern=r"^[0-9]+(\.[0-9]+)? ?[smh]$", description='Such as "30s", "5m", "1h".')]
PerRollout = Annotated[str, Meta(pattern=PER_ROLLOUT, description='Such as "1% per rollout".')]
Cost = Annotated[float, Meta(ge=0, description="A cost: 0 or more.")]
FewRows = Annotated[int, Meta(ge=2, description="A number of rows, 2 or more.")]
Name = Annotated[str, Meta(min_length=1, max_length=200)]


def _says(description: str, reason: str = "") -> Meta:
    return Meta(description=description, extra={"reason": reason})


class TaskPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is learned, from which columns, and who answers for it."""

    name: Annotated[Name, _says("Name of the task in commands, addresses and records.")]
    label: Annotated[Name, _says("Column that holds the true class.")]
    owner: Annotated[str, _says("Who answers for the model.", "nobody is assumed")] = ""
    sre: Annotated[str, _says("Who is called when it misbehaves.", "nobody is assumed")] = ""
    id: Annotated[Name | None, _says("Column that names each row.", "ids are made when rows have none")] = None
    time: Annotated[
        Name | None, _says("Column that says when a row happened; splits follow it.", "not every table has times")
    ] = None
    group: Annotated[
        Name | None,
        _says("Column with an entity (customer, patient); splits keep each in one fold.", "not every table has them"),
    ] = None


class DataPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where rows come from and how they are divided."""

    train: Annotated[Name, _says("Labelled rows: a file (relative to this one) or a database URL.")]
    query: Annotated[str, _says("Query, when 'train' is a database URL.", "a file needs none")] = ""
    test: Annotated[Name | None, _says("Your own sealed test rows.", "without them a share of the rows is sealed")] = (
        None
    )
    source: Annotated[str, _says("System or survey that the rows come from.", "only you can know")] = ""
    owner: Annotated[str, _says("Who answers for the rows.", "nobody is assumed")] = ""
    licence: Annotated[str, _says("Licence of the rows.", "only you can know")] = ""
    consent: Annotated[str, _says("What the people behind the rows agreed to.", "only you can know")] = ""
    upstream: Annotated[tuple[str, ...], _says("Versions of what the rows were made from.", "only you can know")] = ()
    test_share: Annotated[
        Fraction, _says("Share of rows sealed for the one final measurement.", "enough to judge most classes")
    ] = 0.20
    calibration_share: Annotated[
        Fraction, _says("Share of rows used to choose and calibrate.", "calibration needs fewer rows than training")
    ] = 0.10
    seed: Annotated[
        int, Meta(ge=0, lt=2**32), _says("Seed of every random choice.", "the same rows, the same model")
    ] = 0
    min_per_class: Annotated[
        int, Meta(ge=1), _says("Classes with fewer rows are not divided: all go to train.", "one row for each fold")
    ] = 3
    most_holdout_reads: Annotated[
        int,
        Meta(ge=1),
        _says(
            "After so many readings of the sealed rows, training wants nested cross-validation or fresh rows.",
            "a choice among twenty looks flatters a little already",
        ),
    ] = 20


class FeaturePart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """One input column, when its kind alone does not say enough."""

    kind: Annotated[Kind, _says("How the column is read.")]
    required: Annotated[
        bool, _says("Whether every request must have a value.", "a missing value is answered and flagged")
    ] = False
    description: Annotated[str, _says("What the column means; shown in the API's description.", "optional")] = ""
    on_bad: Annotated[
        Literal["reject", "missing", "default"],
        _says(
            "What becomes of a row whose value breaks the schema.", "a wrong value should be mended where it is made"
        ),
    ] = "reject"
    default: Annotated[
        str | float | bool | None, _says("The value that stands in, with on_bad = 'default'.", "only you can know")
    ] = None
    length: Annotated[
        int, Meta(ge=0, le=100_000), _says("How many numbers a vector has.", "only vectors have a length")
    ] = 0
    encoder: Annotated[
        str, _says("Name and version of what made the vectors.", "only you can know; others are then refused")
    ] = ""
    log: Annotated[
        Literal["keep", "hash", "drop"],
        _says(
            "What the record log may hold of it: its value, a keyed hash, nothing.", "only you can know what is private"
        ),
    ] = "keep"


class AboutPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What one class is, for labellers, cards and audits."""

    definition: Annotated[str, _says("What the class means.", "names often say enough")] = ""
    guide: Annotated[str, _says("What labellers should know: edge cases, what to prefer.", "optional")] = ""
    examples: Annotated[tuple[str, ...], _says("Rows that belong to the class.", "optional")] = ()
    counterexamples: Annotated[tuple[str, ...], _says("Rows that look like it and belong elsewhere.", "optional")] = ()
    owner: Annotated[str, _says("Who answers for the class.", "nobody is assumed")] = ""
    parent: Annotated[Name | None, _says("Group that the class belongs to.", "not every task has groups")] = None
    status: Annotated[
        Literal["active", "deprecated"], _says("Whether it is still to be used by labellers.", "classes are used")
    ] = "active"
    since: Annotated[
        str,
        Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"),
        _says("Date from which it is used.", "not every class has one"),
    ] = ""


class ClassesPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Classes that matter more than others, and what they mean."""

    critical: Annotated[
        tuple[Name, ...], _says("Classes whose recall is promised: none may be overlooked.", "only you can know")
    ] = ()
    sensitive: Annotated[
        tuple[Name, ...],
        _says("Classes whose precision is promised: none may be claimed wrongly.", "only you can know"),
    ] = ()
    definitions: Annotated[
        dict[str, str],
        _says("What each class means, for labellers and reports.", "names often say enough"),
    ] = msgspec.field(default_factory=dict)
    about: Annotated[
        dict[str, AboutPart], _says("More about a class: a table of its own.", "names often say enough")
    ] = msgspec.field(default_factory=dict)
    order: Annotated[
        tuple[Name, ...],
        _says("All classes from lowest to highest: mistakes then cost their distance.", "most classes have no order"),
    ] = ()
    few: Annotated[
        int,
        Meta(ge=2),
        _says("Classes with fewer rows are called few-shot by 'advise'.", "too few to learn or measure"),
    ] = 10
    fold_below: Annotated[
        FewRows | None, _says("Classes with fewer rows become one.", "no class is hidden unless you say so")
    ] = None
    fold_into: Annotated[Name, _says("What that one class is called.", "a common name for leftovers")] = "other"


class SloPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What is promised, over which window."""

    window: Annotated[Duration, _says("Window over which figures are shown.", "a week holds every weekday")] = "7d"
    recall: Annotated[
        dict[str, Fraction], _says("Lowest recall of a class.", "critical classes get recall_default")
    ] = msgspec.field(default_factory=dict)
    precision: Annotated[
        dict[str, Fraction], _says("Lowest precision of a class.", "sensitive classes get precision_default")
    ] = msgspec.field(default_factory=dict)
    recall_default: Annotated[
        Fraction, _says("Recall of critical classes without their own.", "four of five; raise it when you can")
    ] = 0.80
    precision_default: Annotated[
        Fraction, _says("Precision of sensitive classes without their own.", "four of five; raise it when you can")
    ] = 0.80
    latency_p95_ms: Annotated[
        float, Meta(gt=0), _says("95 of 100 answers leave within this time, in ms.", "feels instant to a person")
    ] = 200.0
    availability: Annotated[
        Fraction, _says("Share of requests that are answered.", "about ten minutes of failure a week")
    ] = 0.999
    min_labels: Annotated[
        int, Meta(ge=1), _says("Fewest labels of a class before a verdict on it.", "fewer say almost nothing")
    ] = 20


class DecisionPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How probabilities become answers."""

    costs: Annotated[
        dict[str, dict[str, Cost]],
        _says("Cost of a mistake, by true class and then by answered class.", "only you can know"),
    ] = msgspec.field(default_factory=dict)
    cost_default: Annotated[Cost, _says("Cost of every other mistake, in the same unit.", "the unit itself")] = 1.0
    abstain_cost: Annotated[
        Cost | None, _says("Cost of leaving a row to a person, in the same unit.", "every row is answered")
    ] = None
    correct_prior: Annotated[
        bool,
        _says("Lean towards rare classes if that is shown to raise macro F1.", "accuracy usually falls with it"),
    ] = False
    keep_promises: Annotated[
        bool,
        _says("Seek thresholds that prove the recall and precision of [slo].", "answers change; ask for it"),
    ] = False
    accuracy: Annotated[
        Fraction | None, _says("Share of answered rows that shall be right; others abstain.", "every row is answered")
    ] = None
    known_accuracy: Annotated[
        Fraction | None,
        _says(
            "Share of rows of your classes that shall still be answered, and answered right, while inputs of no class are "
            "called unknown.",
            "nothing is called unknown",
        ),
    ] = None
    first: Annotated[
        tuple[Name, ...],
        _says(
            "Classes that a binary model looks for before the others are asked, if it is proved to keep their precision.",
            "one model answers for all classes",
        ),
    ] = ()
    set_miss: Annotated[
        Fraction, _says("Share of rows of any class whose prediction set may miss the truth.", "nine of ten hold it")
    ] = 0.10


class LabelsPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How labels arrive."""

    wait: Annotated[
        Duration, _says("How long a label may wait for its prediction to show up.", "longer than most pipelines lag")
    ] = "30d"


class AlertsPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """How often people may be disturbed for nothing."""

    false_pages: Annotated[
        Chance, _says("Chance of any page while every promise is kept.", "nobody should wake up for nothing")
    ] = "1% chance per year"
    most_label_weight: Annotated[
        float,
        Meta(ge=1),
        _says("Largest weight of a label that counts as evidence.", "labels are not chosen; raise it when they are"),
    ] = 1.0
    quiet: Annotated[
        Duration, _says("How long tickets wait after a version went live; pages never do.", "a change is expected then")
    ] = "30m"


class DriftPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """When a change of inputs or answers is worth a ticket."""

    false_tickets: Annotated[
        Chance, _says("Chance of any ticket about drift while nothing changed.", "tickets cost time, too")
    ] = "1% chance per year"
    opening: Annotated[
        Duration, _says("First days of a version that later ones are held against.", "a week holds every weekday")
    ] = "7d"
    least_effect: Annotated[
        float,
        Meta(ge=0, lt=1),
        _says(
            "Smallest difference that is told, as a Hellinger distance.",
            "a mean that moves by 0.06 standard deviations",
        ),
    ] = 0.02


class RolloutPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a candidate has to show before it is live, and at which chance of error."""

    steps: Annotated[
        tuple[Share, ...],
        Meta(min_length=1),
        _says("Shares of traffic of the canary, growing to 1.", "few see a bad one; three looks before everybody does"),
    ] = (0.05, 0.25, 1.0)
    margin: Annotated[
        Fraction, _says("Recall of a class that may be lost at most.", "smaller needs many more labels")
    ] = 0.05
    false_rollback: Annotated[
        PerRollout,
        _says("Chance that a candidate that is no worse is rolled back.", "over all classes and looks together"),
    ] = "1% per rollout"
    false_promotion: Annotated[
        PerRollout, _says("Chance that one that loses the margin passes.", "over all looks together")
    ] = "1% per rollout"
    shadow: Annotated[Duration, _says("Least time in shadow.", "two weeks hold every weekday twice")] = "14d"
    step: Annotated[Duration, _says("Least time at each step of the canary.", "a day has every hour")] = "1d"
    soak: Annotated[Duration, _says("Least time at all traffic before it is over.", "a day has every hour")] = "1d"
    maturity: Annotated[
        Duration,
        _says("Age from which an answer counts towards a promotion.", "set it to when nine of ten labels have come"),
    ] = "1d"
    shadow_share: Annotated[
        Share, _says("Share of requests copied to the other version.", "every pair helps; lower it where copies cost")
    ] = 1.0
    min_rows: Annotated[
        int, Meta(ge=1), _says("Fewest rows of the candidate at each stage.", "fewer show nothing about failures")
    ] = 100
    most_disagreement: Annotated[
        Fraction, _says("Share of rows that may differ before a person is asked.", "a quarter is another model")
    ] = 0.25
    pause_on: Annotated[
        tuple[Literal["quality", "burn", "failures"], ...],
        _says("Rules that pause and ask instead of rolling back.", "a rollback harms less than waiting"),
    ] = ()
    most_rollbacks: Annotated[
        int,
        Meta(ge=1),
        _says("So many in 90 days double the shadow and halve the first step.", "the third is no accident"),
    ] = 3


class GatePart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """What a version has to show on the sealed rows, and in trials, before it may be deployed."""

    required: Annotated[
        bool, _says("Whether a version that has not passed is refused by 'deploy'.", "you may want to look first")
    ] = False
    recall: Annotated[
        dict[str, Fraction], _says("Lowest recall of a class, where [slo] promises another or none.", "[slo] counts")
    ] = msgspec.field(default_factory=dict)
    precision: Annotated[
        dict[str, Fraction], _says("Lowest precision of a class, where [slo] promises another or none.", "[slo] counts")
    ] = msgspec.field(default_factory=dict)
    error_rate: Annotated[
        float,
        Meta(gt=0, le=0.2),
        _says("Chance that a version which breaks a criterion passes it.", "one in twenty is the custom"),
    ] = 0.05
    examples: Annotated[
        str, _says("File with examples that every version must get right.", "only you can know them")
    ] = ""
    slices: Annotated[
        tuple[Name, ...],
        _says("Columns of which no slice may be answered much worse than other rows.", "only you can know"),
    ] = ()
    slice_gap: Annotated[
        Fraction, _says("Accuracy that a slice may lie below the other rows.", "smaller needs many more rows")
    ] = 0.10
    slice_rows: Annotated[
        int, Meta(ge=1), _says("Slices with fewer sealed rows are named, not judged.", "fewer say almost nothing")
    ] = 20
    budget: Annotated[
        Literal["hold", "ignore"],
        _says("What an error budget that is used up means for new versions.", "no risk is taken when none is left"),
    ] = "hold"


class LoopPart(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """When to retrain, and how far to go without a person."""

    autonomy: Annotated[
        Literal["off", "propose", "shadow", "canary", "full"],
        _says("How far the loop goes by itself.", "nothing is trained or released unless you say so"),
    ] = "off"
    schedule: Annotated[
        OrNever,
        _says("Age of the last training that asks for another.", "monthly, besides what drift and promises ask"),
    ] = "30d"
    min_new_labels: Annotated[
        int,
        Meta(ge=1),
        _says("So many labels that no training has seen ask for one; none begins with fewer.", "fewer change little"),
    ] = 200
    cooldown: Annotated[Duration, _says("Least time between two runs.", "a week shows what the last one did")] = "7d"
    budget: Annotated[Seconds, _says("How long a training may take.", "what a laptop does in a coffee break")] = "5m"
    window: Annotated[
        OrAll,
        _says("Only rows of the last so many days are learned from.", "old rows help until they are shown to harm"),
    ] = "all"


class TaskFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """A Classward task: what is learned, from what, and what is promised for each class."""

    task: Annotated[TaskPart, _says("What is learned and who answers for it.")]
    data: Annotated[DataPart, _says("Where rows come from and how they are divided.")]
    features: Annotated[
        dict[str, Kind | FeaturePart],
        Meta(min_length=1),
        _says("Input columns: a kind, or a table with 'kind' and more."),
    ]
    classes: Annotated[ClassesPart, _says("Classes that matter more than others.")] = msgspec.field(
        default_factory=ClassesPart
    )
    slo: Annotated[SloPart, _says("What is promised.")] = msgspec.field(default_factory=SloPart)
    decision: Annotated[DecisionPart, _says("How probabilities become answers.")] = msgspec.field(
        default_factory=DecisionPart
    )
    labels: Annotated[LabelsPart, _says("How labels arrive.")] = msgspec.field(default_factory=LabelsPart)
    tags: Annotated[
        dict[str, Annotated[str, Meta(max_length=500)]],
        _says("Your own names and texts: kept with each version and listed, never read.", "everything else is checked"),
    ] = msgspec.field(default_factory=dict)
    alerts: Annotated[AlertsPart, _says("How often people may be disturbed for nothing.")] = msgspec.field(
        default_factory=AlertsPart
    )
    drift: Annotated[DriftPart, _says("When a change of inputs or answers is worth a ticket.")] = msgspec.field(
        default_factory=DriftPart
    )
    rollout: Annotated[RolloutPart, _says("What a candidate has to show before it is live.")] = msgspec.field(
        default_factory=RolloutPart
    )
    gate: Annotated[GatePart, _says("What a version has to show before it may be deployed.")] = msgspec.field(
        default_factory=GatePart
    )
    loop: Annotated[LoopPart, _says("When to retrain, and how far to go without a person.")] = msgspec.field(
        default_factory=LoopPart
    )
