"""Fit one multiclass question as many binary ones over the same features, to be served as one model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace, Plan
from classward.errors import DataError, UsageError, nearest
from classward.inference import ABSENT_LOGIT, Featuriser, FrameScorer, LinearScorer, Scorer
from classward.lifecycle.train.families import WHOLE, family
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["FRAMES", "fit_frame", "frame_params", "framed"]

FRAMES: Mapping[str, str] = MappingProxyType(
    {
        "one-vs-rest": "a binary model per class, each calibrated, put together",
        "ordinal": "a binary model per step of the order, each calibrated, put together",
    }
)
"""Ways to ask one multiclass question by many binary ones that can be served, and what each is."""

_SPACE = LabelSpace.of(["no", "yes", "neither"])


def frame_params(frame: str, *, is_ordered: bool) -> tuple[tuple[str, str], ...]:
    """Check a frame and make it a param of recipes.

    Raises
    ------
    UsageError
        CW290 for a frame that does not exist; CW291 for ``ordinal`` over classes without an order.
    """
    if not frame:
        return ()
    if frame not in FRAMES:
        raise UsageError(
            "CW290", f"no frame is called {frame!r}{nearest(frame, FRAMES)}", fix=f"use {', '.join(FRAMES)}"
        )
    if frame == "ordinal" and not is_ordered:
        raise UsageError(
            "CW291",
            "the frame 'ordinal' needs classes with an order",
            got="the task file says nothing of an order",
            why="the questions are whether a row lies above each step",
            fix='add order = ["low", "medium", "high"] under [classes], with all classes',
        )
    return (("frame", frame),)


def framed(made: Plan, params: tuple[tuple[str, str], ...]) -> Plan:
    """The same plan with every recipe asked in a frame; recipes that cannot be are left out, and nothing is tuned.

    Raises
    ------
    DataError
        CW292 if no recipe is left.
    """
    if not params:
        return made
    able = [i for i, recipe in enumerate(made.recipes) if recipe.family not in WHOLE]
    if not able:
        raise DataError(
            "CW292",
            "no model of the plan can be asked in binary questions",
            got=", ".join(recipe.title for recipe in made.recipes),
            fix="train without --frame",
        )
    recipes = tuple(replace(made.recipes[i], params=(*made.recipes[i].params, *params)) for i in able)
    return replace(made, recipes=recipes, shares=tuple(made.shares[i] for i in able), is_tuned=False)


def fit_frame(
    frame: str, name: str, rows: LabelledRows, params: Params, how: How
) -> tuple[Featuriser, LinearScorer | FrameScorer]:
    """Fit a family once per question on the same rows, so that all questions share the features.

    Linear questions become one linear model: one product answers all of them.

    Parameters
    ----------
    frame : str
        One of :data:`FRAMES`.
    name : str
        Family.
    rows, params, how
        As for any family; each question may use an equal part of the time.

    Returns
    -------
    featuriser, scorer
        Logits are log-odds of each question; classes without a row get :data:`ABSENT_LOGIT` (``one-vs-rest``), or the answer
        of the step below (``ordinal``).
    """
    fit = family(name)
    found = []
    questions = _questions(frame, rows)
    for i, (yes_from, is_exact) in enumerate(questions):
        until = (i + 1) / len(questions)
        asked = replace(rows, y_index=_answers(rows.y_index, yes_from, is_exact), label_space=_SPACE)
        held = how.held
        if held is not None:
            held = replace(held, y_index=_answers(held.y_index, yes_from, is_exact), label_space=_SPACE)
        found.append(fit(asked, params, replace(how, held=held, should_stop=partial(_is_spent, how, until))))
    featuriser = found[0][0]
    columns = np.array([column for column, _ in questions], dtype=np.int64)
    return featuriser, _together(frame, [scorer for _, scorer in found], columns, len(rows.label_space))


def _is_spent(how: How, until: float) -> bool:
    return how.spent() > until or (until == 1.0 and how.should_stop())


def _questions(frame: str, rows: LabelledRows) -> list[tuple[int, bool]]:
    """Column of each question, and whether it asks for the class itself (else: for any class above it)."""
    present = np.unique(rows.y_index).tolist()
    return [(c, True) for c in present] if frame == "one-vs-rest" else [(c, False) for c in present[:-1]]


def _answers(y: NDArray[np.int64], column: int, is_exact: bool) -> NDArray[np.int64]:
    return (y == column if is_exact else y > column).astype(np.int64)


def _together(
    frame: str, scorers: Sequence[Scorer], columns: NDArray[np.int64], n_classes: int
) -> LinearScorer | FrameScorer:
    if frame == "ordinal":
        # a class without rows shares the step before it; before the first step every row is above
        places = np.searchsorted(columns, np.arange(n_classes - 1), side="right") - 1
        kept = [(c, scorers[at]) for c, at in enumerate(places.tolist()) if at >= 0]
        scorers, columns = [s for _, s in kept], np.array([c for c, _ in kept], dtype=np.int64)
    linear = [s for s in scorers if isinstance(s, LinearScorer)]
    if len(linear) < len(scorers):
        return FrameScorer(questions=tuple(scorers), columns=columns, n_classes=n_classes)
    first = linear[0]
    weights = np.zeros((first.n_columns, n_classes), dtype=np.float32)
    intercept = np.full(n_classes, ABSENT_LOGIT)
    for column, scorer in zip(columns.tolist(), linear, strict=True):
        weights[:, column] = scorer.weights[:, 1] - scorer.weights[:, 0]
        intercept[column] = scorer.intercept[1] - scorer.intercept[0]
    return LinearScorer(mean=first.mean, scale=first.scale, weights=weights, intercept=intercept)
