"""Choose how to tell inputs that belong to no class, without having seen one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Measure
from classward.errors import TooFewLabels
from classward.inference import NoveltyRule
from classward.statistics import fit_log_odds, measured_share, ranked

__all__ = ["NoveltyChoice", "SimulatedNews", "choose_novelty", "left_out_groups"]

_TOGETHER = "all together"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedNews:
    """Scores of a model that was trained without some classes: of rows of the classes it knows (and was not fitted on),
    and of rows of the classes it does not know; float64 of shape (n, n_scores)."""

    known: NDArray[np.float64]
    new: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class NoveltyChoice:
    """A rule, and what is known about it.

    Parameters
    ----------
    rule : NoveltyRule
        What serving applies.
    name : str
        The score chosen, or ``all together``.
    accuracy : Measure
        Share of known rows answered, and answered right; observed on the rows that chose the threshold.
    new_found : Measure
        Share of rows of held-out classes that would be called new; estimated, since real news are of other kinds.
    auc : tuple of (str, float)
        How well each candidate tells rows of held-out classes from known ones: mean over the held-out groups.
    """

    rule: NoveltyRule
    name: str
    accuracy: Measure
    new_found: Measure
    auc: tuple[tuple[str, float], ...]


def left_out_groups(
    y_index: NDArray[np.int64], n_classes: int, *, n_groups: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], ...]:
    """Deal the classes that have rows into groups, each to be held out once; at most half of the classes at a time."""
    present = rng.permutation(np.flatnonzero(np.bincount(y_index, minlength=n_classes)))
    return tuple(np.sort(present[i::n_groups]) for i in range(max(n_groups, 2)) if len(present[i::n_groups]))


def choose_novelty(
    scores: NDArray[np.float64],
    is_right: NDArray[np.bool_],
    simulated: Sequence[SimulatedNews],
    *,
    names: Sequence[str],
    accuracy_floor: float,
) -> NoveltyChoice:
    """Choose the score that best tells held-out classes from known ones, and a threshold that keeps an accuracy.

    Each score competes alone, and all together weighed by logistic regression that is judged on a group it was not
    fitted on. The threshold is the lowest at which the share of known rows that are answered, and answered right, stays
    at the floor: a known row called new counts as wrong. When the model is below the floor with every row answered,
    nothing is ever called new.

    Parameters
    ----------
    scores : float array of shape (n, n_scores)
        Of rows the model was not fitted on.
    is_right : bool array of shape (n,)
        Whether its answer to each was right.
    simulated : sequence of SimulatedNews
        At least two groups of held-out classes.
    names : sequence of str
        One per score.
    accuracy_floor : float
        In (0, 1).

    Raises
    ------
    TooFewLabels
        CW327 with fewer than two groups, or a group without rows on one side.
    """
    if len(simulated) < 2 or not len(is_right) or not all(len(s.known) and len(s.new) for s in simulated):
        raise TooFewLabels(
            "CW327",
            "cannot learn to tell new inputs",
            got=f"{len(simulated)} groups of held-out classes, {len(is_right)} known rows",
            why="what a new input looks like is learned by holding out classes, and judged on others",
            fix="give at least four classes with rows each, or abstain on low confidence instead",
        )
    centre = np.median(scores, axis=0)
    scale = np.maximum(scores.std(axis=0), 1e-9)
    groups = [SimulatedNews(known=(s.known - centre) / scale, new=(s.new - centre) / scale) for s in simulated]
    single = [np.mean([_auc(s.known[:, j], s.new[:, j]) for s in groups]) for j in range(len(names))]
    together = [_judged_apart(groups, i) for i in range(len(groups))]
    auc = {**dict(zip(names, map(float, single), strict=True)), _TOGETHER: float(np.mean(together))}
    name = max(auc, key=lambda k: round(auc[k], 6))
    weights = _fit(groups) if name == _TOGETHER else np.eye(len(names))[list(names).index(name)]
    unset = NoveltyRule(centre=centre, scale=scale, weights=weights, threshold=np.inf)
    strange = unset.strangeness(scores)
    threshold = _threshold(strange, is_right, accuracy_floor)
    rule = NoveltyRule(centre=centre, scale=scale, weights=weights, threshold=threshold)
    found = np.concatenate([rule.is_new(s.new) for s in simulated])
    kept_right = is_right & (strange <= threshold)
    return NoveltyChoice(
        rule=rule,
        name=name,
        accuracy=measured_share(int(kept_right.sum()), len(kept_right)),
        new_found=measured_share(int(found.sum()), len(found)),
        auc=tuple(auc.items()),
    )


def _threshold(strange: NDArray[np.float64], is_right: NDArray[np.bool_], floor: float) -> float:
    right = np.sort(strange[is_right])
    needed = int(np.ceil(floor * len(is_right) - 1e-9))
    if len(right) < needed or not needed:
        return float(np.finfo(np.float64).max)
    return float(right[needed - 1])


def _fit(groups: Sequence[SimulatedNews]) -> NDArray[np.float64]:
    rows = np.concatenate([np.concatenate([s.known, s.new]) for s in groups])
    is_new = np.concatenate([np.repeat([False, True], [len(s.known), len(s.new)]) for s in groups])
    return fit_log_odds(rows, is_new)[:-1]


def _judged_apart(groups: Sequence[SimulatedNews], held: int) -> float:
    weights = _fit([s for i, s in enumerate(groups) if i != held])
    return _auc(groups[held].known @ weights, groups[held].new @ weights)


def _auc(known: NDArray[np.float64], new: NDArray[np.float64]) -> float:
    is_new = np.repeat([False, True], [len(known), len(new)])
    return float(ranked(np.concatenate([known, new]), is_new).auc().value or 0.0)
