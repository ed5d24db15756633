"""Look at a task's rows: what kind of problem are they, what would flatter a model, what is missing?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from classward.domain import ClassNeed, Finding, Measure, Recommendation
from classward.errors import DataError
from classward.flows.context import Context
from classward.flows.register import read_report
from classward.flows.versions import registry_state
from classward.lifecycle.data import labels_of, scan, split
from classward.lifecycle.data.advice import advise, facts_of, needs_of

__all__ = ["Advised", "advise_on"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """Recommendation, findings of the leakage scan (or why there was none), and rows to collect.

    ``measured_version`` is the version whose recalls the plan uses; ``None`` before the first training.
    """

    n_rows: int
    advice: tuple[Recommendation, ...]
    findings: tuple[Finding, ...]
    not_scanned: str
    needs: tuple[ClassNeed, ...]
    measured_version: int | None


def advise_on(ctx: Context, *, half_width: float = 0.05) -> Advised:
    """Read the task's training rows and judge them; nothing is stored, and the user's own test table is not read.

    The scan divides the rows as training would, and reads no label of the test fold. The plan uses the recalls of the
    newest version, if there is one.

    Raises
    ------
    NotMulticlass
        CW204 if the label column is missing or empty.
    """
    task = ctx.task
    table = ctx.tables.read(task.train, as_written=task.names_in_rows)
    facts = facts_of(table, task, rng=np.random.default_rng(task.seed))
    findings, not_scanned = _scan(ctx, table) if facts.refusal is None else ((), facts.refusal[1])
    version, recalls = _measured(ctx)
    needs = () if facts.refusal is not None else needs_of(facts.counts, task, recalls=recalls, half_width=half_width)
    return Advised(
        n_rows=table.height, advice=advise(facts, few=task.few_rows), findings=findings, not_scanned=not_scanned, needs=needs,
        measured_version=version,
    )  # fmt: skip


def _scan(ctx: Context, table: pl.DataFrame) -> tuple[tuple[Finding, ...], str]:
    labelled = table.filter(labels_of(table, ctx.task.label).is_not_null())
    rng = np.random.default_rng(ctx.task.seed)
    try:
        _, folds = split(labelled, ctx.task, dataset_hash="", rng=rng, test_table_rows=None)
    except DataError as error:
        return (), f"{error.code} {error.what}"
    return scan(labelled, ctx.task, folds=folds, rng=rng), ""


def _measured(ctx: Context) -> tuple[int | None, dict[str, Measure]]:
    state = registry_state(ctx.journal, ctx.task.name)
    if not state.versions:
        return None, {}
    newest = state.versions[-1]
    return newest.version, {c.class_name: c.recall for c in read_report(ctx, newest).classes}
