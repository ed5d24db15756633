"""The whole training portfolio as one scikit-learn estimator."""

from __future__ import annotations

import os
import time
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Tags, check_random_state, column_or_1d
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from classward.api.checked import checked_rows
from classward.api.inputs import columns_for, frame_of, is_texts, schema_of
from classward.artifact.write import write_bundle
from classward.domain import DecisionRule, LabelSpace, Plan, PriorCorrection
from classward.errors import LeakWarning, NotMulticlass, UsageError, nearest
from classward.estimators import encoder_named, image_encoder_named
from classward.flows.budget import Budget, parse_budget
from classward.flows.decide import dealt
from classward.flows.encode_images import encode_images
from classward.flows.portfolio import Portfolio, blend_of, run_plan
from classward.flows.sanity import shuffled_outcome
from classward.flows.tune import tune
from classward.inference import Columns, prediction_sets
from classward.lifecycle.calibrate import choose_prior, choose_sets
from classward.lifecycle.data import alike, cross_folds
from classward.lifecycle.evaluate import too_good
from classward.lifecycle.train import FitFold, LabelledRows, brought_recipe, frame_params, framed, plan

__all__ = ["Classifier"]

_DECISIONS = ("probable", "macro_f1")
_MOST_CHECKED = 1500
_NO_CLASS = "\N{NULL}no class"


class Classifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Fit the best calibrated multiclass model that a time budget buys.

    Linear models, trees and more are cross-fitted, calibrated and blended on rows they never saw. Numbers, categories,
    true/false, dates, free text and missing values may stand side by side. Two classes are answered too, so that it can
    stand in any pipeline. Not for several labels per row, and not for rows in time order: a task file with a time
    column splits those honestly.

    Parameters
    ----------
    budget : str, default="30s"
        Time to use for fitting: ``2s``, ``30s``, ``5m``, ``1h``.
    encoder : str, default=""
        What reads texts beside their words: ``static``, ``minilm``, or a folder with ``model.onnx`` and
        ``tokenizer.json``; empty for none.
    image_encoder : str, default=""
        A backbone that reads images: ``efficientnet-lite0``, or a folder with ``model.onnx`` and ``encoder.json``. Without it
        gradients and colours are used.
    estimators : list of estimators, optional
        Classifiers in scikit-learn's style to try as well, not fitted. Their class and settings are noted and clones
        are cross-fitted, calibrated and blended like the others; they must be of a kind that can be answered by NumPy
        alone.
    decision : str, default="probable"
        What ``predict`` answers: ``probable`` the most probable class; ``macro_f1`` leans towards rare classes as far as
        macro F1 gains on rows the models did not see, and not at all where the gain may be chance. Probabilities stay.
    frame : str, default=""
        Ask by binary models that are calibrated one by one: ``one-vs-rest``, or ``ordinal`` for classes whose sorted order
        means something (numbers, or names that sort as they rank). Empty for one question over all classes.
    random_state : int, RandomState or None, default=0
        Seed of folds and models. Fits that the clock does not cut short are repeatable.
    n_jobs : int or None, default=None
        Threads; ``None`` or -1 for every core this process may use.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes, sorted: the column order of ``predict_proba``.
    model_ : classward.inference.Blend
        What answers; needs NumPy alone.
    candidates_ : tuple of Candidate
        Every recipe that was tried, with its log loss on rows it did not see, its weight, or why it failed.
    checks_ : tuple of (str, str, str)
        Whether answers are too good to be true, and shuffled labels teach nothing: name, outcome, detail.
    prior_ : PriorCorrection
        How far ``predict`` leans towards rare classes; not at all unless ``decision`` asks.
    log_loss_ : float
        Log loss (nats per row) of the blend on rows its members did not see, weighed by other rows.

    Examples
    --------
    >>> from sklearn.datasets import load_wine
    >>> X, y = load_wine(return_X_y=True, as_frame=False)
    >>> classifier = Classifier(budget="2s").fit(X[::2], y[::2])
    >>> classifier.predict_proba(X[1::2]).shape
    (89, 3)
    """

    def __init__(
        self,
        budget: str = "30s",
        *,
        encoder: str = "",
        image_encoder: str = "",
        estimators: Sequence[Any] | None = None,
        decision: str = "probable",
        frame: str = "",
        random_state: int | np.random.RandomState | None = 0,
        n_jobs: int | None = None,
    ) -> None:
        self.budget = budget
        self.encoder = encoder
        self.image_encoder = image_encoder
        self.estimators = estimators
        self.decision = decision
        self.frame = frame
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any, groups: Any = None) -> Classifier:
        """Fit on labelled rows.

        Parameters
        ----------
        X : frame of pandas or Polars, array of shape (n_samples, n_features), or list of texts or images
            Rows; missing values may be ``None``, ``NaN`` or ``NaT``.
        y : array of shape (n_samples,)
            Class of each row.
        groups : array of shape (n_samples,), optional
            Rows of one group are never parted between fitting and scoring; without it, rows alike in every feature are not,
            unless they are of fewer kinds than there are folds.

        Warns
        -----
        LeakWarning
            CW395 if the rows not seen were named too well to be true; CW396 if a model of shuffled labels names them. It
            stands in ``checks_``, too.

        Raises
        ------
        ValueError
            ``NotMulticlass`` CW201 with a single class; ``UsageError`` CW290 for a frame that does not exist;
            ``DataError`` for rows that cannot be used, and CW341…CW343 for estimators that cannot be brought in.
        """
        if self.decision not in _DECISIONS:
            raise UsageError(
                "CW255",
                f"no decision is called {self.decision!r}{nearest(self.decision, _DECISIONS)}",
                fix=f"use {' or '.join(_DECISIONS)}",
            )
        asked = frame_params(self.frame, is_ordered=True)
        clock_s = time.monotonic
        budget_s = parse_budget(self.budget)
        budget = Budget(clock_s=clock_s, ends_s=clock_s() + budget_s)
        table = frame_of(checked_rows(self, X, reset=True))
        codes = self._encode(X, y)
        self.schema_ = schema_of(table, is_text=is_texts(X))
        rows = self._rows(table, codes)
        seed = _seed(self.random_state)
        made = framed(plan(
            schema=rows.schema, n_rows=rows.n, n_classes=len(self.classes_), budget_s=budget_s, seed=seed,
            n_threads=_threads(self.n_jobs), task_hash="", dataset_hash="", rows_hash="", encoder=self.encoder,
            brought=tuple(brought_recipe(estimator) for estimator in self.estimators or ()),
        ), asked)  # fmt: skip
        reader = encoder_named(made.encoder) if made.encoder else None
        folds = _folds(codes, groups, table, n_folds=made.n_folds, seed=seed)
        seen = encode_images(
            rows, image_encoder_named(self.image_encoder) if self.image_encoder else None, budget=budget,
            tell=_say_nothing,
        )  # fmt: skip
        rows = replace(rows, reader=seen.reader)
        done = run_plan(
            made,
            rows,
            folds,
            budget=budget,
            kept=lambda recipe: None,
            finish=lambda found: found,
            tell=_say_nothing,
            encoder=reader,
        )
        if made.is_tuned:
            done += tune(
                made, rows, folds, done, budget=budget, kept=lambda recipe: None, finish=lambda found: found,
                tell=_say_nothing,
            )  # fmt: skip
        found: Portfolio = blend_of(made, rows, folds, done, tell=_say_nothing, encoder=reader)
        self.model_, self.candidates_, self.log_loss_ = found.model, found.candidates, found.log_loss
        self._held = (found.held_proba, codes[found.held_rows], seed)
        self.checks_ = _checked(made, rows, folds[0], found, left_s=budget.left_s())
        self.prior_ = _leaning(found, codes) if self.decision == "macro_f1" else PriorCorrection()
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Calibrated probabilities of shape (n_samples, n_classes), columns as ``classes_``."""
        check_is_fitted(self, "model_")
        columns, n = self._columns(X)
        matrix = self.model_.predict_proba(columns, n).matrix[:, : len(self.classes_)]
        return np.asarray(matrix / matrix.sum(axis=1, keepdims=True))

    def predict(self, X: Any) -> NDArray[Any]:
        """One class per row: the most probable one, or what ``decision`` says."""
        proba = self.predict_proba(X)
        if self.prior_.exponent:
            proba = proba * np.array(self.prior_.prior)[: proba.shape[1]] ** -self.prior_.exponent
        best = proba.argmax(axis=1)
        return np.asarray(self.classes_[best])

    def predict_set(self, X: Any, alpha: float = 0.1) -> NDArray[np.bool_]:
        """Classes that stay possible, as a mask of shape (n_samples, n_classes), columns as ``classes_``.

        For rows like those fitted on, the set holds the true class with probability ``1 - alpha`` or more, whichever class
        it is. A class with fewer than about ``1 / alpha`` rows shares the promise with others. The most probable class is
        always in the set.

        References
        ----------
        Vovk (2012). Conditional validity of inductive conformal predictors. ACML (class-conditional thresholds).
        """
        check_is_fitted(self, "model_")
        proba, y_index, seed = self._held
        every = np.arange(len(y_index))
        sets = choose_sets(
            proba, y_index, rows=every, fitted_rows=every[:0], rng=np.random.default_rng(seed), alpha=alpha
        ).rule
        columns, n = self._columns(X)
        asked = self.model_.predict_proba(columns, n)
        rule = replace(DecisionRule.plain(asked.label_space), sets=(sets,))
        return np.asarray(prediction_sets(asked, rule)[:, : len(self.classes_)])

    def export(self, folder: str | Path) -> str:
        """Write the model into an empty folder as a bundle that needs NumPy alone to answer; gives its hash."""
        check_is_fitted(self, "model_")
        return write_bundle(Path(folder), self.model_, extras={})

    def _encode(self, X: Any, y: Any) -> NDArray[np.int64]:
        if y is None:
            raise ValueError(f"{type(self).__name__} requires y to be passed, but the target y is None")
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        check_consistent_length(X if hasattr(X, "__len__") else np.asarray(X), y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise NotMulticlass(
                "CW201",
                "there is nothing to tell apart",
                got=f"{len(y)} rows of one class",
                why="a classifier needs rows of at least two classes",
                fix="give labelled rows of the other classes",
            )
        return np.asarray(codes, dtype=np.int64)

    def _rows(self, table: Any, codes: NDArray[np.int64]) -> LabelledRows:
        names = [str(c) for c in self.classes_]
        space = LabelSpace.of([*names, _NO_CLASS] if len(names) == 2 else names)
        columns = columns_for(table, self.schema_)
        return LabelledRows(columns=columns, n=len(codes), y_index=codes, schema=self.schema_, label_space=space)

    def _columns(self, X: Any) -> tuple[Columns, int]:
        table = frame_of(checked_rows(self, X, reset=False))
        return columns_for(table, self.schema_), table.height

    def __sklearn_tags__(self) -> Tags:
        """What scikit-learn may expect."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        return tags


def _leaning(found: Portfolio, codes: NDArray[np.int64]) -> PriorCorrection:
    y, rng = codes[found.held_rows], np.random.default_rng(0)
    return choose_prior(found.held_proba, y, fold=dealt(found.held_fold, rng), rng=rng).correction


def _folds(y: NDArray[np.int64], groups: Any, table: Any, *, n_folds: int, seed: int) -> tuple[FitFold, ...]:
    """Folds to cross-fit on; with one, a fifth of the rows is scored. Groups, or rows alike, stay on one side."""
    most = 5 if n_folds == 1 else n_folds
    if groups is None:
        parted = alike(table, table.columns)
        n_apart = min(len(y) // 2, int(parted.max()) + 1)
        if n_apart < most:  # as few kinds of rows as folds: each kind would be new to the model that is scored on it
            parted, n_apart = np.arange(len(y)), len(y) // 2
    else:
        parted = np.unique(np.asarray(groups), return_inverse=True)[1].astype(np.int64)
        n_apart = int(parted.max()) + 1
    parts = cross_folds(y, n_folds=max(2, min(most, n_apart)), groups=parted, rng=np.random.default_rng(seed))
    every = np.arange(len(y))
    folds = tuple(FitFold(fit=np.setdiff1d(every, part), held=part) for part in parts)
    return folds[:1] if n_folds == 1 else folds


def _checked(
    made: Plan, rows: LabelledRows, fold: FitFold, found: Portfolio, *, left_s: float
) -> tuple[tuple[str, str, str], ...]:
    """What cannot be true must not look so: (name, outcome, detail) each, and a warning for what failed."""
    held = rows.y_index[found.held_rows]
    n_right, share = int((found.held_proba.predicted == held).sum()), float(np.bincount(held).max() / len(held))
    finding = too_good(n_right, len(held), largest_share=share)
    good = ("too good", "passed", f"{n_right:,} of {len(held):,} rows not seen are named right")
    if finding is not None:
        good = ("too good", "failed" if finding.severity == "stop" else "warning", finding.what)
    if good[1] == "failed":
        warnings.warn(f"CW395 {good[2]}: {finding.why if finding else ''}", LeakWarning, stacklevel=3)
    fine = [c for c in found.candidates if not c.failure and c.recipe in made.recipes]
    quick = min(fine, key=lambda c: c.fit_s, default=None)
    if quick is None or quick.fit_s > max(left_s, made.budget_s / 10):
        return good, ("shuffled labels", "not enough evidence", "the budget is spent")
    rng = np.random.default_rng(made.seed)
    fit, apart = (rows.take(rng.permutation(part)[:_MOST_CHECKED]) for part in (fold.fit, fold.held))
    outcome, detail = shuffled_outcome(quick.recipe, fit, apart, rng=rng, seed=made.seed, n_threads=made.n_threads)
    if outcome == "failed":
        warnings.warn(
            f"CW396 a model of shuffled labels names rows it did not see: {detail}; pass groups",
            LeakWarning,
            stacklevel=3,
        )
    return good, ("shuffled labels", outcome, detail)


def _seed(random_state: int | np.random.RandomState | None) -> int:
    if isinstance(random_state, int | np.integer):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31 - 1))


def _threads(n_jobs: int | None) -> int:
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return n_cores if n_jobs is None or n_jobs < 0 else max(1, n_jobs)


def _say_nothing(what: str) -> None:
    """Progress goes nowhere: an estimator is quiet."""
