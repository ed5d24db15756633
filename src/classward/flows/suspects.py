"""Rows whose label may be wrong: found while training, stored in the bundle, shown to a person."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from classward.artifact.read import read_extra
from classward.domain import ModelVersion, canonical_json, to_plain
from classward.errors import ArtifactError, UnknownVersion
from classward.flows.context import Context
from classward.flows.portfolio import Portfolio
from classward.flows.snapshot import TrainingData
from classward.lifecycle.evaluate import LabelSuspects, find_suspects

__all__ = ["SUSPECTS", "NamedSuspects", "read_suspects", "suspects_of"]

SUSPECTS = "suspects.json"
"""Name of the extra."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedSuspects:
    """Suspects, and by what a person finds each row: the task's id column, or else ``row``, its number in the snapshot.

    Numbers count labelled rows from 0, in the order of the table.
    """

    found: LabelSuspects
    id_column: str
    ids: tuple[str | int, ...]

    def as_json(self) -> bytes:
        """Canonical JSON, as stored."""
        listed = [
            {"id": name, **{k: v for k, v in _plain(one).items() if k != "at"}}
            for name, one in zip(self.ids, self.found.suspects, strict=True)
        ]
        plain = _plain(self.found) | {"format_version": 1, "id_column": self.id_column, "suspects": listed}
        return canonical_json(plain).encode()


def suspects_of(ctx: Context, data: TrainingData, found: Portfolio) -> NamedSuspects:
    """Look for wrong labels among the rows that were held out while cross-fitting; sealed rows are not looked at."""
    development = np.sort(np.concatenate([data.folds.train, data.folds.calibration]))
    rows = development[found.held_rows]
    suspects = find_suspects(found.held_proba, data.y_index[rows])
    at = rows[[one.at for one in suspects.suspects]]
    column = ctx.task.id_column or ""
    ids = [str(v) for v in data.table[column][at].to_list()] if column else at.tolist()
    return NamedSuspects(found=suspects, id_column=column or "row", ids=tuple(ids))


def read_suspects(ctx: Context, version: ModelVersion) -> dict[str, Any]:
    """What is stored with a version.

    Raises
    ------
    UnknownVersion
        CW347 if it was made before suspects were looked for.
    """
    try:
        text = read_extra(ctx.artifacts.path(version.bundle_hash), SUSPECTS, expected_hash=version.bundle_hash)
    except ArtifactError as error:
        if error.code != "CW507":
            raise
        raise UnknownVersion(
            "CW347",
            f"version {version.version} holds no list of suspects",
            why="it was trained before labels were checked",
            fix="train again: the list is made with every training",
        ) from None
    plain: dict[str, Any] = json.loads(text)
    return plain


def _plain(noun: object) -> dict[str, Any]:
    plain = to_plain(noun)
    assert isinstance(plain, dict)
    return plain
