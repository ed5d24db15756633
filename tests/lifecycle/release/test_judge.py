"""Paired counts become verdicts per class, with the chance of a false one bounded."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from classward.domain import PairedCounts
from classward.lifecycle.release import judge_pairs


def counts(name: str, won: int, lost: int, *, both: int = 50, n: int | None = None) -> PairedCounts:
    return PairedCounts(
        class_name=name,
        n=both + won + lost + 10 if n is None else n,
        n_both=both,
        n_only_candidate=won,
        n_only_live=lost,
    )


COUNTS = st.builds(counts, st.just("c"), st.integers(0, 60), st.integers(0, 60), both=st.integers(0, 200))


def test_nothing_to_judge() -> None:
    assert judge_pairs([]) == ()


def test_verdicts_by_hand() -> None:
    made = judge_pairs(
        [
            counts("(all)", 60, 40),
            counts("billing", 30, 4),
            counts("legal", 0, 3),
            counts("refund", 3, 25),
            counts("shipping", 20, 18),
        ]
    )
    assert [(c.counts.class_name, c.verdict) for c in made] == [
        ("(all)", "no difference shown"),
        ("billing", "better"),
        ("legal", "not enough evidence"),
        ("refund", "worse"),
        ("shipping", "no difference shown"),
    ]
    assert made[1].p_value == pytest.approx(stats.binomtest(4, 34).pvalue)
    assert made[1].p_adjusted == pytest.approx(4 * made[1].p_value)
    assert made[0].p_adjusted == made[0].p_value


def test_class_without_rows_is_not_called_equal() -> None:
    empty = judge_pairs([counts("(all)", 5, 5), counts("legal", 0, 0, both=0, n=0)])[1]
    assert empty.verdict == "not enough evidence"
    assert (empty.difference.value, empty.difference.interval, empty.p_value) == (None, None, 1.0)


def test_difference_is_of_recall_with_its_n() -> None:
    made = judge_pairs([counts("(all)", 12, 2, both=80, n=100)])[0]
    assert made.difference.value == pytest.approx(0.10)
    assert made.difference.n == 100
    assert made.difference.interval is not None
    assert 0.0 < made.difference.interval.low < 0.10 < made.difference.interval.high < 0.2


def test_few_rows_can_be_enough_once_other_classes_are_settled() -> None:
    settled = [counts(f"c{i}", 40, 0) for i in range(9)]
    made = judge_pairs([counts("(all)", 360, 6), *settled, counts("legal", 6, 0)])
    assert made[-1].verdict == "better"  # p = 0.031, tested last at 0.05, not at 0.05 / 10
    open_classes = [counts(f"c{i}", 5, 5) for i in range(9)]
    made = judge_pairs([counts("(all)", 51, 45), *open_classes, counts("legal", 6, 0)])
    assert made[-1].verdict == "not enough evidence"


@given(st.lists(COUNTS, min_size=1, max_size=12), st.sampled_from([0.2, 0.05, 0.001]))
def test_not_enough_evidence_means_no_outcome_could_have_told(given_counts: list[PairedCounts], alpha: float) -> None:
    made = judge_pairs(given_counts, alpha=alpha)
    assert len(made) == len(given_counts)
    for i, comparison in enumerate(made):
        c = comparison.counts
        differing = c.n_only_candidate + c.n_only_live
        lopsided = [*given_counts]
        lopsided[i] = counts("c", differing, 0, both=c.n_both)
        could_tell = judge_pairs(lopsided, alpha=alpha)[i].verdict == "better"
        assert could_tell == (comparison.verdict != "not enough evidence")


@given(st.lists(COUNTS, min_size=1, max_size=12))
def test_changing_sides_changes_the_verdict(given_counts: list[PairedCounts]) -> None:
    swapped = [counts("c", c.n_only_live, c.n_only_candidate, both=c.n_both) for c in given_counts]
    other = {"better": "worse", "worse": "better"}
    for one, two in zip(judge_pairs(given_counts), judge_pairs(swapped), strict=True):
        assert two.verdict == other.get(one.verdict, one.verdict)
        assert one.difference.value == pytest.approx(-(two.difference.value or 0.0))


def test_equal_versions_are_rarely_told_apart() -> None:
    rng = np.random.default_rng(4)
    n_false, runs = 0, 600
    for _ in range(runs):
        differing = rng.integers(0, 60, size=20)
        won = rng.binomial(differing, 0.5)
        classes = [counts(f"c{i}", int(w), int(d - w)) for i, (w, d) in enumerate(zip(won, differing, strict=True))]
        made = judge_pairs([counts("(all)", int(won.sum()), int((differing - won).sum())), *classes])
        n_false += any(c.verdict in {"better", "worse"} for c in made[1:])
    assert n_false <= stats.binom.ppf(1 - 1e-6, runs, 0.05)
