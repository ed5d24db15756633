"""Families that read texts by an encoder."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema
from classward.errors import DataError
from classward.estimators import (
    LikenessFit,
    LikenessSettings,
    LinearSettings,
    blas_threads,
    fit_embedding_featuriser,
    fit_likeness,
    fit_linear,
)
from classward.inference import Encoder, Featuriser, LikenessScorer, LinearScorer
from classward.lifecycle.train.family import How, Params
from classward.lifecycle.train.params import settings_of
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["fit_embedding_family", "fit_likeness_family", "fit_likeness_left_out"]

_LEFT_OUT_FOLDS = 5


def fit_embedding_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, LinearScorer]:
    """Fit a linear model over every column, texts read by the encoder.

    Beside the settings of a linear model, ``terms`` (false unless said) puts TF-IDF beside the vectors, and ``width``
    takes only the last so many numbers of a vector: the last layer, where an encoder gives several.
    """
    encoder = _encoder(how)
    given = dict(params)
    with_terms, width = bool(given.pop("terms", False)), int(given.pop("width", encoder.n_columns))
    featuriser = fit_embedding_featuriser(
        rows.schema,
        rows.columns,
        rows.n,
        encoder=encoder,
        with_terms=with_terms,
        first=encoder.n_columns - width,
        reader=rows.reader,
    )
    scorer = fit_linear(
        featuriser.transform(rows.columns, rows.n),
        rows.y_index,
        n_classes=len(rows.label_space),
        settings=settings_of(LinearSettings, given),
        seed=how.seed,
        weight=rows.weight,
    )
    return featuriser, scorer


def fit_likeness_family(rows: LabelledRows, params: Params, how: How) -> tuple[Featuriser, LikenessScorer]:
    """Fit likeness to training rows over the text columns alone, read by the encoder."""
    fold = np.random.default_rng(how.seed).permutation(rows.n) % _LEFT_OUT_FOLDS
    featuriser, made = fit_likeness_left_out(rows, params, how, fold)
    return featuriser, made.scorer


def fit_likeness_left_out(
    rows: LabelledRows, params: Params, how: How, fold: NDArray[np.int64]
) -> tuple[Featuriser, LikenessFit]:
    """The same on all rows, with the logits of each fold (int array of shape (n,)) left out: cross-fitting for one fit."""
    settings = settings_of(LikenessSettings, params)
    if rows.weight is not None:
        raise DataError(
            "CW350",
            "likeness to training rows cannot count some rows more than others",
            fix="balance classes by 'over' or 'under', or use another family",
        )
    texts = InputSchema(features=tuple(f for f in rows.schema.features if f.kind == "text"))
    featuriser = fit_embedding_featuriser(texts, rows.columns, rows.n, encoder=_encoder(how), with_terms=False)
    features = featuriser.transform(rows.columns, rows.n)
    with blas_threads(how.n_threads):
        made = fit_likeness(
            features, rows.y_index, n_classes=len(rows.label_space), settings=settings, fold=fold,
            rng=np.random.default_rng(how.seed),
        )  # fmt: skip
    return featuriser, made


def _encoder(how: How) -> Encoder:
    if how.encoder is None:
        raise DataError(
            "CW326",
            "this family reads texts by an encoder, and none was given",
            why="an encoder is chosen by the user: it brings its own size, licence and language",
            fix="name one: 'static', 'minilm', or a folder with model.onnx and tokenizer.json",
        )
    return how.encoder
