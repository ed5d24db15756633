"""What to label next, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.domain.measure import Measure

__all__ = ["LabelNeed", "LabelQueue", "QueueGain", "QueueItem"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelNeed:
    """How much a class wants labels, from 0 (more would change nothing) to 1, and why.

    ``n_more`` is about how many of them a verdict needs; ``None`` if that cannot be told or nothing is missing.
    """

    class_name: str
    need: float
    why: str
    n_more: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueItem:
    """One answered row to be labelled.

    ``chance`` is the probability with which it was chosen; its label counts ``weight``, the inverse. ``features`` is the
    row as JSON text where the log kept it.
    """

    id: str
    at: datetime
    version: int
    predicted: str
    probability: float
    second: str
    chance: float
    why: str
    features: str | None = None

    @property
    def weight(self) -> float:
        """What the label counts, so that figures stay those of all answers."""
        return 1.0 / self.chance


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelQueue:
    """Rows chosen from the answers of ``[since, until)`` that had no label; each answer stands for choice once.

    ``n_left_out`` answers of another label space had no chance. ``control`` is the random share.
    """

    id: str
    at: datetime
    since: datetime
    until: datetime
    strategy: str
    control: float
    seed: int
    n_candidates: int
    n_left_out: int
    needs: tuple[LabelNeed, ...]
    items: tuple[QueueItem, ...]
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueGain:
    """What labels of queues bought, against as many labels of rows taken at random.

    ``mistakes`` is the share of labelled items that were answered wrongly, ``at_random`` the share among all answers (by
    weights); ``gain`` their ratio, ``None`` without a mistake seen.
    """

    n_queued: int
    n_labelled: int
    mistakes: Measure
    at_random: Measure
    gain: float | None
