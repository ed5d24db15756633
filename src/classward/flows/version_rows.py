"""The rows a version was made of, read again from its snapshot."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.artifact.read import read_extra
from classward.domain import ModelVersion
from classward.flows.context import Context
from classward.flows.snapshot import load_folds
from classward.inference import Columns, Model
from classward.lifecycle.data import columns_of
from classward.lifecycle.train import take_columns

__all__ = ["VersionRows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRows:
    """Development and sealed rows of a version's snapshot."""

    table: Any
    fold: NDArray[Any]
    y_index: NDArray[np.int64]
    lineage: dict[str, Any]
    columns: Columns

    @classmethod
    def of(cls, ctx: Context, version: ModelVersion, model: Model) -> VersionRows:
        """Read the snapshot a version was trained and measured on."""
        folder = ctx.artifacts.path(version.bundle_hash)
        lineage = json.loads(read_extra(folder, "lineage.json", expected_hash=version.bundle_hash))
        table, fold = load_folds(ctx, version.dataset_hash, lineage["rows_hash"])
        space = model.label_space
        y = np.fromiter((space.index(str(v)) for v in table[ctx.task.label].to_list()), np.int64, table.height)
        return cls(
            table=table, fold=fold.to_numpy(), y_index=y, lineage=lineage, columns=columns_of(table, model.schema)
        )

    @property
    def development(self) -> NDArray[np.int64]:
        """Rows that were learned from."""
        return np.flatnonzero(self.fold != "test")

    @property
    def sealed(self) -> NDArray[np.int64]:
        """Rows that were measured on."""
        return np.flatnonzero(self.fold == "test")

    def take(self, rows: NDArray[np.int64]) -> Columns:
        """Only some rows."""
        return take_columns(self.columns, rows)
