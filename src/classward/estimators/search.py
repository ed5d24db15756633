"""Propose settings by what earlier ones scored."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from classward.errors import UsageError

__all__ = ["Knob", "Search", "can_search"]

_FIRST_AT_RANDOM = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """A setting that may be turned: from ``low`` to ``high``, on a logarithmic scale or not, whole numbers or not."""

    name: str
    low: float
    high: float
    is_log: bool = False
    is_whole: bool = False


def can_search() -> bool:
    """Whether the library that proposes settings is installed."""
    return importlib.util.find_spec("optuna") is not None


class Search:
    """One search over some knobs by a tree-structured Parzen estimator, hopeless trials cut by the median.

    The same seed and the same answers give the same proposals. Trials are answered one after the other.

    Parameters
    ----------
    knobs : sequence of Knob
        What may be turned.
    seed : int
        Seed of the proposals.

    Raises
    ------
    UsageError
        CW328 if Optuna is not installed.

    References
    ----------
    Bergstra, Bardenet, Bengio, Kégl (2011). Algorithms for hyper-parameter optimization. NeurIPS.
    """

    def __init__(self, knobs: Sequence[Knob], *, seed: int) -> None:
        if not can_search():
            raise UsageError("CW328", "settings cannot be tuned", got="no optuna", fix="pip install 'classward[tune]'")
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._knobs = tuple(knobs)
        self._study = optuna.create_study(
            sampler=optuna.samplers.TPESampler(seed=seed, n_startup_trials=_FIRST_AT_RANDOM),
            pruner=optuna.pruners.MedianPruner(n_startup_trials=4),
        )
        self._pruned = optuna.trial.TrialState.PRUNED
        self._failed = optuna.trial.TrialState.FAIL
        self._trial: Any = None

    def ask(self) -> tuple[tuple[str, int | float], ...]:
        """The next settings to try, as name–value pairs rounded to four digits."""
        self._trial = self._study.ask()
        return tuple((knob.name, self._turn(knob)) for knob in self._knobs)

    def is_hopeless(self, step: int, log_loss: float) -> bool:
        """Report how the trial does after ``step`` folds; ``True`` if it is worse than most were there."""
        self._trial.report(log_loss, step)
        return bool(self._trial.should_prune())

    def tell(self, log_loss: float | None, *, is_pruned: bool = False) -> None:
        """Close the trial with its score, or none if it failed or was cut."""
        if log_loss is None:
            self._study.tell(self._trial, state=self._pruned if is_pruned else self._failed)
        else:
            self._study.tell(self._trial, log_loss)

    def _turn(self, knob: Knob) -> int | float:
        if knob.is_whole:
            return int(self._trial.suggest_int(knob.name, int(knob.low), int(knob.high), log=knob.is_log))
        return float(f"{self._trial.suggest_float(knob.name, knob.low, knob.high, log=knob.is_log):.4g}")
