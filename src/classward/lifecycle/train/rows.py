"""Labelled rows in memory, and the folds they are cross-fitted on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema, LabelSpace
from classward.inference import Columns

__all__ = ["FitFold", "LabelledRows", "take_columns"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRows:
    """Rows to develop a model on.

    ``y_index`` of shape (n,) are columns in label-space order; ``weight`` of shape (n,) says how much each row counts in a
    fit, all alike without it.
    """

    columns: Columns
    n: int
    y_index: NDArray[np.int64]
    schema: InputSchema
    label_space: LabelSpace
    weight: NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        y = self.y_index
        if y.shape != (self.n,) or (self.n and not 0 <= y.min() <= y.max() < len(self.label_space)):
            raise ValueError(f"labels of shape {y.shape} do not fit {self.n} rows and {len(self.label_space)} classes")
        if self.weight is not None and (self.weight.shape != (self.n,) or not (self.weight >= 0).all()):
            raise ValueError(f"weights of shape {self.weight.shape} do not fit {self.n} rows, or are below 0")

    def take(self, rows: NDArray[np.int64]) -> LabelledRows:
        """Only some rows, in the order given."""
        if len(rows) == self.n and bool((rows == np.arange(self.n)).all()):
            return self
        return LabelledRows(
            columns=take_columns(self.columns, rows), n=len(rows), y_index=self.y_index[rows], schema=self.schema,
            label_space=self.label_space, weight=None if self.weight is None else self.weight[rows],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFold:
    """Rows to fit on and rows to score, as indices; they share no row."""

    fit: NDArray[np.int64]
    held: NDArray[np.int64]


def take_columns(columns: Columns, rows: NDArray[np.int64]) -> Columns:
    """Only some rows of each column."""
    wanted = rows.tolist()
    return {name: [values[i] for i in wanted] for name, values in columns.items()}
