"""Leave out of a fitted model what says least: terms of a vocabulary, and trees."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.inference import (
    Blend,
    Featuriser,
    FittedModel,
    FlooredTemperature,
    ForestScorer,
    LinearScorer,
    TextPart,
    TreeScorer,
)
from classward.inference.columns import Columns

__all__ = ["pruned", "rescaled"]


def pruned(model: Blend, keep: float) -> tuple[Blend, int]:
    """Keep a share of the terms of linear text models, of the trees of forests and of the rounds of boosted trees.

    A term is worth the length of its weights around their mean: one that says the same of every class says nothing. Trees of
    a forest are alike, so the first ones stay; boosting puts what matters first. Rare classes lose most, since their
    terms weigh little and their leaves come late: compare class by class.

    Parameters
    ----------
    model : Blend
        Left as it is.
    keep : float
        Share that stays, in (0, 1).

    Returns
    -------
    Blend, int
        The smaller model, and how many of its parts became smaller.
    """
    members, n_smaller = [], 0
    for member in model.members:
        models = [_pruned(one, keep) for one in member.models]
        n_smaller += sum(a is not b for a, b in zip(models, member.models, strict=True))
        members.append(replace(member, models=tuple(models)))
    return replace(model, members=tuple(members)), n_smaller


def rescaled(model: Blend, teacher: Blend, columns: Columns, n: int) -> Blend:
    """Give a changed blend the temperature at which its probabilities agree best with those it had before.

    No label is read. Needs rows; on those the models were fitted on both are too sure alike, which is what is compared.
    """
    calibrator = model.calibrator
    if not isinstance(calibrator, FlooredTemperature):
        return model
    wanted = teacher.predict_proba(columns, n).matrix
    logits = model.logits(columns, n)

    def off_by(factor: float) -> float:
        made = replace(calibrator, temperature=calibrator.temperature * factor).apply(logits)
        return float(-(wanted * np.log(np.maximum(made, 1e-12))).sum(axis=1).mean())

    best = min(np.geomspace(0.2, 5.0, 65).tolist(), key=off_by)
    return replace(model, calibrator=replace(calibrator, temperature=calibrator.temperature * best))


def _pruned(model: FittedModel, keep: float) -> FittedModel:
    scorer = model.scorer
    if isinstance(scorer, LinearScorer) and model.featuriser.texts:
        featuriser, kept = _fewer_terms(model.featuriser, scorer, keep)
        return replace(model, featuriser=featuriser, scorer=replace(scorer, weights=scorer.weights[kept]))
    if isinstance(scorer, ForestScorer) and len(scorer.root) > 1:
        return replace(model, scorer=_fewer_trees(scorer, max(1, round(keep * len(scorer.root)))))
    if isinstance(scorer, TreeScorer) and scorer.n_rounds > 1:
        return replace(model, scorer=_fewer_rounds(scorer, max(1, round(keep * scorer.n_rounds))))
    return model


def _fewer_terms(featuriser: Featuriser, scorer: LinearScorer, keep: float) -> tuple[Featuriser, NDArray[np.int64]]:
    start = featuriser.n_columns - sum(part.n_columns for part in featuriser.texts)
    kept, texts = [np.arange(start)], []
    for part in featuriser.texts:
        weights = scorer.weights[start : start + part.n_columns].astype(np.float64)
        worth = np.linalg.norm(weights - weights.mean(axis=1, keepdims=True), axis=1)
        stays = np.sort(np.argsort(-worth, kind="stable")[: max(1, round(keep * len(worth)))])
        texts.append(_part(part, stays))
        kept.append(start + stays)
        start += part.n_columns
    return replace(featuriser, texts=tuple(texts)), np.concatenate(kept)


def _part(part: TextPart, stays: NDArray[np.int64]) -> TextPart:
    n_words = len(part.words)
    words, grams = stays[stays < n_words], stays[stays >= n_words] - n_words
    return replace(
        part, words=tuple(part.words[i] for i in words), grams=tuple(part.grams[i] for i in grams),
        word_idf=part.word_idf[words], gram_idf=part.gram_idf[grams],
    )  # fmt: skip


def _fewer_trees(scorer: ForestScorer, n_trees: int) -> ForestScorer:
    """Nodes of a tree follow those of the tree before, and children follow their parents."""
    root = scorer.root[:n_trees]
    later = scorer.root[n_trees:]
    inner = later[later >= 0]
    n = int(inner.min()) if len(inner) else len(scorer.feature)
    children = scorer.children[:n]
    used = np.unique(~np.concatenate([children[children < 0], root[root < 0]]))
    number = np.full(len(scorer.starts) - 1, -1, dtype=np.int32)
    number[used] = np.arange(len(used), dtype=np.int32)
    spans = [np.arange(scorer.starts[m], scorer.starts[m + 1]) for m in used]
    cells = np.concatenate(spans) if spans else np.zeros(0, dtype=np.int64)
    return replace(
        scorer, feature=scorer.feature[:n], threshold=scorer.threshold[:n],
        children=np.where(children < 0, ~number[~np.minimum(children, -1)], children).astype(np.int32),
        root=np.where(root < 0, ~number[~np.minimum(root, -1)], root).astype(np.int32),
        starts=np.concatenate([[0], np.cumsum([len(span) for span in spans])]).astype(np.int32),
        classes=scorer.classes[cells], shares=scorer.shares[cells],
    )  # fmt: skip


def _fewer_rounds(scorer: TreeScorer, n_rounds: int) -> TreeScorer:
    n_trees = n_rounds * len(scorer.present)
    n = int(scorer.root[n_trees]) if n_trees < len(scorer.root) else len(scorer.feature)
    return replace(
        scorer, feature=scorer.feature[:n], threshold=scorer.threshold[:n], children=scorer.children[:n],
        nan_left=scorer.nan_left[:n], zero_side=scorer.zero_side[:n], value=scorer.value[:n],
        root=scorer.root[:n_trees], depth=scorer.depth[:n_trees],
    )  # fmt: skip
