"""What a family of models is: a function from labelled rows to a featuriser and a scorer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from classward.estimators import Stop
from classward.inference import Encoder, Featuriser, Scorer
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["Family", "How", "Params"]

Params = Mapping[str, str | int | float | bool]


def _nothing() -> float:
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """What bounds a fit.

    Parameters
    ----------
    seed, n_threads : int
        Passed to libraries; the number of threads never changes the result.
    should_stop : callable
        Asked between rounds where a family has rounds.
    spent : callable
        Share of its time that the fit has used, so that several models in one fit can divide it.
    held : LabelledRows or None
        Rows that may tell a family when to stop, and nothing else: set aside of the rows of this fit before others were
        repeated or changed. Empty if there are too few; without them a family holds some of its own out. Never rows
        whose scores shall be of rows the model did not see.
    encoder : StaticEncoder, OnnxEncoder or None
        What reads texts for the families ``embedding`` and ``likeness``; the same object in every fold.
    noted : callable
        Told by families that work in steps which step was kept.
    """

    seed: int
    n_threads: int
    should_stop: Callable[[], bool]
    spent: Callable[[], float] = _nothing
    held: LabelledRows | None = None
    encoder: Encoder | None = None
    noted: Callable[[Stop], None] = lambda stop: None


class Family(Protocol):
    """Fits one kind of model. The same rows and params give the same pieces."""

    def __call__(self, rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, Scorer]:
        """Fit; classes without a row must get a very low constant logit."""
        ...
