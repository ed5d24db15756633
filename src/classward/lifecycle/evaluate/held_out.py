"""Held-out rows: what went in, what came out and what was true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import Feature
from classward.errors import DataError
from classward.inference import Columns, Proba

__all__ = ["HeldOut"]


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Rows on which a model is judged, kept together so that nothing gets out of step.

    Parameters
    ----------
    proba : Proba
        Probabilities of shape (n_samples, n_classes) with their label space.
    y_index : int array of shape (n_samples,)
        True columns.
    columns : Columns
        One sequence of ``n_samples`` values per feature.
    features : tuple of Feature
        Which columns there are, and of what kind.
    times : datetime64 array of shape (n_samples,), optional
        When each row happened; NaT where unknown.

    Raises
    ------
    DataError
        CW222 if the parts differ in rows, or a column is missing.
    """

    proba: Proba
    y_index: NDArray[np.int64]
    columns: Columns
    features: tuple[Feature, ...]
    times: NDArray[np.datetime64] | None = None

    def __post_init__(self) -> None:
        n = len(self.proba)
        lengths = {"labels": len(self.y_index)}
        lengths |= {f"column {f.name!r}": len(self.columns.get(f.name, ())) for f in self.features}
        if self.times is not None:
            lengths["times"] = len(self.times)
        wrong = [f"{name}: {length:,}" for name, length in lengths.items() if length != n]
        if wrong:
            raise DataError(
                "CW222", "held-out rows do not fit together", got=f"{n:,} rows of probabilities; " + "; ".join(wrong),
                why="a value counted for another row makes every slice wrong",
                fix="take probabilities, labels and columns from the same rows",
            )  # fmt: skip

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.y_index)

    @property
    def names(self) -> tuple[str, ...]:
        """Classes in column order."""
        return self.proba.label_space.names

    def where(self, rows: NDArray[np.bool_]) -> HeldOut:
        """Only these rows (a bool array), so that any figure or report can be taken on a slice or a span of time."""
        return self._at(np.flatnonzero(rows))

    def thinned(self, most: int) -> HeldOut:
        """At most so many rows, evenly spaced, so that no chance enters; the same object if there are not more."""
        step = -(-self.n // most)
        return self if step <= 1 else self._at(np.arange(0, self.n, step))

    def _at(self, kept: NDArray[np.int64]) -> HeldOut:
        return HeldOut(
            Proba(self.proba.matrix[kept], self.proba.label_space), self.y_index[kept],
            {f.name: [self.columns[f.name][i] for i in kept.tolist()] for f in self.features}, self.features,
            self.times[kept] if self.times is not None else None,
        )  # fmt: skip
