"""What is watched, what it has come to, and what was raised because of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from classward.domain.canonical import LATER

__all__ = ["Alert", "AlertPolicy", "DriftSignal", "Stream", "StreamState", "WaitingLabel", "WatchMemory"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertPolicy:
    """How often people may be disturbed for nothing.

    Parameters
    ----------
    false_pages : float
        Chance a year that any page, over all classes and promises together, is raised while every promise is kept.
    most_label_weight : float
        Largest weight (inverse probability of being chosen for labelling) that counts as evidence; rows with more are
        counted in figures and left out of alarms. 1 while labels are not chosen.
    false_tickets : float
        Chance a year that any ticket about drift is raised while nothing changed: inputs, answers and calibration, over all
        columns, classes and looks together.
    opening_days : float
        First days of a version that later ones are held against, beside the training rows.
    least_effect : float
        Smallest difference (Hellinger distance) that is worth a ticket, however well it is proved.
    quiet_days : float
        How long tickets wait before they are sent after a version went live.
    """

    false_pages: float = 0.01
    most_label_weight: float = 1.0
    false_tickets: float = field(default=0.01, metadata={LATER: True})
    opening_days: float = field(default=7.0, metadata={LATER: True})
    least_effect: float = field(default=0.02, metadata={LATER: True})
    quiet_days: float = field(default=30.0 * (1.0 / 1440.0), metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One promise that is watched without pause.

    ``family`` names the figure (``recall``, ``precision``, ``accuracy``); ``promised`` is its limit, a floor or a ceiling
    (``is_floor``); ``severity`` is ``page``; ``alpha`` is this stream's part of the yearly chance of a false
    alarm.
    """

    family: str
    class_name: str | None
    promised: float
    is_floor: bool = True
    severity: str
    alpha: float

    @property
    def key(self) -> str:
        """Name that is the same for as long as the promise is about the same thing."""
        return self.family if self.class_name is None else f"{self.family}:{self.class_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamState:
    """Evidence against one promise so far.

    ``log_wealth`` holds one number per bet (see :mod:`classward.statistics.restarts`); ``n`` labels with ``n_hits`` counted
    since ``version`` went live, of which ``n_before`` and ``n_hits_before`` belong to an alarm that was resolved.
    ``peak`` is the most evidence there ever was (nats), reached after ``n_at_peak``. ``n_since`` and ``n_hits_since`` count
    from the alarm on, if there was one. ``began_on`` is the first day of the present year of the error budget, ``day`` the
    last day that was started.
    """

    key: str
    version: int
    began_on: date
    day: date
    log_wealth: tuple[float, ...]
    n: int = 0
    n_hits: int = 0
    peak: float = 0.0
    n_at_peak: int = 0
    is_raised: bool = False
    n_since: int = 0
    n_hits_since: int = 0
    n_before: int = 0
    n_hits_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLabel:
    """A label that came before its prediction."""

    id: str
    label: str
    weight: float
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchMemory:
    """What watching knows between two looks.

    The evidence per stream, up to when labels have been read, and who waits. Answers before ``counted_until`` are in the
    summaries of their days; days before ``closed_until`` were counted once more, whole.
    """

    states: tuple[StreamState, ...] = ()
    read_until: datetime | None = None
    waiting: tuple[WaitingLabel, ...] = ()
    counted_until: datetime | None = None
    closed_until: date | None = None
    revision: int = 0
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something a person should know, with what it rests on.

    ``state`` is ``firing``, ``acked`` or ``resolved``. ``n`` and ``n_hits`` are the labels it was decided on, the last of
    them number ``label_number`` of its version; ``evidence`` and ``level`` are what they amounted to and what was needed
    (nats), ``alpha`` the chance of a false alarm a year. Tickets about drift name a ``subject`` (a column), the day the
    change came about (``changed_on``), its size (``effect``, a Hellinger distance) and ``said``, all of it in words; their
    ``n`` counts rows.
    """

    id: str
    key: str
    severity: str
    family: str
    class_name: str | None
    version: int
    promised: float
    state: str
    raised_at: datetime
    n: int
    n_hits: int
    label_number: int
    evidence: float
    level: float
    alpha: float
    acked_at: datetime | None = None
    acked_by: str = ""
    resolved_at: datetime | None = None
    why_resolved: str = ""
    subject: str = field(default="", metadata={LATER: True})
    changed_on: date | None = field(default=None, metadata={LATER: True})
    effect: float | None = field(default=None, metadata={LATER: True})
    said: str = field(default="", metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftSignal:
    """How far one thing has moved from its reference, and how sure that is.

    ``family`` is ``feature``, ``missing``, ``unseen``, ``answers`` or ``calibration``; ``against`` is ``training`` or
    ``opening`` (the version's first days). ``evidence`` is over all days that may have been the first of the change,
    to be held against ``level``; ``changed_on`` is the likeliest of them, and ``n``, ``share``, ``reference_share`` and
    ``effect`` (Hellinger distance, 0 to 1) are of the days since. ``shift_sd`` is the move of a mean in standard deviations
    of the reference. ``cause`` is ``since the first day``, ``over time`` or empty. ``is_back``: the last week looks like the
    reference again.
    """

    key: str
    family: str
    against: str
    subject: str
    class_name: str | None
    n: int
    n_reference: int
    evidence: float
    level: float
    alpha: float
    changed_on: date | None
    effect: float | None
    share: float | None
    reference_share: float | None
    shift_sd: float | None
    cause: str
    said: str
    is_back: bool = False
