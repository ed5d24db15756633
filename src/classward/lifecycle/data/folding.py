"""Fold rare classes into one, only by a rule that was asked for, and say what that hides."""

from __future__ import annotations

import polars as pl

from classward.domain import FoldedClasses, FoldingRule
from classward.errors import DataError
from classward.lifecycle.data.label_cells import class_counts

__all__ = ["apply_folding", "fold_rare"]


def fold_rare(
    labels: pl.Series, rule: FoldingRule, *, counted: pl.Series | None = None
) -> tuple[pl.Series, FoldedClasses]:
    """Replace the names of classes with too few rows by the rule's name.

    Not a way to get rid of classes that matter: name those in ``rule.kept``. Rows without a label stay without one.

    Parameters
    ----------
    labels : polars.Series of text
        Class of each row (:func:`labels_of`).
    rule : FoldingRule
    counted : boolean polars.Series, optional
        Rows by which classes are counted (those learned from, so that test rows decide nothing); all by default. A class
        with no counted row is folded.

    Returns
    -------
    labels, record : polars.Series, FoldedClasses
        The record counts all labelled rows, not the counted ones alone.

    Raises
    ------
    DataError
        CW282 if the rule's class would hold more than ``most_share`` of the rows; CW283 if fewer than three classes would
        be left; CW284 if the rule makes no sense. Nothing is folded.
    """
    _check(rule)
    counts = class_counts(labels)
    by = dict(class_counts(labels if counted is None else labels.filter(counted)))
    names = {name for name, _ in counts if by.get(name, 0) < rule.fewer_than}
    folded = tuple((name, n) for name, n in counts if name in names - {rule.name, *rule.kept})
    n = sum(m for _, m in counts)
    record = FoldedClasses(rule=rule, folded=folded, n_already=dict(counts).get(rule.name, 0), n_rows=n)
    if folded:
        _check_result(record, n_left=len(counts) - len(folded) + (record.n_already == 0))
    return apply_folding(labels, record), record


def apply_folding(labels: pl.Series, record: FoldedClasses) -> pl.Series:
    """Fold labels (new ones, or those of another table) as a record says; classes it does not know stay."""
    names = [name for name, _ in record.folded]
    return labels.replace(names, [record.rule.name] * len(names)) if names else labels


def _check(rule: FoldingRule) -> None:
    if rule.fewer_than >= 2 and rule.name.strip() and 0 < rule.most_share < 1:
        return
    raise DataError(
        "CW284",
        "the rule for rare classes makes no sense",
        got=f"fewer than {rule.fewer_than} rows, name {rule.name!r}, at most {rule.most_share:g} of the rows",
        fix="fold classes with fewer than 2 rows or more, under a name, up to a share between 0 and 1",
    )


def _check_result(record: FoldedClasses, *, n_left: int) -> None:
    rule = record.rule
    share = (record.n_folded + record.n_already) / record.n_rows
    if share > rule.most_share:
        raise DataError(
            "CW282",
            f"{rule.name!r} would hold {share:.1%} of the rows",
            got=f"{len(record.folded):,} classes with fewer than {rule.fewer_than:,} rows: {record.n_folded:,} rows, and "
            f"{record.n_already:,} already so named, of {record.n_rows:,}; at most {rule.most_share:.0%} are allowed",
            why="a class of leftovers that large swallows what is new, and its figures mean nothing",
            fix="fold classes with fewer rows only, collect more rows, or use nearest neighbours for classes with few rows",
        )
    if n_left < 3:
        raise DataError(
            "CW283",
            f"folding would leave {n_left} classes",
            got=f"{len(record.folded):,} classes have fewer than {rule.fewer_than:,} rows",
            why="with fewer than three classes this is no multiclass task any more",
            fix="fold classes with fewer rows only",
        )
