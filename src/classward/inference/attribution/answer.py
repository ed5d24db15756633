"""One answer explained in the best way its model allows: exactly, or by sampling within a budget."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from classward.domain import Contribution, Explanation, Feature, LabelSpace
from classward.inference.attribution.exact import explain_exactly
from classward.inference.attribution.explain import Answering, explain_row
from classward.inference.attribution.players import Background
from classward.inference.blend import Blend
from classward.inference.calibrators import Calibrator, Identity, Temperature, VectorScaling
from classward.inference.columns import Columns
from classward.inference.examples import nearest_examples
from classward.inference.featuriser import Featuriser
from classward.inference.linear import LinearScorer
from classward.inference.model import FittedModel
from classward.inference.tree import TreeScorer

__all__ = ["exact_pieces", "explain_answer", "typical_background"]


def explain_answer(
    model: Answering,
    columns: Columns,
    row: int,
    background: Background,
    *,
    rng: np.random.Generator,
    class_name: str | None = None,
    contrast: str | None = None,
    n_permutations: int = 32,
    most: int | None = None,
) -> Explanation:
    """Say what moved an answer: without approximation where the model is a single linear one or one of trees.

    Where the model compares with training rows, the nearest of them are named as evidence.

    Everything else (blends, forests, kernels, networks) is explained by sampling orders, which works for any model.

    Parameters
    ----------
    background : Background
        Rows to compare with: training rows, or the one typical row of :func:`typical_background`.
    class_name, contrast : str, optional
        By default the class answered; exact explanations contrast it with the second best, sampled ones with all others.
    n_permutations : int, default=32
        Orders drawn where sampling is needed: the cost grows with it, the standard error falls with its root.
    most : int, optional
        Contributions kept, the largest; the rest is added up under ``(all others)``.

    Raises
    ------
    UnknownClass
        CW301 if a class is not in the label space.
    DataError
        CW307 if a class is to be contrasted with itself.
    """
    pieces = exact_pieces(model)
    if pieces is not None:
        featuriser, scorer, space = pieces
        found = explain_exactly(
            featuriser,
            scorer,
            space,
            columns,
            row,
            background,
            class_name=class_name,
            contrast=contrast,
            scale="calibrated log odds",
        )
    else:
        found = explain_row(
            model, columns, row, background, rng=rng, class_name=class_name, contrast=contrast,
            n_permutations=n_permutations,
        )  # fmt: skip
    found = replace(found, nearest=nearest_examples(model, columns, row))
    return found if most is None or len(found.contributions) <= most else _shortened(found, most)


def exact_pieces(model: Answering) -> tuple[Featuriser, LinearScorer | TreeScorer, LabelSpace] | None:
    """Steps and classes of a model that can be taken apart exactly, calibration worked into the scorer; else ``None``.

    >>> from classward.domain import InputSchema, LabelSpace
    >>> space = LabelSpace.of(["a", "b", "c"])
    >>> scorer = LinearScorer(mean=np.zeros(0), scale=np.ones(0), weights=np.zeros((0, 3), np.float32),
    ...                       intercept=np.array([2.0, 0.0, -2.0]))
    >>> model = FittedModel(schema=InputSchema(features=()), label_space=space, featuriser=Featuriser(), scorer=scorer,
    ...                     calibrator=Temperature(temperature=2.0), family="linear")
    >>> exact_pieces(model)[1].intercept.tolist()
    [1.0, 0.0, -1.0]
    """
    if isinstance(model, FittedModel):
        inner, chain = model, [model.calibrator]
    elif not isinstance(model, Blend) or len(model.members) != 1 or len(model.members[0].models) != 1:
        return None
    else:
        inner = model.members[0].models[0]
        chain = [model.members[0].calibrator, model.calibrator]
        if not isinstance(model.calibrator, Identity | Temperature):
            return None
    scorer = inner.scorer
    if not isinstance(scorer, LinearScorer | TreeScorer):
        return None
    for calibrator in chain:
        found = _calibrated(scorer, calibrator)
        if found is None:
            return None
        scorer = found
    return inner.featuriser, scorer, inner.label_space


def _calibrated(scorer: LinearScorer | TreeScorer, calibrator: Calibrator) -> LinearScorer | TreeScorer | None:
    if isinstance(calibrator, Identity):
        return scorer
    if isinstance(calibrator, Temperature):
        scale = np.full(scorer.n_classes, 1.0 / calibrator.temperature)
        bias = np.zeros(scorer.n_classes)
    elif isinstance(calibrator, VectorScaling) and isinstance(scorer, LinearScorer):
        scale, bias = calibrator.scale, calibrator.bias
    else:
        return None
    if isinstance(scorer, TreeScorer):
        return replace(scorer, value=scorer.value * scale[0], intercept=scorer.intercept * scale[0])
    return replace(
        scorer, weights=(scorer.weights * scale).astype(np.float32), intercept=scorer.intercept * scale + bias
    )


def typical_background(typical: Mapping[str, object], features: tuple[Feature, ...]) -> Background:
    """One typical row (median numbers, most frequent levels, no words) to compare with where no training rows are at hand.

    Columns that it lacks are missing.
    """
    columns = {f.name: [_typical(typical.get(f.name), f.kind)] for f in features}
    return Background(columns, features, 1)


def _typical(value: object, kind: str) -> object:
    return "" if kind == "text" else value


def _shortened(found: Explanation, most: int) -> Explanation:
    kept, others = found.contributions[:most], found.contributions[most:]
    rest = Contribution(
        column="(all others)", value=sum(c.value for c in others),
        standard_error=float(np.sqrt(sum(c.standard_error**2 for c in others))),
    )  # fmt: skip
    return replace(found, contributions=(*kept, rest))
