"""Rows that passed the schema, in columns."""

from __future__ import annotations

from dataclasses import dataclass

from classward.inference import Columns

__all__ = ["CheckedRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRows:
    """Columns in schema order, how many rows, and per row flags such as ``missing:country``."""

    columns: Columns
    n: int
    flags: tuple[tuple[str, ...], ...]
