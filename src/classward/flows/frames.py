"""One-vs-one: a binary model per pair of classes on the folds of a multiclass one, each calibrated, put together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import Recipe
from classward.errors import DataError
from classward.inference import softmax
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.evaluate import Option
from classward.lifecycle.train import Binary, FitFold, LabelledRows, cross_fit_binary, one_vs_one, pairs_of
from classward.statistics import ece

__all__ = ["one_vs_one_option"]

_MOST_FITS = 1000


def one_vs_one_option(
    recipe: Recipe,
    rows: LabelledRows,
    folds: Sequence[FitFold],
    *,
    seed: int,
    n_threads: int,
    seconds_left: Callable[[], float],
) -> Option:
    """Answer held rows by a binary model for every pair of classes. For comparison only: it is not served.

    Returns
    -------
    Option
        Without name and time; ``binary_ece`` holds the calibration error of each binary model on rows of its question.

    Raises
    ------
    DataError
        CW353 for more than 1,000 fits.
    OutOfTime
        If the rest would not finish.
    """
    pairs = pairs_of(rows.y_index)
    if len(pairs) * len(folds) > _MOST_FITS:
        raise DataError(
            "CW353",
            "too many binary models to compare",
            got=f"{len(pairs)} questions on {len(folds)} folds; at most {_MOST_FITS:,} fits",
            fix="compare one-vs-rest alone: it stands in the same table",
        )
    asked = []
    for i, pair in enumerate(pairs):
        asked.append(
            cross_fit_binary(
                recipe, rows, folds, pair, seed=seed, n_threads=n_threads, seconds_left=seconds_left,
                n_after=(len(pairs) - 1 - i) * len(folds),
            )
        )  # fmt: skip
    raw = [softmax(one.logits)[:, 1] for one in asked]
    sure = [_calibrated(one, seed) for one in asked]
    names = rows.label_space.names
    proba = _together(asked, sure, len(names))
    return Option(
        name="", about="", proba=proba, answers=proba.argmax(axis=1),
        raw_answers=_together(asked, raw, len(names)).argmax(axis=1), n_fits=sum(one.n_fits for one in asked),
        binary_ece=tuple((_name(one, names), _error(one, p)) for one, p in zip(asked, sure, strict=True)),
    )  # fmt: skip


def _calibrated(one: Binary, seed: int) -> NDArray[np.float64]:
    """Probability of yes for every row: cross-fitted for rows of the question, by the one calibrator for others."""
    own = np.flatnonzero(one.y >= 0)
    found = calibrate(one.logits[own], one.y[own], rng=np.random.default_rng(seed))
    out = found.calibrator.apply(one.logits)[:, 1]
    out[own] = found.proba[:, 1]
    return np.asarray(out)


def _together(asked: Sequence[Binary], yes: Sequence[NDArray[np.float64]], n_classes: int) -> NDArray[np.float64]:
    return one_vs_one([(one.first, one.second, p) for one, p in zip(asked, yes, strict=True)], n_classes)


def _error(one: Binary, yes: NDArray[np.float64]) -> float:
    own = one.y >= 0
    return round(ece(yes[own], one.y[own] == 1) or 0.0, 6)


def _name(one: Binary, names: Sequence[str]) -> str:
    return f"{names[one.first]} or {names[one.second]}"
