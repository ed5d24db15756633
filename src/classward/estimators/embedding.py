"""Features of texts by an encoder, alone or beside their terms."""

from __future__ import annotations

from dataclasses import replace

from classward.domain import InputSchema
from classward.estimators.featurise import fit_featuriser
from classward.inference import Columns, EmbeddingPart, Encoder, Featuriser, PictureReader

__all__ = ["fit_embedding_featuriser"]


def fit_embedding_featuriser(
    schema: InputSchema,
    columns: Columns,
    n: int,
    *,
    encoder: Encoder,
    with_terms: bool,
    first: int = 0,
    reader: PictureReader | None = None,
) -> Featuriser:
    """Learn how columns become features, text columns by an encoder.

    The encoder is shared, not copied: what it remembers (``encoder.remember``) serves every fold and every part.

    Parameters
    ----------
    schema : InputSchema
        Features to use.
    columns : Columns
        One sequence of ``n`` values per feature.
    n : int
        Rows.
    encoder : StaticEncoder or OnnxEncoder
        Gives each text column its dense block, after the other numbers.
    with_terms : bool
        Whether TF-IDF of the text columns stands beside it.
    first : int
        Numbers of a vector to leave out at its start.
    reader : PictureReader, optional
        What sees images; without it, it is learned from the images of these rows.

    Raises
    ------
    DataError
        CW230 if nothing can be learned from.
    """
    texts = tuple(feature.name for feature in schema.features if feature.kind == "text")
    blocks = tuple(EmbeddingPart(column=name, encoder=encoder, first=first) for name in texts)
    tables = InputSchema(features=tuple(f for f in schema.features if with_terms or f.kind != "text"))
    has_text = any(isinstance(v, str) and v.strip() for name in texts for v in columns[name][:n])
    plain = Featuriser() if has_text and not tables.features else fit_featuriser(tables, columns, n, reader=reader)
    return replace(plain, dense=(*plain.dense, *blocks))
