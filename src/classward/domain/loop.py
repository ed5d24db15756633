"""The loop that closes: what asks for a retraining, what is decided about it, and how far a run has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from classward.domain.measure import Measure

__all__ = ["AUTONOMY", "LoopFacts", "LoopPolicy", "LoopRun", "LoopStep", "LoopVerdict", "Trigger"]

AUTONOMY = ("off", "propose", "shadow", "canary", "full")
"""How far the loop goes by itself, from nothing to all traffic."""

_NOT_MEASURED = Measure(value=None, n=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopPolicy:
    """When to retrain, and how far to go without a person.

    Parameters
    ----------
    autonomy : str
        One of :data:`AUTONOMY`: ``propose`` only decides, ``shadow`` and ``canary`` go so far and then ask, ``full`` goes on
        to all traffic where the rollout's evidence lets it.
    schedule_days : float or None
        Age of the last training that asks for another; ``None``: age never asks.
    min_new_labels : int
        So many labels that no training has seen ask for one, and no training begins with fewer unless a person asks.
    cooldown_days : float
        Least time between two runs, unless a person asks.
    budget_s : float
        Seconds that a training may take.
    window_days : float or None
        Only rows of the last days are learned from; ``None``: all.
    """

    autonomy: str = "off"
    schedule_days: float | None = 30.0
    min_new_labels: int = 200
    cooldown_days: float = 7.0
    budget_s: float = 300.0
    window_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """Something that asks for a retraining.

    ``kind`` is ``schedule``, ``drift``, ``slo``, ``budget``, ``labels``, ``new class`` or ``manual``; ``subject`` what it is
    about, ``cause`` says it in words, ``evidence`` names the alerts or events it rests on. ``error_rate`` is the chance a
    year that it fires for nothing: 0 where nothing was inferred, 1 where no bound is known, as for figures of one look.
    """

    kind: str
    subject: str
    cause: str
    evidence: tuple[str, ...] = ()
    error_rate: float = 0.0

    @property
    def key(self) -> str:
        """The same for as long as the same thing asks."""
        return ":".join((self.kind, self.subject, *self.evidence))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopFacts:
    """Everything a decision is computed from, beside the policy.

    ``n_new_labels`` are labels of answers, with features kept, that came since ``trained_at``. ``inputs_moved``,
    ``answers_moved`` and ``calibration_moved`` are what open tickets about drift name, ``fell`` the promises that broke.
    ``accuracy`` is that of the live version in production since then, ``accuracy_before`` the one on its sealed rows, and
    ``margin`` what may be lost to count as kept. ``missed`` are ids of labelled answers that were wrong, the last ones
    first, of the classes whose promise broke. ``reviewed`` are questions that a person answered.
    """

    triggers: tuple[Trigger, ...]
    live: int | None
    trained_at: datetime | None
    began_at: datetime | None
    n_new_labels: int = 0
    paused: str = ""
    frozen: str = ""
    rollout: int | None = None
    inputs_moved: tuple[str, ...] = ()
    answers_moved: tuple[str, ...] = ()
    calibration_moved: tuple[str, ...] = ()
    fell: tuple[str, ...] = ()
    accuracy: Measure = _NOT_MEASURED
    accuracy_before: float | None = None
    margin: float = 0.05
    reviewed: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopVerdict:
    """``outcome`` is ``retrain``, ``recalibrate``, ``wait``, ``ask`` or ``no``; ``cause`` names the rule that decided.

    ``question`` is the same for as long as the same thing is asked; ``missing`` is what a wait waits for.
    """

    outcome: str
    cause: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()
    question: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopStep:
    """A step that was made: ``done``, or ``refused`` or ``failed``, which end the run; ``results`` are what it left."""

    name: str
    at: datetime
    took_s: float
    outcome: str
    said: str
    results: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoopRun:
    """One round of the loop: begun by a decision, and every step that was made since."""

    id: str
    outcome: str
    because: tuple[str, ...]
    autonomy: str
    live: int
    began_at: datetime
    began_seq: int
    names: tuple[str, ...]
    steps: tuple[LoopStep, ...] = ()

    @property
    def next_step(self) -> str:
        """The step to be made, or nothing once the run is over."""
        if self.steps and self.steps[-1].outcome != "done":
            return ""
        return self.names[len(self.steps)] if len(self.steps) < len(self.names) else ""

    @property
    def state(self) -> str:
        """``under way``, ``done``, ``refused`` or ``failed``."""
        return "under way" if self.next_step else self.steps[-1].outcome

    def result(self, name: str) -> str | int | None:
        """What an earlier step left under a name."""
        return next((v for step in reversed(self.steps) for k, v in step.results if k == name), None)
