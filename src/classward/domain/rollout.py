"""A release on its way: what was promised beforehand, how far it is, what speaks for and against it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from classward.domain.canonical import LATER

__all__ = [
    "WHOLE_TRAFFIC",
    "ClassEvidence",
    "JudgedClass",
    "PairTally",
    "Rollout",
    "RolloutEvidence",
    "RolloutPolicy",
    "RolloutVerdict",
    "failure_counter",
]

WHOLE_TRAFFIC = "(all)"
"""Stands where a class name would stand for accuracy over all rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPolicy:
    """What a candidate has to show, and at which chance of error; declared before a rollout and stored with it.

    Parameters
    ----------
    steps : tuple of float
        Shares of traffic of the canary, growing, the last one 1.
    margin : float
        Recall of a class (and accuracy of the whole) that a candidate may lose at most to count as no worse.
    false_rollback : float
        Chance that a candidate which is no worse is ever rolled back: over all classes, rules and looks of one rollout.
    false_promotion : float
        Chance that a candidate which loses the margin on some class ever passes.
    shadow_days, step_days, soak_days : float
        Least time in shadow, at each canary step, and at the last step before the rollout ends.
    maturity_days : float
        Age from which an answer counts towards a promotion: most of its labels have come by then.
    shadow_share : float
        Share of requests copied to the other version.
    min_rows : int
        Fewest answers of the candidate at each stage.
    most_disagreement : float
        Share of pairs that differ above which a person is asked.
    pause_on : tuple of str
        Rules that pause and ask instead of rolling back: ``quality``, ``burn``, ``failures``.
    most_rollbacks : int
        After so many rollbacks within 90 days the time in shadow is doubled and the first step halved.
    limit : str
        How far it goes before a person is asked: ``shadow``, ``canary`` (all steps but the last), or ``full``.
    """

    steps: tuple[float, ...] = (0.05, 0.25, 1.0)
    margin: float = 0.05
    false_rollback: float = 0.01
    false_promotion: float = 0.01
    shadow_days: float = 14.0
    step_days: float = 1.0
    soak_days: float = 1.0
    maturity_days: float = 1.0
    shadow_share: float = 1.0
    min_rows: int = 100
    most_disagreement: float = 0.25
    pause_on: tuple[str, ...] = ()
    most_rollbacks: int = 3
    limit: str = field(default="full", metadata={LATER: True})


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedClass:
    """A class on which a rollout is judged; ``promised`` is the recall below which its canary is rolled back, if any."""

    name: str
    promised: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """A candidate on its way to replace the stable version.

    ``stage`` is ``shadow``, ``canary``, ``finished`` or ``aborted``; ``step`` counts the steps of the canary.
    ``accepted`` are questions that a person has answered at this step, ``question`` the one that is open.
    ``said`` is what the last recorded verdict amounted to.
    """

    id: str
    candidate: int
    candidate_hash: str
    stable: int
    stable_hash: str
    policy: RolloutPolicy
    classes: tuple[JudgedClass, ...]
    began_at: datetime
    began_seq: int
    stage: str
    stage_since: datetime
    step: int = 0
    is_paused: bool = False
    why: str = ""
    question: str = ""
    accepted: tuple[str, ...] = ()
    said: str = ""
    ended_at: datetime | None = None
    cause: str = ""

    @property
    def is_under_way(self) -> bool:
        """Whether it has not ended."""
        return self.stage in {"shadow", "canary"}

    @property
    def weight(self) -> float:
        """Share of traffic that the candidate answers."""
        if self.stage == "canary":
            return self.policy.steps[self.step]
        return 1.0 if self.stage == "finished" else 0.0

    @property
    def is_last_step(self) -> bool:
        """Whether the candidate answers everything and only the soak is left."""
        return self.stage == "canary" and self.step == len(self.policy.steps) - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTally:
    """Labelled rows that both versions answered, all of one weight: lost, same, won by the candidate."""

    weight: float = 1.0
    n_lost: int = 0
    n_same: int = 0
    n_won: int = 0

    @property
    def n(self) -> int:
        """All of them."""
        return self.n_lost + self.n_same + self.n_won


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassEvidence:
    """What is known of one class: all pairs for a rollback, mature ones for a promotion, and the canary's own labels.

    ``n_claimed`` rows were given this class by the candidate, labelled or not. ``labels_per_day`` is the rate at which
    pairs of the class have come.
    """

    class_name: str
    pairs: tuple[PairTally, ...] = ()
    mature: tuple[PairTally, ...] = ()
    n_canary: int = 0
    n_canary_hits: int = 0
    n_claimed: int = 0
    labels_per_day: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutEvidence:
    """Everything a verdict on a rollout is computed from.

    ``n_answers`` and ``n_candidate`` count answers of anybody and of the candidate (in shadow: its copies) since the stage
    began; ``n_pairs`` and ``n_differ`` rows that both versions answered. ``failures`` says how the candidate failed.
    """

    classes: tuple[ClassEvidence, ...]
    n_answers: int = 0
    n_candidate: int = 0
    n_pairs: int = 0
    n_differ: int = 0
    n_failures: int = 0
    failures: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutVerdict:
    """``outcome`` is ``advance``, ``hold``, ``abort`` or ``ask``; ``cause`` names the rule, ``missing`` what is lacking.

    ``question`` is the same for as long as the same thing is asked; ``not_before`` is a forecast, where one can be made.
    """

    outcome: str
    cause: str
    reasons: tuple[str, ...]
    missing: tuple[str, ...] = ()
    question: str = ""
    not_before: datetime | None = None


def failure_counter(bundle_hash: str, what: str) -> str:
    """Name of the counter in the record log by which a server tells that a candidate failed.

    >>> failure_counter("0123456789abcdef", "cannot load: CW501")
    'candidate_failed:0123456789ab:cannot load: CW501'
    """
    return f"candidate_failed:{bundle_hash[:12]}:{what[:80]}"
