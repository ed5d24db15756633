"""What ``classward effects`` can compare: names, what they do, and which belong to one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from classward.errors import UsageError, nearest
from classward.lifecycle.train import FRAMES as TRAINED_FRAMES
from classward.lifecycle.train import NOISES, ROBUST_LOSS, Treatment

__all__ = ["DECISIONS", "FRAMES", "OPTIONS", "PAIRS", "TOPICS", "named_options", "treatment_named"]

DECISIONS: Mapping[str, float] = MappingProxyType({"adjusted": 1.0, "half-adjusted": 0.5})
"""Options that change decisions alone → the exponent of the class share."""

PAIRS = "one-vs-one"
FRAMES = (*TRAINED_FRAMES, PAIRS)
"""Options that ask many binary questions."""

_TREATMENTS: Mapping[str, Treatment] = MappingProxyType(
    {
        "inverse": Treatment(balance="inverse"),
        "effective": Treatment(balance="effective"),
        "over": Treatment(balance="over"),
        "under": Treatment(balance="under"),
        "smote": Treatment(balance="smote"),
        "filter": Treatment(noise="filter"),
        "downweight": Treatment(noise="downweight"),
        ROBUST_LOSS: Treatment(noise=ROBUST_LOSS),
        "smoothing": Treatment(smoothing=0.1),
        "little-smoothing": Treatment(smoothing=0.02),
        "weaker": Treatment(strength=0.2),
        "stronger": Treatment(strength=5.0),
        "much-stronger": Treatment(strength=25.0),
        "hasty": Treatment(patience=2),
        "patient": Treatment(patience=60),
        "steadied": Treatment(steadied=5),
        "perturbed": Treatment(perturb="all"),
    }
)

_ABOUT = {
    "inverse": "rows weigh one over the size of their class",
    "effective": "rows weigh one over the effective number of rows of their class",
    "custom": "rows weigh what was declared for their class",
    "over": "rows of rare classes repeated",
    "under": "rows of common classes left out",
    "smote": "rows put between rows of rare classes",
    "adjusted": "decisions by probability over class share; nothing is fitted again",
    "half-adjusted": "decisions by probability over the root of class share; nothing is fitted again",
    **TRAINED_FRAMES,
    PAIRS: "a binary model per pair of classes, each calibrated, put together",
    **NOISES,
    ROBUST_LOSS: "generalised cross-entropy: rows that fit badly pull less",
    "smoothing": "a tenth of each label spread over all classes",
    "little-smoothing": "a fiftieth of each label spread over all classes",
    "weaker": "regularised a fifth as strongly",
    "stronger": "regularised five times as strongly",
    "much-stronger": "regularised 25 times as strongly",
    "hasty": "stops after 2 steps without a gain",
    "patient": "stops after 60 steps without a gain",
    "steadied": "figures of 5 steps averaged before stopping is judged",
    "perturbed": "a changed copy of each row is fitted on, too",
}
OPTIONS: Mapping[str, str] = MappingProxyType(_ABOUT)
"""Name → what it does, in the order of the table."""

TOPICS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "rare": ("inverse", "effective", "over", "under", "smote", "adjusted", "half-adjusted"),
        "noise": ("filter", "downweight", ROBUST_LOSS),
        "smoothing": ("little-smoothing", "smoothing"),
        "strength": ("weaker", "stronger", "much-stronger"),
        "stopping": ("hasty", "patient", "steadied"),
        "perturbation": ("perturbed",),
        "frames": FRAMES,
    }
)
"""Question → its options."""


def named_options(topic: str, options: Sequence[str], class_weights: str) -> tuple[str, ...]:
    """Options asked for: by name, or those of a topic; rare classes unless something else is said.

    Raises
    ------
    UsageError
        CW351 for an option or topic that does not exist; CW349 for ``custom`` without weights.
    """
    if topic and topic not in TOPICS:
        raise UsageError(
            "CW351", f"no topic is called {topic!r}{nearest(topic, TOPICS)}", fix=f"use {', '.join(TOPICS)}"
        )
    for name in options:
        if name not in OPTIONS:
            raise UsageError(
                "CW351", f"no option is called {name!r}{nearest(name, OPTIONS)}", fix=f"use {', '.join(OPTIONS)}"
            )
    if "custom" in options and not class_weights:
        raise UsageError(
            "CW349", "the option 'custom' needs weights of classes", fix="give --class-weights '{\"refund\": 3.0}'"
        )
    if not topic and options:
        return tuple(dict.fromkeys(options))
    asked = (*TOPICS[topic or "rare"], *options)
    return tuple(dict.fromkeys((*asked, "custom") if class_weights else asked))


def treatment_named(name: str, class_weights: str) -> Treatment:
    """What an option does to rows and losses."""
    return Treatment(balance="custom", class_weights=class_weights) if name == "custom" else _TREATMENTS[name]
