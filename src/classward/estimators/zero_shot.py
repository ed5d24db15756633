"""Scores from class descriptions alone: what an adapter is, and the one by an encoder."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Protocol, cast

import numpy as np

from classward.domain import InputSchema
from classward.errors import DataError, UsageError, nearest
from classward.estimators.embedding import fit_embedding_featuriser
from classward.inference import Columns, DescribedScorer, Encoder, Featuriser, Scorer

__all__ = ["MEANING", "ZeroShotAdapter", "adapter_named", "describe_by_meaning"]

MEANING = "meaning"
"""Name of the packaged adapter."""

_SHARPNESS = 20.0
"""Temperatures lie within [0.05, 20], so that cosines end up multiplied by 1 to 400."""


class ZeroShotAdapter(Protocol):
    """Turns class descriptions into pieces that score rows, without a labelled row.

    The pieces are those of :mod:`classward.inference`, so that what an adapter makes is calibrated, blended, reported,
    stored as arrays and served like any other model.
    """

    def __call__(
        self,
        texts: InputSchema,
        columns: Columns,
        n: int,
        *,
        descriptions: Sequence[str],
        encoder: Encoder | None,
        width: int,
    ) -> tuple[Featuriser, Scorer]:
        """Make a featuriser of the text columns, and a scorer with one logit per description, in their order.

        Parameters
        ----------
        texts : InputSchema
            The text columns.
        columns, n
            Rows, for what must be learned from texts without labels.
        descriptions : sequence of str
            What each class means, in label-space order.
        encoder : StaticEncoder, OnnxEncoder or None
            What the user chose to read texts by.
        width : int
            Only the last so many numbers of its vectors count; 0: all.
        """
        ...


def describe_by_meaning(
    texts: InputSchema, columns: Columns, n: int, *, descriptions: Sequence[str], encoder: Encoder | None, width: int
) -> tuple[Featuriser, DescribedScorer]:
    """Compare the vector of a text with the vector of each description, by their cosine.

    Right where labels are few and definitions say what texts say. Not for classes that differ by what no text tells.

    Raises
    ------
    DataError
        CW326 without an encoder, CW296 if it knows no word of a description, CW230 if no row has a text.

    References
    ----------
    Yin, Hay, Roth (2019). Benchmarking Zero-shot Text Classification. EMNLP (the task; cosine of sentence vectors is its
    cheapest form).
    """
    if encoder is None:
        raise DataError(
            "CW326",
            "this family reads texts by an encoder, and none was given",
            why="texts and descriptions are compared by their vectors",
            fix="name one: 'static', 'minilm', or a folder with model.onnx and tokenizer.json",
        )
    first = encoder.n_columns - (width or encoder.n_columns)
    vectors = encoder.encode(list(descriptions))[:, first:].astype(np.float64)
    lengths = np.sqrt((vectors * vectors).sum(axis=1))
    if not (lengths > 0.0).all():
        raise DataError(
            "CW296",
            "the encoder knows no word of a class's definition",
            got=f"class number {int(np.flatnonzero(~(lengths > 0.0))[0]) + 1} in the order of the label space",
            why="texts are compared with definitions by their vectors, and this one has none",
            fix="write the definition in words of the texts' language, or name another encoder",
        )
    featuriser = fit_embedding_featuriser(texts, columns, n, encoder=encoder, with_terms=False, first=first)
    unit = (vectors / lengths[:, None]).astype(np.float32)
    return featuriser, DescribedScorer(descriptions=unit, n_texts=len(texts.features), sharpness=_SHARPNESS)


def adapter_named(name: str) -> ZeroShotAdapter:
    """Find an adapter: ``"meaning"``, or a function ``package.module:name`` of the user's own.

    Raises
    ------
    UsageError
        CW297 if there is none of that name.
    """
    if name == MEANING:
        return describe_by_meaning
    path, _, wanted = name.partition(":")
    if not wanted:
        raise _unknown(f"no adapter is called {name!r}{nearest(name, (MEANING,))}", "")
    try:
        found = getattr(importlib.import_module(path), wanted, None)
    except ImportError as error:
        raise _unknown(f"the module {path!r} cannot be imported", str(error)) from error
    if not callable(found):
        raise _unknown(f"{path} has no function {wanted!r}", "")
    return cast("ZeroShotAdapter", found)


def _unknown(what: str, got: str) -> UsageError:
    return UsageError("CW297", what, got=got, fix=f"use {MEANING!r}, or 'package.module:function'")
