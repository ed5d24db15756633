"""The family that answers by the nearest training rows, and names them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from classward.domain import InputSchema, Plan, Recipe
from classward.errors import DataError, UsageError, nearest
from classward.estimators import NearestSettings, blas_threads, fit_nearest
from classward.inference import DensePart, EmbeddingPart, Featuriser, ImagePart, NearestScorer, VectorPart
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.params import settings_of
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["NEIGHBOURS", "fit_neighbours_family", "neighbours_alone", "neighbours_recipe"]

NEIGHBOURS = ("beside", "alone")
"""How a person may ask for it: as one candidate among the others, or as the whole version."""

_LAST_LAYER = 384
_FAMILY = "neighbours"


def neighbours_recipe(how: str, *, schema: InputSchema, encoder: str) -> tuple[Recipe, ...]:
    """Make the recipe, and see beforehand that it can be carried out; no recipe if ``how`` is empty.

    Parameters
    ----------
    how : str
        One of :data:`NEIGHBOURS`, or empty.
    schema : InputSchema
        Features; there must be a text, an image or a vector.
    encoder : str
        Name of what reads texts; texts need one.

    Raises
    ------
    UsageError
        CW380 for a way that does not exist.
    DataError
        CW381 without a column that has vectors, CW326 for texts without an encoder.
    """
    if not how:
        return ()
    if how not in NEIGHBOURS:
        raise UsageError(
            "CW380",
            f"neighbours are asked for as {' or '.join(NEIGHBOURS)}, not {how!r}{nearest(how, NEIGHBOURS)}",
            fix="--neighbours beside tries them among the others, --neighbours alone makes a version of them",
        )
    kinds = {f.kind for f in schema.features}
    if not kinds & {"text", "image", "vector"}:
        raise DataError(
            "CW381",
            "nearest neighbours need a text, an image or a vector column",
            got=", ".join(f"{f.name} ({f.kind})" for f in schema.features)[:200],
            why="rows are compared by the cosine of their vectors",
            fix="train without --neighbours, or name such a column under [features]",
        )
    if "text" in kinds and not encoder:
        raise DataError(
            "CW326",
            "neighbours of texts are found by an encoder, and none was given",
            why="an encoder is chosen by the user: it brings its own size, licence and language",
            fix="add --encoder: 'static', 'minilm', or a folder with model.onnx and tokenizer.json",
        )
    width = (("width", _LAST_LAYER),) if encoder == "minilm" and "text" in kinds else ()
    return (Recipe(family=_FAMILY, params=width),)


def neighbours_alone(made: Plan) -> Plan:
    """The same plan with neighbours only, and nothing tuned.

    Raises
    ------
    UsageError
        CW382 if it has none: binary questions and zero-shot models alone leave them out.
    """
    recipes = tuple(recipe for recipe in made.recipes if recipe.family == _FAMILY)
    if not recipes:
        raise UsageError(
            "CW382", "neighbours alone cannot be combined with binary questions or with a zero-shot model alone",
            fix="leave out --frame and --zero-shot, or say --neighbours beside",
        )  # fmt: skip
    return replace(made, recipes=recipes, shares=(1.0 - made.for_blending,) * len(recipes), is_tuned=False)


def fit_neighbours_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, NearestScorer]:
    """Store rows by the vectors of their texts, images and vector columns; other columns are not looked at."""
    given = dict(params)
    width = int(given.pop("width", 0))
    settings = settings_of(NearestSettings, given)
    if rows.weight is not None:
        raise DataError(
            "CW350",
            "neighbours cannot count some rows more than others",
            fix="balance classes by 'over' or 'under', or use another family",
        )
    featuriser = Featuriser(dense=_parts(rows, how, width))
    with blas_threads(how.n_threads):
        features = featuriser.transform(rows.columns, rows.n)
        if not np.nan_to_num(features.dense).any():
            raise DataError(
                "CW230", "no column holds anything to learn from", got=f"{rows.n} rows without a vector",
                why="rows are compared by the cosine of their vectors", fix="name an encoder that knows their words",
            )  # fmt: skip
        scorer = fit_nearest(
            features, rows.y_index, blocks=tuple(part.n_columns for part in featuriser.dense), ids=rows.names,
            n_classes=len(rows.label_space), settings=settings, rng=np.random.default_rng(how.seed),
        )  # fmt: skip
    return featuriser, scorer


def _parts(rows: LabelledRows, how: How, width: int) -> tuple[DensePart, ...]:
    parts: list[DensePart] = []
    for f in rows.schema.features:
        if f.kind == "vector":
            parts.append(
                VectorPart(
                    column=f.name, length=f.length, mean=np.zeros(f.length, np.float32),
                    scale=np.ones(f.length, np.float32),
                )
            )  # fmt: skip
        elif f.kind == "text" and how.encoder is not None:
            first = how.encoder.n_columns - (width or how.encoder.n_columns)
            parts.append(EmbeddingPart(column=f.name, encoder=how.encoder, first=first))
        elif f.kind == "image" and rows.reader is not None:
            parts.append(ImagePart(column=f.name, reader=rows.reader, width=rows.reader.n_columns))
    if not parts or (how.encoder is None and any(f.kind == "text" for f in rows.schema.features)):
        raise DataError(
            "CW326",
            "neighbours are found by vectors, and nothing was given that makes them",
            why="texts are read by an encoder, images by a backbone",
            fix="name an encoder: 'static', 'minilm', or a folder with model.onnx and tokenizer.json",
        )
    return tuple(parts)
