"""What is watched, what it has come to, and what was raised because of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["Alert", "AlertPolicy", "Stream", "StreamState", "WaitingLabel", "WatchMemory"]


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
    """

    false_pages: float = 0.01
    most_label_weight: float = 1.0


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
    """What watching knows between two looks: the evidence per stream, up to when labels have been read, and who waits."""

    states: tuple[StreamState, ...] = ()
    read_until: datetime | None = None
    waiting: tuple[WaitingLabel, ...] = ()
    revision: int = 0
    format_version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """Something a person should know, with what it rests on.

    ``state`` is ``firing``, ``acked`` or ``resolved``. ``n`` and ``n_hits`` are the labels it was decided on, the last of
    them number ``label_number`` of its version; ``evidence`` and ``level`` are what they amounted to and what was needed
    (nats), ``alpha`` the chance of a false alarm a year.
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
