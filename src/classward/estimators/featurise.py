"""Learn how columns become features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from classward.domain import InputSchema
from classward.errors import DataError
from classward.estimators.vocabulary import fit_text
from classward.inference import BooleanPart, CategoryPart, Columns, DatePart, Featuriser, NumericPart

__all__ = ["fit_featuriser"]

_MOST_CATEGORIES = 255
_FEW_ROWS = 2


def fit_featuriser(schema: InputSchema, columns: Columns, n: int) -> Featuriser:
    """Learn vocabularies and categories from training rows; columns are handled by the kind the schema declares.

    Parameters
    ----------
    schema : InputSchema
        Features to use; columns that are not in it are ignored.
    columns : Columns
        One sequence of ``n`` values per feature.
    n : int
        Rows.

    Returns
    -------
    Featuriser
        Depends on the rows alone: no random number, no order of a hash table.

    Raises
    ------
    DataError
        CW230 if nothing can be learned from: no features, or not one value in any of them.
    """
    by_kind = {kind: tuple(f.name for f in schema.features if f.kind == kind) for kind in _KINDS}
    dense = tuple(part(columns=by_kind[kind]) for kind, part in _DENSE if by_kind[kind])
    featuriser = Featuriser(
        dense=dense,
        categories=tuple(_fit_category(name, columns[name]) for name in by_kind["categorical"]),
        texts=tuple(fit_text(name, columns[name]) for name in by_kind["text"]),
    )
    if not featuriser.n_columns or not any(v is not None for f in schema.features for v in columns[f.name][:n]):
        raise DataError(
            "CW230",
            "there is nothing to learn from",
            got=f"{len(schema.features)} feature columns, {n} rows, not one usable value",
            why="a model needs at least one column with values",
            fix="list the feature columns in the task file, and check that the table fills them",
        )
    return featuriser


_DENSE = (("numeric", NumericPart), ("boolean", BooleanPart), ("date", DatePart))
_KINDS = ("numeric", "boolean", "date", "categorical", "text")


def _fit_category(column: str, values: Sequence[object]) -> CategoryPart:
    counts = Counter(v for v in values if isinstance(v, str))
    ranked = sorted(counts, key=lambda name: (-counts[name], name))
    kept = [name for name in ranked if counts[name] >= _FEW_ROWS][:_MOST_CATEGORIES]
    return CategoryPart(column=column, categories=tuple(kept), grouped=tuple(ranked[len(kept) :]))
