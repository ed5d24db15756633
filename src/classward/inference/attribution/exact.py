"""Exact explanations of single linear and tree models."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.domain import Contribution, Explanation, LabelSpace
from classward.inference.attribution.exact_arrays import linear_contributions, tree_contributions
from classward.inference.attribution.players import Background
from classward.inference.attribution.trust import warnings_of
from classward.inference.columns import Columns
from classward.inference.embedding import EmbeddingPart
from classward.inference.features import Features
from classward.inference.featuriser import DensePart, Featuriser
from classward.inference.image_part import ImagePart
from classward.inference.linear import LinearScorer
from classward.inference.ordinal_part import OrdinalPart
from classward.inference.smooth_part import SmoothPart
from classward.inference.text import TextPart
from classward.inference.tokens import grams_of, words_of
from classward.inference.tree import TreeScorer
from classward.inference.vector_part import VectorPart

__all__ = ["explain_exactly", "owners_of"]

_ABSENT = "(words that are not in it)"


def explain_exactly(
    featuriser: Featuriser,
    scorer: LinearScorer | TreeScorer,
    space: LabelSpace,
    columns: Columns,
    row: int,
    background: Background,
    *,
    class_name: str | None = None,
    contrast: str | None = None,
    scale: str = "uncalibrated logits",
) -> Explanation:
    """Share out the difference of two logits among columns and words, without sampling.

    For one linear scorer or one ensemble of trees; blends and other families go through ``explain_row``. Of uncalibrated
    logits: a temperature divides them all, so that shares stay as they are.

    Parameters
    ----------
    class_name, contrast : str, optional
        By default the class answered, against the second best for this row.
    scale : str
        What the scorer's numbers are: ``calibrated log odds`` where its calibration was worked into it.

    Returns
    -------
    explanation : Explanation
        By columns; for a linear scorer over text by words, where a word's letter sequences count for the words that hold
        them in equal parts. Standard errors are 0.
    """
    made = featuriser.transform({f.name: [columns[f.name][row]] for f in background.features}, 1)
    others = featuriser.transform(background.columns, background.n)
    logits, mean = scorer.logits(made)[0], scorer.logits(others).mean(axis=0)
    ranked = [int(i) for i in np.argsort(-logits, kind="stable")]
    a = ranked[0] if class_name is None else space.index(class_name)
    b = next(i for i in ranked if i != a) if contrast is None else space.index(contrast)
    owners = owners_of(featuriser, columns, row)
    named = list(dict.fromkeys(owner for shares in owners for owner, _ in shares))
    x, z = _side_by_side(made)[0], _side_by_side(others)
    if isinstance(scorer, LinearScorer):
        values = _linear(linear_contributions(scorer, x, z)[:, [a, b]] @ [1.0, -1.0], owners, named)
    else:
        place = {column: i for i, column in enumerate(dict.fromkeys(column for column, _ in named))}
        player_of = np.array([place[shares[0][0][0]] for shares in owners], dtype=np.int64)
        values = tree_contributions(scorer, x, z, player_of)[:, [a, b]] @ [1.0, -1.0]
        named = [(column, None) for column in place]
    order = np.argsort(-np.abs(values), kind="stable")
    return Explanation(
        class_name=space.names[a], contrast=space.names[b], score=float(logits[a] - logits[b]),
        base=float(mean[a] - mean[b]), scale=scale, n_background=background.n,
        contributions=tuple(
            Contribution(column=named[i][0], token=named[i][1], value=float(values[i]), standard_error=0.0)
            for i in order
        ),
        method="exact, linear" if isinstance(scorer, LinearScorer) else "exact, interventional trees",
        n_evaluations=background.n + 1, warnings=warnings_of(None, None, n_background=background.n),
    )  # fmt: skip


Owner: TypeAlias = tuple[str, str | None]


def owners_of(featuriser: Featuriser, columns: Columns, row: int) -> list[tuple[tuple[Owner, float], ...]]:
    """Say for every feature which columns or words of a row it speaks for, and in which shares."""
    found: list[tuple[tuple[Owner, float], ...]] = []
    for part in featuriser.dense:
        found += [(((name, None), 1.0),) for name in _columns_of(part)]
    for category in featuriser.categories:
        found += [(((category.column, None), 1.0),)] * category.n_columns
    for text in featuriser.texts:
        found += _of_text(text, columns[text.column][row])
    return found


def _columns_of(part: DensePart) -> list[str]:
    """The input column behind each feature of a dense part."""
    if isinstance(part, OrdinalPart):
        return [part.column]
    if isinstance(part, EmbeddingPart | ImagePart | VectorPart):
        return [part.column] * part.n_columns
    if isinstance(part, SmoothPart):
        inputs = [name for inner in part.parts for name in _columns_of(inner)]
        return inputs + [inputs[int(i)] for i in part.gaps]
    per = part.n_columns // max(len(part.columns), 1)
    return [name for name in part.columns for _ in range(per)]


def _of_text(part: TextPart, value: object) -> list[tuple[tuple[Owner, float], ...]]:
    words = list(dict.fromkeys(words_of(value))) if isinstance(value, str) else []
    pairs = {f"{a} {b}" for a, b in pairwise(words_of(value) if isinstance(value, str) else [])}
    present = set(words) | pairs
    holders: dict[str, list[str]] = {}
    for word in words:
        for gram in set(grams_of(word, part.low, part.high)):
            holders.setdefault(gram, []).append(word)
    absent: tuple[tuple[Owner, float], ...] = (((part.column, _ABSENT), 1.0),)
    found = [(((part.column, term), 1.0),) if term in present else absent for term in part.words]
    for gram in part.grams:
        held = holders.get(gram)
        found.append(tuple(((part.column, w), 1 / len(held)) for w in held) if held else absent)
    return found


def _linear(
    by_feature: NDArray[np.float64], owners: Sequence[tuple[tuple[Owner, float], ...]], named: Sequence[Owner]
) -> NDArray[np.float64]:
    place = {owner: i for i, owner in enumerate(named)}
    out = np.zeros(len(named))
    for value, shares in zip(by_feature.tolist(), owners, strict=True):
        if value:
            for owner, share in shares:
                out[place[owner]] += share * value
    return out


def _side_by_side(features: Features) -> NDArray[np.float32]:
    return np.concatenate([features.dense, features.sparse.toarray(0, features.n)], axis=1)
