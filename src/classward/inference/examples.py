"""Which training rows an answer rests on."""

from __future__ import annotations

from classward.domain import Example
from classward.inference.blend import Blend
from classward.inference.columns import Columns
from classward.inference.model import FittedModel
from classward.inference.nearest import NearestScorer, unit_rows

__all__ = ["nearest_examples"]


def nearest_examples(model: object, columns: Columns, row: int, *, most: int = 5) -> tuple[Example, ...]:
    """The training rows nearest to a row, by the first nearest-neighbour scorer in a model; none if it has none.

    Parameters
    ----------
    model : FittedModel, Blend or other
        What answers.
    columns, row : Columns, int
        Rows, and which of them.
    most : int, default=5
        Examples, the nearest first. They are evidence for the answer only as far as that scorer has weight in the blend.
    """
    found = next((one for one in _models(model) if isinstance(one.scorer, NearestScorer)), None)
    if found is None or not isinstance(found.scorer, NearestScorer):
        return ()
    scorer = found.scorer
    features = found.featuriser.transform({name: [values[row]] for name, values in columns.items()}, 1)
    at, cosine = scorer.search(unit_rows(features.dense, scorer.blocks)[0], n_neighbours=most)
    names = found.label_space.names
    return tuple(
        Example(id=scorer.ids[i], class_name=names[scorer.classes[i]], similarity=round(float(min(s, 1.0)), 6))
        for i, s in zip(at.tolist(), cosine.tolist(), strict=True)
    )


def _models(model: object) -> tuple[FittedModel, ...]:
    if isinstance(model, FittedModel):
        return (model,)
    return tuple(one for m in model.members for one in m.models[:1]) if isinstance(model, Blend) else ()
