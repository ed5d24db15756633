"""Learn to tell inputs of no class by leaving classes out, and put the rule into the model."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Plan
from classward.estimators import one_blas_thread
from classward.flows.portfolio import Finished, Portfolio
from classward.inference import Encoder, FittedModel
from classward.lifecycle.calibrate import NoveltyChoice, SimulatedNews, choose_novelty, left_out_groups
from classward.lifecycle.train import How, LabelledRows, fit_one
from classward.statistics import novelty_names, novelty_scores

__all__ = ["tells_news"]

_GROUPS, _MOST_ROWS, _ROWS_IN_HASTE, _HELD = 3, 6_000, 2_000, 5


def tells_news(
    made: Plan,
    rows: LabelledRows,
    done: Sequence[Finished],
    found: Portfolio,
    *,
    known_accuracy: float,
    tell: Callable[[str], None],
    encoder: Encoder | None = None,
    left_s: float = math.inf,
) -> tuple[Portfolio, str]:
    """Fit the members of the blend without some classes, three times, and choose by what tells those classes' rows apart.

    No row of an unknown class is needed or used. The threshold is chosen on rows the models did not see, so that
    ``known_accuracy`` of all known rows are still answered, and answered right.

    Parameters
    ----------
    made, rows, done, found
        The plan, its rows, the candidates and the blend of them.
    known_accuracy : float
        In (0, 1).
    tell : callable
        Told about progress.
    encoder : Encoder, optional
        Reads texts.
    left_s : float
        Seconds that may go into it. Each fit is of at most 6,000 rows, or of 2,000 if those would take longer (by what the
        members' own fits took); the sentence says which.

    Returns
    -------
    portfolio, remark
        With the rule in its model, and a sentence that says how good the rule is.

    Raises
    ------
    TooFewLabels
        CW327 with too few classes or rows to leave some out.
    """
    tell("learning to tell inputs of no class: fitting without some classes")
    weights = {c.recipe.hash: c.weight for c in found.candidates if c.weight}
    members = [f for f in done if f.candidate.recipe.hash in weights and not f.candidate.failure]
    most_rows = _most_rows(members, found, rows.n, left_s)
    with one_blas_thread():
        news = _simulated(made, rows, members, found, encoder, most_rows)
    proba = found.held_proba
    choice = choose_novelty(
        novelty_scores(proba.matrix, [f.logits for f in members]),
        proba.predicted == rows.y_index[found.held_rows],
        news,
        names=novelty_names(len(members)),
        accuracy_floor=known_accuracy,
    )
    remark = _remark(choice, known_accuracy)
    if most_rows < min(_MOST_ROWS, rows.n):
        remark += f"; for want of time learned from {most_rows:,} of {rows.n:,} rows"
    return replace(found, model=replace(found.model, novelty=choice.rule)), remark


def _most_rows(members: Sequence[Finished], found: Portfolio, n_rows: int, left_s: float) -> int:
    n_folds = int(found.held_fold.max(initial=0)) + 1
    one_fit_s = sum(f.candidate.fit_s for f in members) / n_folds
    needed_s = _GROUPS * one_fit_s * min(1.0, _MOST_ROWS / max(1, n_rows))
    return _MOST_ROWS if needed_s <= left_s else _ROWS_IN_HASTE


def _simulated(
    made: Plan,
    rows: LabelledRows,
    members: Sequence[Finished],
    found: Portfolio,
    encoder: Encoder | None,
    most_rows: int,
) -> list[SimulatedNews]:
    rng = np.random.default_rng(made.seed + 1)
    how = How(seed=made.seed, n_threads=made.n_threads, should_stop=lambda: False, encoder=encoder)
    news = []
    for classes in left_out_groups(rows.y_index, len(rows.label_space), n_groups=_GROUPS, rng=rng):
        is_left_out = np.isin(rows.y_index, classes)
        known = rng.permutation(np.flatnonzero(~is_left_out))
        fit, held = known[: min(most_rows, len(known) * (_HELD - 1) // _HELD)], known[-(len(known) // _HELD) :]
        held = held[:most_rows]
        new = rng.permutation(np.flatnonzero(is_left_out))[: len(held)]
        models = [fit_one(f.candidate.recipe, rows.take(fit), how) for f in members]
        known_scores, new_scores = (_scores(models, rows.take(at), found) for at in (held, new))
        news.append(SimulatedNews(known=known_scores, new=new_scores))
    return news


def _scores(models: Sequence[FittedModel], rows: LabelledRows, found: Portfolio) -> NDArray[np.float64]:
    said = [model.scorer.logits(rows.features_by(model.featuriser)) for model in models]
    members = zip(found.model.members, said, strict=True)
    mean = np.sum([member.weight * member.calibrator.apply(logits) for member, logits in members], axis=0)
    return novelty_scores(found.model.calibrator.apply(np.log(np.maximum(mean, 1e-12))), said)


def _remark(choice: NoveltyChoice, known_accuracy: float) -> str:
    auc = dict(choice.auc)[choice.name]
    return (
        f"inputs of no class are told by {choice.name}: {choice.new_found.value:.0%} of {choice.new_found.n:,} rows of "
        f"left-out classes would be called unknown (AUC {auc:.3f}); of known rows {choice.accuracy.value:.1%} are answered "
        f"right, {known_accuracy:.0%} asked; estimated, since real news are of other kinds"
    )
