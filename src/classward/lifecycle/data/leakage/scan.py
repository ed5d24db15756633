"""Every look for leakage, worst findings first."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from classward.domain import Finding, Task
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.leakage.adversary import told_apart
from classward.lifecycle.data.leakage.copies import target_copies
from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.looked_at import look_at
from classward.lifecycle.data.leakage.near_rows import near_rows
from classward.lifecycle.data.leakage.near_texts import near_texts
from classward.lifecycle.data.leakage.overlap import group_overlap, id_overlap, row_overlap
from classward.lifecycle.data.leakage.spelled import spelled_labels
from classward.lifecycle.data.leakage.strength import strong_columns
from classward.lifecycle.data.leakage.suspects import id_like_columns, later_columns

__all__ = ["scan", "unaccepted_stops"]


def scan(
    table: pl.DataFrame,
    task: Task,
    *,
    folds: Folds,
    rng: np.random.Generator,
    limits: LeakageLimits | None = None,
) -> tuple[Finding, ...]:
    """Look for what would make a model look better on its own rows than it will be in use.

    Labels of the test fold are never read, so a scan is no look at the sealed rows: columns are judged on at most
    ``limits.most_rows`` rows of train and calibration, what spans folds by features, ids and groups alone. Finding nothing
    proves nothing: a leak spread over many columns, or in pictures, is not seen.

    Parameters
    ----------
    table : polars.DataFrame
        All rows that were divided, with the columns of the task.
    task : Task
        Names label, features, id, time and group.
    folds : Folds
        Row numbers of train, calibration and test.
    rng : numpy.random.Generator
        Draws the samples; the same state gives the same findings.

    Returns
    -------
    findings : tuple of Finding
        Stops before warnings; one per column at most of target copy, post-outcome and the like.
    """
    limits = limits or LeakageLimits()
    rows = look_at(table, task, folds, most_rows=limits.most_rows, rng=rng)
    made = target_copies(rows, limits) + spelled_labels(rows, limits)
    copied = {name for finding in made for name in finding.columns}
    made += [f for f in strong_columns(rows, limits) if not copied & set(f.columns)]
    made += id_like_columns(rows, limits) + later_columns(rows, task, limits)
    made += group_overlap(table, task, folds, limits) + id_overlap(table, task, folds, limits)
    same = row_overlap(table, task, folds, limits)
    made += same
    for name in rows.text_columns:
        made += near_texts(table[name], folds, limits)
    if not rows.text_columns:
        made += near_rows(table, task, folds, limits)
    made += told_apart(table, task, folds, limits, rng=rng)
    return tuple(sorted(made, key=lambda f: f.severity != "stop"))


def unaccepted_stops(findings: Iterable[Finding], accepted: Iterable[str]) -> tuple[Finding, ...]:
    """Stops that nobody accepted; ``accepted`` holds keys (``post_outcome:closed_by``) or names of single columns."""
    known = set(accepted)
    return tuple(f for f in findings if f.severity == "stop" and f.key not in known and not known & set(f.columns))
