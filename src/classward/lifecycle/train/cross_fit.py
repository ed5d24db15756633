"""Fit one recipe on every fold and score the rows each fold left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Recipe
from classward.estimators import Stop
from classward.inference import Encoder, FittedModel, Identity
from classward.lifecycle.train.families import FITTED_ONCE, stops_when_asked
from classward.lifecycle.train.family import How
from classward.lifecycle.train.fit import check_classes, fit_one
from classward.lifecycle.train.rows import FitFold, LabelledRows
from classward.lifecycle.train.text_families import fit_likeness_left_out

__all__ = ["CrossFitted", "OutOfTime", "cross_fit"]


_FOR_ROUNDS = 0.9
"""Part of a fold's share for rounds; the rest is for scoring the rows it left out."""


class OutOfTime(Exception):
    """A recipe would not finish in its share of the budget: an outcome that the caller records, not an error."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossFitted:
    """One model per fold (one in all for families fitted once), and what they say about rows they never saw.

    ``logits`` of shape (n_held, n_classes) are in the order of the folds' held rows; ``fit_s`` is how long one fold
    took on average (seconds); ``stops`` are the steps that families which stop early kept, fold by fold.
    """

    models: tuple[FittedModel, ...]
    logits: NDArray[np.float64]
    fit_s: float
    stops: tuple[Stop, ...] = ()


def cross_fit(
    recipe: Recipe,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    *,
    seed: int,
    n_threads: int,
    seconds_left: Callable[[], float],
    n_after: float = 0.0,
    encoder: Encoder | None = None,
    is_hopeless: Callable[[int, NDArray[np.float64]], bool] | None = None,
) -> CrossFitted:
    """Fit a recipe once per fold within a share of the budget.

    Rows a fold leaves out are scored and nothing else: families that stop early hold out some of the fold's own rows.
    Each fold may use an equal part of what is left; families that work in rounds are cut there, others are left out
    as soon as the first fold shows that the rest would not finish.

    Parameters
    ----------
    recipe : Recipe
        What to fit.
    rows, folds
        Development rows, and which of them each fold fits and scores.
    seed, n_threads : int
        Passed to the family.
    seconds_left : callable
        Seconds left for this recipe; may be infinite.
    n_after : float
        Further fits to come, in folds' worth of work (a refit on all rows).
    encoder : StaticEncoder, OnnxEncoder or None
        Passed to the family; let it remember as many rows as there are, and each text is encoded once.

    is_hopeless : callable, optional
        Asked after each fold with its number and its logits; ``True`` cuts the rest.

    Raises
    ------
    OutOfTime
        With a sentence that says how long it would take, or that it was cut.
    DataError, NotMulticlass
        As :func:`~classward.lifecycle.train.fit.fit_one`.
    """
    if recipe.family in FITTED_ONCE and len(folds) > 1:
        how = How(seed=seed, n_threads=n_threads, should_stop=lambda: False, encoder=encoder)
        return _fit_once(recipe, rows, folds, how, seconds_left)
    models, scored, took_s = [], [], 0.0
    stops: list[Stop] = []
    for i, fold in enumerate(folds):
        left = seconds_left()
        share = left / (len(folds) - i + n_after)

        should_stop = _stops(seconds_left, left=left, share=share)

        def spent(left: float = left, share: float = share) -> float:
            return (left - seconds_left()) / share if 0.0 < share < float("inf") else float(share <= 0.0)

        held = rows.take(fold.held)
        how = How(
            seed=seed, n_threads=n_threads, should_stop=should_stop, spent=spent, encoder=encoder,
            noted=stops.append,
        )  # fmt: skip
        fit = rows.take(fold.fit)
        if len(folds) == 1:  # the model stays as it is, and held rows may come later: it learns nothing of them
            fit = replace(fit, origin=None, positions=None)
        model = fit_one(recipe, fit, how)
        scored.append(model.scorer.logits(held.features_by(model.featuriser)))
        if is_hopeless is not None and is_hopeless(i, scored[-1]):
            raise OutOfTime(f"cut after {i + 1} of {len(folds)} folds: worse than most trials were there")
        models.append(model)
        took_s += left - seconds_left()
        needed_s = took_s / (i + 1) * (len(folds) - 1 - i + n_after)
        if not stops_when_asked(recipe.family) and needed_s > 1.2 * max(seconds_left(), 0.0):
            raise OutOfTime(f"left out: it needs {needed_s:.0f} s more, and its share has {seconds_left():.0f} s left")
    fit_s = took_s / len(folds)
    return CrossFitted(models=tuple(models), logits=np.concatenate(scored), fit_s=fit_s, stops=tuple(stops))


def _stops(seconds_left: Callable[[], float], *, left: float, share: float) -> Callable[[], bool]:
    """Whether another round would end after the share, less what scoring needs, if it takes as long as the last one."""
    last = 0.0

    def should_stop() -> bool:
        nonlocal last
        spent = left - seconds_left()
        took, last = spent - last if last else 0.0, spent
        return spent + took > _FOR_ROUNDS * share

    return should_stop


def _fit_once(
    recipe: Recipe, rows: LabelledRows, folds: Sequence[FitFold], how: How, seconds_left: Callable[[], float]
) -> CrossFitted:
    held = np.concatenate([fold.held for fold in folds])
    if not np.array_equal(np.sort(held), np.arange(rows.n)):
        raise ValueError("a family fitted once needs folds that hold each row once")
    check_classes(rows)
    left_s = seconds_left()
    fold = np.empty(rows.n, dtype=np.int64)
    fold[held] = np.repeat(np.arange(len(folds)), [len(f.held) for f in folds])
    featuriser, made = fit_likeness_left_out(rows, dict(recipe.params), how, fold)
    model = FittedModel(
        schema=rows.schema, label_space=rows.label_space, featuriser=featuriser, scorer=made.scorer,
        calibrator=Identity(), family=recipe.family,
    )  # fmt: skip
    return CrossFitted(models=(model,), logits=made.left_out[held], fit_s=(left_s - seconds_left()) / len(folds))
