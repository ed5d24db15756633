"""One categorical column as one number."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from classward.inference.columns import Columns

__all__ = ["OrdinalPart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdinalPart:
    """A code per category, for trees: they can put any run of codes together, or single one out in a few cuts.

    Categories count from 0 in the order given, all ``grouped`` (known but rare) ones share the next code, a category
    never seen in training is -1 and a missing one NaN.

    Parameters
    ----------
    column : str
        Feature name.
    categories, grouped : tuple of str
        Categories with a code of their own, and those that share one.
    """

    column: str
    categories: tuple[str, ...]
    grouped: tuple[str, ...] = ()
    _codes: dict[object, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes: dict[object, float] = {name: float(i) for i, name in enumerate(self.categories)}
        if len(codes) != len(self.categories) or not codes.keys().isdisjoint(self.grouped):
            raise ValueError(f"column {self.column!r}: a category is listed twice")
        codes.update(dict.fromkeys(self.grouped, float(len(codes))))
        codes[None] = np.nan
        object.__setattr__(self, "_codes", codes)

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return 1

    @property
    def n_codes(self) -> int:
        """Codes from 0 that a known value can have."""
        return len(self.categories) + bool(self.grouped)

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, 1)."""
        get = self._codes.get
        return np.fromiter((get(v, -1.0) for v in columns[self.column]), dtype=np.float32, count=n)[:, None]

    def code_of(self, value: object) -> float:
        """Code of one value; NaN if it is missing, -1 if training never saw it."""
        return self._codes.get(value, -1.0)

    def is_unseen(self, value: object) -> bool:
        """Whether training never saw this value."""
        return value not in self._codes
