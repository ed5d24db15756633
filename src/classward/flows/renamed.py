"""What is stored under names of earlier days, read in the classes of today; nothing stored is ever changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from classward.domain import Taxonomy

__all__ = ["ANSWER_READS", "read_answers", "read_names"]

ANSWER_READS = ("label_space_hash", "probabilities")
"""Columns that :func:`read_answers` needs beside ``label`` and ``probability`` when classes were merged."""


def read_names(frame: pl.DataFrame, taxonomy: Taxonomy, *, column: str = "label") -> pl.DataFrame:
    """Put names of today into a column of class names; null stands for what needs relabelling."""
    changed = taxonomy.changed
    return frame.with_columns(pl.col(column).replace(changed)) if changed and column in frame.columns else frame


def read_answers(
    answers: pl.DataFrame, taxonomy: Taxonomy, spaces: Mapping[str, tuple[str, ...]], *, columns: tuple[str, ...]
) -> pl.DataFrame:
    """Logged answers in names of today, with ``columns`` alone; the label of an answer that cannot be read is null.

    Where classes were merged, the probability of the answer is that of the merged class: the sum of its parts.

    Parameters
    ----------
    spaces : mapping of label-space hash to class names
        Columns of the stored probabilities.
    """
    changed = taxonomy.changed
    if changed and "probability" in answers.columns and set(ANSWER_READS) <= set(answers.columns):
        parts = [_summed(part, taxonomy, spaces.get(str(key), ())) for (key,), part in _by_space(answers)]
        answers = pl.concat(parts) if parts else answers
    return read_names(answers, taxonomy).select(columns)


def _by_space(answers: pl.DataFrame) -> list[tuple[tuple[object, ...], pl.DataFrame]]:
    return list(answers.partition_by("label_space_hash", as_dict=True, maintain_order=True).items())


def _summed(part: pl.DataFrame, taxonomy: Taxonomy, names: tuple[str, ...]) -> pl.DataFrame:
    now = [taxonomy.current(name) for name in names]
    if len(set(now)) == len(now):
        return part
    labels, given = part["label"].to_list(), part["probabilities"].to_list()
    found = part["probability"].to_list()
    for row, (label, probabilities) in enumerate(zip(labels, given, strict=True)):
        mine = [i for i, name in enumerate(now) if name is not None and name == taxonomy.current(label)]
        if len(mine) > 1 and probabilities is not None:
            found[row] = min(1.0, float(np.sum([probabilities[i] for i in mine])))
    return part.with_columns(pl.Series("probability", found, dtype=part["probability"].dtype))
