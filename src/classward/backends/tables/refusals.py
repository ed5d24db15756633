"""Refusals that all table readers share."""

from __future__ import annotations

from pathlib import Path

from classward.errors import DataError

__all__ = ["SUFFIXES", "empty", "find", "unreadable"]

SUFFIXES = (".parquet", ".csv", ".tsv", ".ndjson", ".jsonl")


def find(path: Path, location: str) -> str:
    """The kind of a file that exists and is not empty, by its suffix.

    Raises
    ------
    DataError
        CW211 it does not exist; CW212 its kind is not known; CW213 it is empty.
    """
    kind = path.suffix.lower()
    if kind not in SUFFIXES:
        raise DataError(
            "CW212", f"{location} is of no known kind", got=kind or "no suffix", why=f"known: {', '.join(SUFFIXES)}",
            fix="convert or rename it",
        )  # fmt: skip
    if not path.is_file():
        raise DataError("CW211", f"{location} does not exist", got=str(path), fix="check the path")
    if not path.stat().st_size:
        raise empty(location)
    return kind


def empty(location: str) -> DataError:
    """No rows."""
    return DataError("CW213", f"{location} has no rows", fix="give a table with rows")


def unreadable(location: str, *, got: str, fix: str) -> DataError:
    """Something in the file is wrong."""
    return DataError("CW212", f"{location} cannot be read", got=got, why="guessing would change rows silently", fix=fix)
