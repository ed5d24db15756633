"""What a version's days are held against: made once from its training rows and its report, then kept."""

from __future__ import annotations

import json

import numpy as np

from classward.artifact.read import read_extra
from classward.domain import AnswerReference, LabelSpace, ModelVersion, Reference
from classward.errors import ArtifactError, UnknownVersion
from classward.flows.context import Context
from classward.lifecycle.data import labels_of
from classward.lifecycle.evaluate import report_from_json
from classward.lifecycle.monitor import answer_reference, make_reference

__all__ = ["reference_of"]


def reference_of(ctx: Context, version: ModelVersion, label_space: LabelSpace) -> Reference | None:
    """The stored reference of a version, or a new one, which is stored; ``None`` if its rows are gone.

    The bins are drawn by the hash of the rows, so that a reference that has to be made again is the same.
    """
    known = ctx.watching.reference(task=ctx.task.name, version=version.version)
    if known is not None:
        return known
    folder = ctx.artifacts.path(version.bundle_hash)
    try:
        lineage = json.loads(read_extra(folder, "lineage.json", expected_hash=version.bundle_hash))
        rows, fold = ctx.snapshots.get(version.dataset_hash), ctx.snapshots.get(str(lineage["rows_hash"]))["fold"]
    except (UnknownVersion, ArtifactError) as error:
        if error.code in {"CW303", "CW507"}:
            return None
        raise
    is_sealed = (fold == "test").fill_null(value=False)
    made = make_reference(
        rows, ctx.task.features, label_space, version=version.version, private=[name for name, _ in ctx.task.private],
        answers=_answers(ctx, version, label_space, labels_of(rows.filter(~is_sealed), ctx.task.label).to_list()),
        rng=np.random.default_rng(int(version.dataset_hash[:8], 16)),
    )  # fmt: skip
    ctx.watching.keep_reference(made, task=ctx.task.name)
    return made


def _answers(
    ctx: Context, version: ModelVersion, label_space: LabelSpace, other_labels: list[str | None]
) -> AnswerReference | None:
    try:
        folder = ctx.artifacts.path(version.bundle_hash)
        text = read_extra(folder, "report.json", expected_hash=version.bundle_hash).decode()
    except ArtifactError as error:
        if error.code == "CW507":
            return None
        raise
    counts = [sum(label == name for label in other_labels) for name in label_space.names]
    return answer_reference(report_from_json(text), label_space, other_labels=counts)
