"""What changed between two versions is found, and shown on a page that holds nothing a user could inject."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from ticket_answers import NAMES, answers, costs_of

from classward.domain import PairedReport
from classward.errors import DataError
from classward.lifecycle.evaluate import compare_rows, metric_change, paired_html, paired_report
from classward.lifecycle.evaluate.cuts import Cut
from classward.lifecycle.evaluate.paired_changes import flips_of, pair_changes, slice_changes
from classward.lifecycle.release import decide_replacement

OLD, NEW, Y = np.array([0, 1, 1, 2, 2, 2]), np.array([0, 0, 1, 2, 1, 2]), np.array([0, 0, 1, 2, 2, 1])


def test_confusions_that_changed_are_ranked_by_what_the_change_costs() -> None:
    cost = np.array([[0.0, 1, 1], [1, 0, 1], [1, 50, 0]])
    first, second, *_ = pair_changes(OLD, NEW, Y, ("a", "b", "c"), cost=cost)
    assert (first.true_class, first.predicted_class, first.n_live, first.n_candidate) == ("c", "b", 0, 1)
    assert first.difference.value == pytest.approx(0.5)
    assert (second.true_class, second.predicted_class, second.difference.value) == ("a", "b", -0.5)


def test_flips_name_truth_and_both_answers() -> None:
    assert {(f.true_class, f.live_answer, f.candidate_answer, f.n) for f in flips_of(OLD, NEW, Y, ("a", "b", "c"))} == {
        ("a", "b", "a", 1), ("c", "c", "b", 1),
    }  # fmt: skip


def test_a_slice_that_got_worse_is_found_and_others_are_not_blamed() -> None:
    rng = np.random.default_rng(0)
    was = rng.random(600) < 0.9
    phone = np.arange(600) < 120
    now = was & ~(phone & (rng.random(600) < 0.4))
    cuts = [Cut("device", "phone", "level", phone), Cut("device", "web", "level", ~phone)]
    phone_change, web_change = slice_changes(was, now, cuts)
    assert (phone_change.level, phone_change.verdict) == ("phone", "worse")
    assert web_change.verdict == "no difference shown"


def test_a_brought_metric_is_compared_with_an_interval() -> None:
    truths = ["a", "b"] * 50
    wrong = ["a"] * 100

    def share(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        return float((y_true == y_pred).mean())

    found = metric_change("share", share, truths, wrong, truths, rng=np.random.default_rng(0))
    assert (found.live, found.candidate, found.difference.value) == (0.5, 1.0, 0.5)
    assert found.difference.interval is not None
    assert 0.35 < found.difference.interval.low < 0.5
    by_row = metric_change("euro", lambda t, p: 7.0 * (t != p), truths, wrong, truths, rng=np.random.default_rng(0))
    assert by_row.difference.value == -3.5
    with pytest.raises(DataError, match="CW355"):
        metric_change("bad", lambda t, p: "much", truths, wrong, truths, rng=np.random.default_rng(0))


def test_the_page_escapes_names_and_tells_everything() -> None:
    proba, y = answers(900)
    rng = np.random.default_rng(0)
    decision, comparisons = decide_replacement(
        compare_rows(proba, proba, y), critical=(), alpha=0.05, decision_id="d1", at=datetime(2026, 1, 1, tzinfo=UTC),
        task="t",
    )  # fmt: skip
    found: PairedReport = paired_report(
        proba, proba, y, comparisons, cost=costs_of(proba.label_space, ("security", "billing", 30.0)), rng=rng,
        names=("v1", "v2<script>"),
    )  # fmt: skip
    page = paired_html(replace(found, cost_of="declared costs"), decision)
    assert "<script>" not in page
    assert "v2&lt;script&gt;" in page
    for words in (*NAMES, "cannot be told apart", "classward replay d1", "every row gets the same answer"):
        assert words in page, words
