"""CSV and TSV as frames of text: every row has as many fields as the header, or the line is named."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from classward.backends.tables.refusals import unreadable
from classward.errors import DataError

__all__ = ["count_rows", "read_frames"]

_MOST_CHARACTERS = 1 << 30
_OTHERS = {";": "semicolons", "\t": "tabs", "|": "bars", ",": "commas"}
_BOMS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}


def read_frames(path: Path, location: str, *, n_rows: int) -> Iterator[pl.DataFrame]:
    """Frames of at most ``n_rows`` rows with text columns, in file order; an empty field is null.

    Quoting is that of RFC 4180, quoted line ends included; blank lines are skipped; a byte-order mark is dropped.

    Raises
    ------
    DataError
        CW212 naming the line of the first thing wrong: not UTF-8, a row with more or fewer fields than the header, an
        open quote, or a header with empty or repeated names.
    """
    rows = _rows(path, location)
    names = next(rows, None)
    if names is None:
        return
    batch: list[list[str]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == n_rows:
            yield _frame(names, batch)
            batch = []
    if batch:
        yield _frame(names, batch)


def count_rows(path: Path, location: str) -> int:
    """Rows below the header, checked like :func:`read_frames`."""
    return max(sum(1 for _ in _rows(path, location)) - 1, 0)


def _frame(names: list[str], rows: list[list[str]]) -> pl.DataFrame:
    columns = zip(names, zip(*rows, strict=True), strict=True)
    table = pl.DataFrame([pl.Series(name, values, dtype=pl.String) for name, values in columns])
    return table.select(pl.when(pl.all() != "").then(pl.all()))


def _rows(path: Path, location: str) -> Iterator[list[str]]:
    """The header, then every row, each checked."""
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    csv.field_size_limit(_MOST_CHARACTERS)
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=delimiter, strict=True)
        names: list[str] = []
        line = 1
        try:
            for row in reader:
                if row:
                    if not names:
                        names = _checked_header(row, location, delimiter)
                    elif len(row) != len(names):
                        raise _ragged(location, line, len(row), len(names))
                    yield row
                line = reader.line_num + 1
        except csv.Error as error:
            raise unreadable(
                location, got=f"line {line}: {error}", fix='close every quote; write a quote inside a field as ""'
            ) from error
        except UnicodeDecodeError as error:
            raise _not_utf8(path, location) from error


def _checked_header(names: list[str], location: str, delimiter: str) -> list[str]:
    empty = [str(i + 1) for i, name in enumerate(names) if not name.strip()]
    twice = sorted({repr(name) for name in names if name.strip() and names.count(name) > 1})
    if empty or twice:
        got = [f"no name for column {', '.join(empty)}"] if empty else []
        got += [f"more than once: {', '.join(twice)}"] if twice else []
        raise unreadable(location, got=f"line 1: {'; '.join(got)}", fix="name every column once")
    other = next((sign for sign in _OTHERS if sign != delimiter and sign in names[0]), None)
    if len(names) == 1 and other:
        fix = f"save it with {_OTHERS[delimiter]} between the fields"
        raise unreadable(location, got=f"one column, and {_OTHERS[other]} in its name", fix=fix)
    return names


def _ragged(location: str, line: int, n_found: int, n_wanted: int) -> DataError:
    return unreadable(
        location,
        got=f"line {line} has {n_found} fields, the header {n_wanted}",
        fix="put fields that hold a separator or a line end in double quotes",
    )


def _not_utf8(path: Path, location: str) -> DataError:
    data = path.read_bytes()
    if data[:2] in _BOMS:
        return unreadable(location, got=f"text in {_BOMS[data[:2]]}", fix="save the file in UTF-8")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return unreadable(location, got=f"line {line}, byte {error.start}: not UTF-8", fix="save the file in UTF-8")
    return unreadable(location, got="text that is not UTF-8", fix="save the file in UTF-8")
