"""Answers, truths and the two joined."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.domain.canonical import content_hash

__all__ = ["ABSTAINED", "Label", "Outcome", "Prediction", "QuarantinedLabel"]

ABSTAINED = "(abstained)"
"""Stands where a class would stand when a row is left to a person; no class may be called so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One answered row, as the record log keeps it.

    ``probabilities`` are in the column order of the label space with ``label_space_hash``. ``path`` says what decided
    (``model``: the most probable class; ``cost``, ``prior``, ``threshold:CLASS``, ``gate:CLASS``,
    ``abstain:…``). ``kind`` is ``online``,
    ``batch``, ``library`` or ``simulated``; ``features`` is the row as JSON text when the payload was kept, and
    ``payload_weight`` the inverse of the probability with which it was. ``caller`` is who asked: ``key:NAME`` or
    ``sub:SUBJECT`` of a server with keys or tokens, ``local`` where nobody is asked for one; ``None`` in older records.
    ``features_hash`` is a keyed hash of the row where ``features`` were not kept.
    """

    id: str
    request_id: str
    at: datetime
    task: str
    version: int
    bundle_hash: str
    label_space_hash: str
    route: str
    label: str
    probability: float
    probabilities: tuple[float, ...]
    path: str
    flags: tuple[str, ...]
    kind: str
    latency_ms: float
    key: str | None = None
    features: str | None = None
    payload_weight: float | None = None
    caller: str | None = None
    features_hash: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Truth that arrived for a prediction.

    ``event_at`` is when the truth was established, ``received_at`` when it got here; ``weight`` is the inverse of the
    probability with which the row was chosen for labelling (1 when labels are not sampled).
    """

    id: str
    label: str
    event_at: datetime
    received_at: datetime
    source: str
    annotator: str | None = None
    weight: float = 1.0

    @property
    def digest(self) -> str:
        """Identity for idempotent import: everything but the time of receipt."""
        return content_hash(self.id, self.label, self.event_at, self.source, self.annotator, self.weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantinedLabel:
    """A label that could not be accepted, as it came (JSON text), with the reason; never dropped."""

    raw: str
    reason: str
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """A prediction with its resolved truth and how long it took."""

    prediction: Prediction
    label: Label
    delay_s: float
    n_conflicting: int = 0

    @property
    def is_correct(self) -> bool:
        """Whether the predicted class turned out true."""
        return self.prediction.label == self.label.label
