"""Rare classes are folded by a rule, recorded, refused when too much would vanish, and folded alike later."""

from __future__ import annotations

import polars as pl
import pytest

from classward.domain import FoldingRule
from classward.errors import DataError
from classward.lifecycle.data import apply_folding, fold_rare

LABELS = pl.Series(["billing"] * 60 + ["refund"] * 40 + ["security"] * 30 + ["legal"] * 4 + ["退款"] * 2 + [None] * 5)


def test_rare_classes_are_folded_and_recorded() -> None:
    labels, record = fold_rare(LABELS, FoldingRule(fewer_than=5))
    assert dict(labels.value_counts().rows()) == {"billing": 60, "refund": 40, "security": 30, "other": 6, None: 5}
    assert record.folded == (("legal", 4), ("退款", 2))
    assert record.n_folded == 6
    assert record.n_rows == 136
    assert "'legal' (4)" in record.note
    assert record.rule.hash[:8] in record.note


def test_without_rare_classes_nothing_changes() -> None:
    labels, record = fold_rare(LABELS, FoldingRule(fewer_than=2))
    assert labels.equals(LABELS)
    assert record.folded == ()
    assert record.note == ""


def test_promised_classes_are_kept() -> None:
    _, record = fold_rare(LABELS, FoldingRule(fewer_than=5, kept=("legal",)))
    assert record.folded == (("退款", 2),)


def test_a_class_already_so_named_takes_them_in() -> None:
    labels = pl.concat([LABELS, pl.Series(["other"] * 3)])
    folded, record = fold_rare(labels, FoldingRule(fewer_than=5))
    assert record.n_already == 3
    assert int((folded == "other").sum()) == 9


def test_only_counted_rows_decide() -> None:
    labels = pl.Series(["a"] * 20 + ["b"] * 20 + ["c"] * 20 + ["d"] * 12)
    learned = pl.Series([True] * 60 + [True] * 2 + [False] * 10)
    _, record = fold_rare(labels, FoldingRule(fewer_than=5), counted=learned)
    assert record.folded == (("d", 12),)


def test_labels_that_come_later_are_folded_by_the_record() -> None:
    _, record = fold_rare(LABELS, FoldingRule(fewer_than=5))
    later = pl.Series(["legal", "billing", "brand new", None])
    assert apply_folding(later, record).to_list() == ["other", "billing", "brand new", None]


def test_too_large_a_rest_is_refused() -> None:
    with pytest.raises(DataError) as refused:
        fold_rare(LABELS, FoldingRule(fewer_than=41))
    assert refused.value.code == "CW282"
    assert "55.9%" in refused.value.what


def test_too_few_classes_left_are_refused() -> None:
    labels = pl.Series(["a"] * 100 + ["b"] * 3 + ["c"] * 3)
    with pytest.raises(DataError, match="CW283"):
        fold_rare(labels, FoldingRule(fewer_than=5))


@pytest.mark.parametrize(
    "rule", [FoldingRule(fewer_than=1), FoldingRule(fewer_than=5, name=" "), FoldingRule(fewer_than=5, most_share=1.0)]
)
def test_rules_without_sense_are_refused(rule: FoldingRule) -> None:
    with pytest.raises(DataError, match="CW284"):
        fold_rare(LABELS, rule)


def test_a_changed_rule_has_another_hash() -> None:
    assert FoldingRule(fewer_than=5).hash != FoldingRule(fewer_than=6).hash
    assert FoldingRule(fewer_than=5).hash == FoldingRule(fewer_than=5).hash
