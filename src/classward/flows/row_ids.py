"""Ids of the rows of a table: as written, checked as the server checks them, made where a cell is empty."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from classward.domain import MAX_NAME, fault_of_name
from classward.errors import DataError

__all__ = ["row_ids"]


def row_ids(table: pl.DataFrame, column: str | None, *, new: Callable[[], str], source: str, offset: int) -> list[str]:
    """One id per row: the cell of ``column``, or a new one where the cell is empty or there is no such column.

    Parameters
    ----------
    table : DataFrame
        Some rows of ``source``; the first is row ``offset + 1``.
    column : str or None
        Column with ids.
    new : callable
        Makes an id.

    Raises
    ------
    DataError
        CW610 if the column holds neither text nor whole numbers; CW611 naming the first id that cannot be used.
    """
    if column is None or column not in table.columns:
        return [new() for _ in range(table.height)]
    cells = table[column]
    if not (cells.dtype.is_integer() or cells.dtype in {pl.String, pl.Categorical, pl.Enum, pl.Null}):
        raise DataError(
            "CW610", f"{source}: column {column!r} cannot give ids", got=f"values of type {cells.dtype}",
            why="1 would become '1.0': an id that no label and no other system knows",
            fix="store the ids as text or whole numbers",
        )  # fmt: skip
    given = cells.cast(pl.String).to_list()
    for index, value in enumerate(given):
        if value is not None and (fault := fault_of_name(value)):
            raise DataError(
                "CW611", f"{source}: row {offset + index + 1}: its id in {column!r} cannot be used", got=fault,
                why="ids are stored, printed and searched for",
                fix=f"use 1 to {MAX_NAME} printable characters, or leave the cell empty: then an id is made",
            )  # fmt: skip
    return [new() if value is None else value for value in given]
