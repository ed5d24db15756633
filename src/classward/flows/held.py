"""What a version said of development rows while it had not seen them: kept, so that a smaller model can learn from it."""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from classward.artifact.read import read_extra
from classward.domain import ModelVersion, canonical_json
from classward.errors import ArtifactError, UnknownVersion
from classward.flows.context import Context
from classward.flows.portfolio import Portfolio
from classward.flows.snapshot import TrainingData

__all__ = ["HELD", "HeldAnswers", "keep_held", "read_held"]

HELD = "held.json"
"""Name of the extra that says where they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldAnswers:
    """``proba`` (n, n_classes) of ``rows`` of the snapshot, each from models fitted without its ``fold``."""

    rows: NDArray[np.int64]
    fold: NDArray[np.int64]
    proba: NDArray[np.float64]


def keep_held(ctx: Context, data: TrainingData, found: Portfolio) -> bytes:
    """Store them as a snapshot of float32; give the extra that points at it."""
    development = np.sort(np.concatenate([data.folds.train, data.folds.calibration]))
    table = pl.DataFrame(
        {"row": development[found.held_rows], "fold": found.held_fold}
        | {f"p{i}": column for i, column in enumerate(found.held_proba.matrix.T.astype(np.float32))}
    )
    return canonical_json({"format_version": 1, "held_hash": ctx.snapshots.put(table)}).encode()


def read_held(ctx: Context, version: ModelVersion) -> HeldAnswers:
    """Find them again.

    Raises
    ------
    UnknownVersion
        CW376 if the version was made before they were kept, or by compacting.
    """
    try:
        told = read_extra(ctx.artifacts.path(version.bundle_hash), HELD, expected_hash=version.bundle_hash)
    except ArtifactError as error:
        if error.code != "CW507":
            raise
        raise UnknownVersion(
            "CW376",
            f"version {version.version} keeps no answers to rows it had not seen",
            why="a small model learns from those; answers to rows that were fitted on are too sure",
            fix="train again and compact the new version, or use --how int8, float16 or prune",
        ) from None
    table = ctx.snapshots.get(json.loads(told)["held_hash"])
    proba = table.select(pl.exclude("row", "fold")).to_numpy().astype(np.float64)
    return HeldAnswers(
        rows=table["row"].to_numpy(), fold=table["fold"].to_numpy(),
        proba=np.asarray(proba / proba.sum(axis=1, keepdims=True)),
    )  # fmt: skip
