"""Figures without labels: right under another mix of classes, with their own record; silent where nothing is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from classward.domain import AnswerReference, BucketKey, DayBucket, LabelSpace, Reference
from classward.lifecycle.monitor import bucket_of, class_estimates, expected_of
from classward.statistics import present_shares, reweighted

SPACE = LabelSpace.of(("a", "b", "c"))
PRIOR = np.array([0.6, 0.35, 0.05])
MIDDLES = np.array([[0.0, 0.0], [2.2, 0.0], [0.0, 2.2]])
FIRST = date(2026, 3, 2)


def rows(n: int, shares: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """True classes, and probabilities that are exactly right for the mix of training."""
    y = rng.choice(3, p=shares, size=n)
    z = MIDDLES[y] + rng.normal(size=(n, 2))
    logits = z @ MIDDLES.T - 0.5 * (MIDDLES**2).sum(axis=1) + np.log(PRIOR)
    made = np.exp(logits - logits.max(axis=1, keepdims=True))
    return y, made / made.sum(axis=1, keepdims=True)


def table(y: np.ndarray, proba: np.ndarray, *, labelled: float, rng: np.random.Generator) -> pl.DataFrame:
    names = np.array(SPACE.names)
    truth = [str(names[t]) if rng.random() < labelled else None for t in y]
    return pl.DataFrame(
        {
            "id": [str(i) for i in range(len(y))], "version": 1, "label": names[proba.argmax(axis=1)].tolist(),
            "probability": proba.max(axis=1), "probabilities": proba.tolist(), "truth": truth, "weight": 1.0,
            "features": [None] * len(y), "payload_weight": [None] * len(y),
        },
        schema_overrides={"truth": pl.String, "features": pl.String, "payload_weight": pl.Float64},
    )  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> Reference:
    y, proba = rows(4_000, PRIOR, np.random.default_rng(1))
    confusion = np.zeros((3, 4), dtype=np.int64)
    np.add.at(confusion, (y, proba.argmax(axis=1)), 1)
    answers = AnswerReference(
        answered=tuple(confusion.sum(axis=0).tolist()), expected=(*(PRIOR * 10_000).tolist(), 0.5),
        confusion=tuple(map(tuple, confusion.tolist())), bins=(),
    )  # fmt: skip
    return Reference(version=1, class_names=SPACE.names, n_rows=10_000, features=(), answers=answers, hash="h")


def day(
    reference: Reference, i: int, shares: np.ndarray, *, labelled: float = 0.0
) -> tuple[DayBucket, np.ndarray, np.ndarray]:
    rng = np.random.default_rng([2, i])
    y, proba = rows(2_000, shares, rng)
    told = table(y, proba, labelled=labelled, rng=rng)
    key = BucketKey(version=1, route="live", day=FIRST + timedelta(days=i))
    made = bucket_of(told, key, SPACE, reference)
    return replace(made, expected=expected_of(told, SPACE, reference)), y, proba.argmax(axis=1)


def test_shares_are_found_without_labels_and_probabilities_follow() -> None:
    rng = np.random.default_rng(3)
    now = np.array([0.5, 0.3, 0.2])
    _, proba = rows(6_000, now, rng)
    found = present_shares(proba, PRIOR)
    np.testing.assert_allclose(found, now, atol=0.02)
    np.testing.assert_allclose(reweighted(proba, PRIOR, found).sum(axis=1), 1.0)
    np.testing.assert_allclose(present_shares(np.zeros((0, 3)), PRIOR), PRIOR)


@pytest.mark.parametrize("shares", [PRIOR, np.array([0.5, 0.3, 0.2])])
def test_recall_and_precision_without_a_label_are_those_of_the_labels(reference: Reference, shares: np.ndarray) -> None:
    days = [day(reference, i, shares) for i in range(5)]
    y, said = np.concatenate([d[1] for d in days]), np.concatenate([d[2] for d in days])
    estimates = class_estimates([d[0] for d in days], reference, since=FIRST)
    for i, one in enumerate(estimates):
        of, answered = y == i, said == i
        right = (of & answered).sum()
        for figure, real in ((one.recall, right / of.sum()), (one.precision, right / answered.sum())):
            assert figure.basis == "estimated"
            assert figure.interval is not None
            assert figure.interval.low <= real <= figure.interval.high
        assert one.share.value == pytest.approx(of.mean(), abs=0.02)
        assert one.record.n_weeks == 0


def test_the_record_says_how_right_they_were_once_labels_came(reference: Reference) -> None:
    days = [day(reference, i, PRIOR, labelled=0.5)[0] for i in range(14)]
    estimates = class_estimates(days, reference, since=FIRST + timedelta(days=10))
    assert [e.record.n_weeks for e in estimates] == [2, 2, 2]
    assert sum(e.record.n_within for e in estimates) >= 5
    assert all(abs(e.record.mean_error or 0.0) < 0.05 for e in estimates)
    swapped = [
        replace(d, answers=replace(d.answers, confusion=d.answers.confusion[1:] + d.answers.confusion[:1]))
        for d in days
    ]
    lied = class_estimates(swapped, reference, since=FIRST)
    assert sum(e.record.n_within for e in lied) == 0, "a change of what classes mean shows in the record"


def test_without_a_reference_or_rows_there_is_no_figure(reference: Reference) -> None:
    made = day(reference, 0, PRIOR)[0]
    assert class_estimates([made], None, since=FIRST) == ()
    assert class_estimates([replace(made, expected=None)], reference, since=FIRST) == ()
    one_class = table(np.zeros(0, int), np.zeros((0, 3)), labelled=0.0, rng=np.random.default_rng(0))
    assert expected_of(one_class, SPACE, reference) is None
