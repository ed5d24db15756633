"""One model, one encoder for each kind of input."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from classward.inference.embedding import EmbeddingPart
from classward.inference.featuriser import Featuriser
from classward.inference.image_part import ImagePart

__all__ = ["check_one_encoder"]


def check_one_encoder(featurisers: Sequence[Featuriser]) -> None:
    """Refuse parts that read texts, or images, by encoders that differ: mixed versions would go unnoticed.

    Raises
    ------
    ValueError
        If two encoders of one kind of input are not equal in every byte.
    """
    parts = [part for featuriser in featurisers for part in featuriser.dense]
    _check("texts", (part.encoder for part in parts if isinstance(part, EmbeddingPart)))
    _check("images", (part.reader.encoder for part in parts if isinstance(part, ImagePart)))


def _check(what: str, encoders: Iterable[object]) -> None:
    first = None
    for encoder in encoders:
        if first is None:
            first = encoder
        elif encoder is not first and encoder != first:
            raise ValueError(f"{what} of one model are read by two encoders")
