"""Learn how columns become features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from classward.domain import InputSchema
from classward.errors import DataError
from classward.estimators.images import image_parts, vector_parts
from classward.estimators.smooth import fit_smooth_part
from classward.estimators.vocabulary import fit_text
from classward.inference import (
    BooleanPart,
    CategoryPart,
    Columns,
    DatePart,
    DensePart,
    Featuriser,
    NumericPart,
    OrdinalPart,
    PictureReader,
)

__all__ = ["fit_featuriser", "fit_ordinal_featuriser", "fit_smooth_featuriser"]

_MOST_CATEGORIES = 255
_FEW_ROWS, _FEW_ROWS_SMOOTH = 2, 5


def fit_featuriser(
    schema: InputSchema, columns: Columns, n: int, *, most_terms: int = 65_536, reader: PictureReader | None = None
) -> Featuriser:
    """Learn vocabularies and categories from training rows; columns are handled by the kind the schema declares.

    Parameters
    ----------
    schema : InputSchema
        Features to use; columns that are not in it are ignored.
    columns : Columns
        One sequence of ``n`` values per feature.
    n : int
        Rows.
    most_terms : int
        The most frequent terms of a text column kept, for words and n-grams each.
    reader : PictureReader, optional
        What sees images; without it, it is learned from the images of these rows.

    Returns
    -------
    Featuriser
        Depends on the rows alone: no random number, no order of a hash table.

    Raises
    ------
    DataError
        CW230 if nothing can be learned from: no features, or not one value in any of them.
    """
    dense, names = _dense(schema), _names(schema)
    featuriser = Featuriser(
        dense=(*dense, *_blocks(schema, columns, n, reader, is_compact=False, is_filled=False)),
        categories=tuple(_fit_category(name, columns[name], _FEW_ROWS) for name in names["categorical"]),
        texts=tuple(fit_text(name, columns[name], most_terms=most_terms) for name in names["text"]),
    )
    return _checked(featuriser, schema, columns, n)


def fit_ordinal_featuriser(
    schema: InputSchema, columns: Columns, n: int, *, reader: PictureReader | None = None
) -> Featuriser:
    """Learn numbers for trees: as :func:`fit_featuriser`, but one code per category instead of indicators.

    Codes follow the names of the categories, so that names with an order, such as ``1-5`` and ``6-9``, keep it. Text
    is left out.

    Parameters
    ----------
    schema, columns, n, reader
        As for :func:`fit_featuriser`.

    Returns
    -------
    Featuriser
        Dense features only; codes of categories first, in the order of the schema.

    Raises
    ------
    DataError
        CW230 if nothing can be learned from.
    """
    codes = tuple(_fit_ordinal(name, columns[name]) for name in _names(schema)["categorical"])
    blocks = _blocks(schema, columns, n, reader, is_compact=True, is_filled=False)
    return _checked(Featuriser(dense=(*codes, *_dense(schema), *blocks)), schema, columns, n)


def fit_smooth_featuriser(
    schema: InputSchema, columns: Columns, n: int, *, scaling: str = "ranks", reader: PictureReader | None = None
) -> Featuriser:
    """Learn features of like scale without gaps, for networks and kernels.

    Numbers are scaled in one of three ways (:func:`~classward.estimators.fit_smooth_part`), categories become indicators;
    those with fewer than five rows share one. Text is left out.

    Parameters
    ----------
    schema, columns, n, reader
        As for :func:`fit_featuriser`.
    scaling : str
        ``ranks``, ``spread`` or ``common``.

    Raises
    ------
    DataError
        CW230 if nothing can be learned from.
    """
    numbers = _dense(schema)
    smooth = (fit_smooth_part(numbers, columns, n, scaling=scaling),) if numbers else ()
    featuriser = Featuriser(
        dense=(*smooth, *_blocks(schema, columns, n, reader, is_compact=True, is_filled=True)),
        categories=tuple(
            _fit_category(name, columns[name], _FEW_ROWS_SMOOTH) for name in _names(schema)["categorical"]
        ),
    )
    return _checked(featuriser, schema, columns, n)


_DENSE = (("numeric", NumericPart), ("boolean", BooleanPart), ("date", DatePart))


def _names(schema: InputSchema) -> dict[str, tuple[str, ...]]:
    kinds = ("numeric", "boolean", "date", "categorical", "text")
    return {kind: tuple(f.name for f in schema.features if f.kind == kind) for kind in kinds}


def _dense(schema: InputSchema) -> tuple[NumericPart | BooleanPart | DatePart, ...]:
    names = _names(schema)
    return tuple(part(columns=names[kind]) for kind, part in _DENSE if names[kind])


def _blocks(
    schema: InputSchema, columns: Columns, n: int, reader: PictureReader | None, *, is_compact: bool, is_filled: bool
) -> tuple[DensePart, ...]:
    """Images and vectors."""
    images = image_parts(schema, columns, n, reader=reader, is_compact=is_compact, is_filled=is_filled)
    return (*images, *vector_parts(schema, columns, n, is_filled=is_filled))


def _checked(featuriser: Featuriser, schema: InputSchema, columns: Columns, n: int) -> Featuriser:
    if not featuriser.n_columns or not any(v is not None for f in schema.features for v in columns[f.name][:n]):
        raise DataError(
            "CW230",
            "there is nothing to learn from",
            got=f"{len(schema.features)} feature columns, {n} rows, not one usable value",
            why="a model needs at least one column with values",
            fix="list the feature columns in the task file, and check that the table fills them",
        )
    return featuriser


def _ranked(values: Sequence[object], fewest: int) -> tuple[list[str], list[str]]:
    """Categories with enough rows, most frequent first, and the rest."""
    counts = Counter(v for v in values if isinstance(v, str))
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    kept = [name for name in ranked if counts[name] >= fewest][:_MOST_CATEGORIES]
    return kept, ranked[len(kept) :]


def _fit_category(column: str, values: Sequence[object], fewest: int) -> CategoryPart:
    kept, rest = _ranked(values, fewest)
    return CategoryPart(column=column, categories=tuple(kept), grouped=tuple(rest))


def _fit_ordinal(column: str, values: Sequence[object]) -> OrdinalPart:
    kept, rest = _ranked(values, _FEW_ROWS)
    return OrdinalPart(column=column, categories=tuple(sorted(kept)), grouped=tuple(rest))
