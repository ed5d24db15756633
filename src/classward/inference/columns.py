"""What a batch of rows looks like: one Python sequence per feature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

__all__ = ["Columns"]

Columns: TypeAlias = Mapping[str, Sequence[object]]
"""Feature name → one value per row: text and categorical ``str | None``, numeric ``float | int | None``, boolean
``bool | None``, date ``datetime | date | None``, image ``bytes | None`` (a whole file), vector a float32 array
or ``None``."""
