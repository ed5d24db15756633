"""Image columns of a table: paths and base64 become the bytes themselves, and every image is looked at."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from classward.domain import InputSchema
from classward.errors import DataError
from classward.inference import BadPicture, check_pillow, read_picture
from classward.lifecycle.data import image_in_text
from classward.ports import Attached

__all__ = ["Unreadable", "left_out_notes", "refuse_unreadable", "with_images", "without_rows"]

_MOST_LEFT_OUT = 0.05
_MOST_LISTED = 10
_MOST_BYTES = 4_000_000_000

Attach = Callable[[Sequence[str]], Iterator[Attached]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """An image that cannot be read: its row (counted from 1 in the user's table), its column, and why."""

    row: int
    column: str
    problem: str

    def __str__(self) -> str:
        return f"row {self.row} ({self.column}): {self.problem}"


def with_images(
    table: pl.DataFrame, schema: InputSchema, attach: Attach, *, offset: int = 0
) -> tuple[pl.DataFrame, tuple[Unreadable, ...]]:
    """Put the bytes of images where their paths stood, and tell which cannot be read; those become missing.

    Later changes of the files change nothing: the bytes are part of the table from here on.

    Parameters
    ----------
    table : DataFrame
        Columns of image features hold paths, base64, or bytes.
    schema : InputSchema
        Which columns are images.
    attach : callable
        Reads the files that paths name.
    offset : int
        Rows before the first of these, for their numbers.

    Raises
    ------
    DataError
        CW278 if all images together are larger than 4 GB.
    UsageError
        CW270 if Pillow is not installed.
    """
    names = [f.name for f in schema.features if f.kind == "image" and f.name in table.columns]
    problems: list[Unreadable] = []
    n_bytes = 0
    if names:
        check_pillow()
    for name in names:
        column = table[name]
        if column.dtype not in (pl.String, pl.Binary):
            continue
        images: list[bytes | None] = []
        for i, found in enumerate(_contents(column, attach)):
            problem = "" if found is None else found.problem or _problem(found.data)
            if problem:
                problems.append(Unreadable(row=offset + i + 1, column=name, problem=problem))
            images.append(None if found is None or problem else found.data)
            n_bytes += 0 if found is None else len(found.data)
            if n_bytes > _MOST_BYTES:
                raise DataError(
                    "CW278",
                    "the images are larger than one training can hold",
                    got=f"more than {_MOST_BYTES:,} bytes up to row {offset + i + 1}",
                    why="a snapshot holds the images themselves, so that later edits change nothing",
                    fix="make the images smaller (most models look at 32 to 224 pixels), or take a sample of the rows",
                )
        table = table.with_columns(pl.Series(name, images, dtype=pl.Binary))
    return table, tuple(problems)


def without_rows(table: pl.DataFrame, problems: Sequence[Unreadable], *, location: str) -> pl.DataFrame:
    """Leave out the rows whose images cannot be read, if they are few (one in twenty).

    Raises
    ------
    DataError
        CW271 if they are more.
    """
    rows = sorted({p.row - 1 for p in problems})
    if len(rows) > _MOST_LEFT_OUT * table.height:
        refuse_unreadable(problems, location=location, n_rows=table.height)
    return table.filter(~pl.int_range(pl.len()).is_in(rows)) if rows else table


def refuse_unreadable(problems: Sequence[Unreadable], *, location: str, n_rows: int) -> None:
    """Refuse rows with images that cannot be read (CW271), if there are any."""
    if problems:
        raise DataError(
            "CW271",
            f"{location}: {len(problems)} images cannot be read; the first: {problems[0]}",
            got=f"{len({p.row for p in problems})} of {n_rows:,} rows: {_listed(problems)}",
            why="a row is never dropped or guessed in silence; up to one row in twenty is left out of training and listed",
            fix="correct the paths (relative to the table) or the files, or take the rows out",
        )


def left_out_notes(problems: Sequence[Unreadable], *, location: str) -> tuple[str, ...]:
    """What to write into the report."""
    if not problems:
        return ()
    n_rows = len({p.row for p in problems})
    return (f"{n_rows:,} rows of {location} were left out, since an image cannot be read: {_listed(problems)}",)


def _listed(problems: Sequence[Unreadable]) -> str:
    more = f"; and {len(problems) - _MOST_LISTED:,} more" if len(problems) > _MOST_LISTED else ""
    return "; ".join(str(p) for p in problems[:_MOST_LISTED]) + more


def _contents(column: pl.Series, attach: Attach) -> Iterator[Attached | None]:
    """One entry per row; ``None`` where there is no value."""
    if column.dtype == pl.Binary:
        yield from (None if data is None else Attached(data=data) for data in column.to_list())
        return
    values = [None if v is None or not v.strip() else v for v in column.to_list()]
    inside = [None if v is None else image_in_text(v) for v in values]
    paths = (v for v, data in zip(values, inside, strict=True) if v is not None and data is None)
    files = itertools.chain.from_iterable(attach([path]) for path in paths)
    for value, data in zip(values, inside, strict=True):
        yield None if value is None else next(files) if data is None else Attached(data=data)


def _problem(data: bytes) -> str:
    try:
        read_picture(data, height=16, width=16)
    except BadPicture as error:
        return str(error)
    return ""
