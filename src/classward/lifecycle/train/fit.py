"""Carry out one recipe."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Recipe
from classward.errors import NotMulticlass
from classward.estimators import inner_fold
from classward.inference import FittedModel, Identity
from classward.lifecycle.train.balance import COPYING, balanced
from classward.lifecycle.train.families import family, stops_when_asked
from classward.lifecycle.train.family import How
from classward.lifecycle.train.frame_fit import fit_frame
from classward.lifecycle.train.noise import without_noise
from classward.lifecycle.train.perturb import with_perturbed
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["check_classes", "fit_one"]


def fit_one(recipe: Recipe, rows: LabelledRows, how: How) -> FittedModel:
    """Fit one recipe; the same arguments give the same model.

    The model is not calibrated. A class of the label space without a single row is answered with a probability near
    0.

    Parameters
    ----------
    recipe : Recipe
        Family and its params. Beside those of the family, ``balance`` says how rare classes are made to count more
        (:func:`~classward.lifecycle.train.balance.balanced`), with ``class_weights`` where somebody states them;
        ``noise`` what is done about wrong labels (:func:`~classward.lifecycle.train.noise.without_noise`), and
        ``perturb`` which changed copies are fitted on too (:func:`~classward.lifecycle.train.perturb.with_perturbed`).
        ``frame`` asks the question by binary ones (:func:`~classward.lifecycle.train.frame_fit.fit_frame`).
    rows : LabelledRows
        Rows to learn from.
    how : How
        Seed, threads, when to stop.

    Raises
    ------
    NotMulticlass
        CW201 if fewer than two classes have rows: there is nothing to tell apart.
    DataError
        CW230 if no column holds anything to learn from; CW232 for an unknown family, CW233 for an unknown param, CW350
        if a family cannot weigh rows.
    UsageError
        CW348, CW349, CW370, CW371 for a way to balance, class weights, a perturbation or a way with noise that do not
        exist.
    """
    check_classes(rows)
    params = dict(recipe.params)
    balance, class_weights = str(params.pop("balance", "")), str(params.pop("class_weights", ""))
    noise, perturb = str(params.pop("noise", "")), str(params.pop("perturb", ""))
    frame = str(params.pop("frame", ""))
    fit = family(recipe.family)

    def score(some: LabelledRows, others: LabelledRows) -> NDArray[np.float64]:
        featuriser, scorer = fit(some, params, replace(how, held=None, noted=lambda stop: None))
        return scorer.logits(featuriser.transform(others.columns, others.n))

    rows = without_noise(rows, noise, score=score, rng=np.random.default_rng(how.seed))
    if (balance in COPYING or perturb) and how.held is None and stops_when_asked(recipe.family):
        # split before anything is copied: a copy on the other side is an answer known beforehand
        fitted_on, held_out = inner_fold(
            np.unique(rows.y_index, return_inverse=True)[1], np.random.default_rng(how.seed)
        )
        rows, how = rows.take(fitted_on), replace(how, held=rows.take(held_out))
    rows = balanced(rows, balance, class_weights=class_weights, rng=np.random.default_rng(how.seed))
    if perturb:
        rows = with_perturbed(rows, perturb, np.random.default_rng(how.seed))
    fitted = fit_frame(frame, recipe.family, rows, params, how) if frame else fit(rows, params, how)
    featuriser, scorer = fitted
    return FittedModel(
        schema=rows.schema, label_space=rows.label_space, featuriser=featuriser, scorer=scorer, calibrator=Identity(),
        family=recipe.family,
    )  # fmt: skip


def check_classes(rows: LabelledRows) -> None:
    """Refuse rows of fewer than two classes (CW201)."""
    present = np.unique(rows.y_index)
    if len(present) < 2:
        names = ", ".join(repr(rows.label_space.names[i]) for i in present)
        raise NotMulticlass(
            "CW201",
            "fewer than two classes have training rows",
            got=f"{rows.n} rows of {names or 'no class'}; the label space has {len(rows.label_space)} classes",
            why="a model needs at least two classes to tell apart",
            fix="collect labelled rows of the other classes, or make the training fold larger",
        )
