"""Folds are disjoint, cover all rows, and keep the promise of their strategy."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.domain import DataSource, Feature, Split, Task
from classward.errors import DataError
from classward.lifecycle.data import Folds, split

CLASSES = ["billing", "Störung", "退款", "🔥 urgent", "قانوني"]


def task(**changes: object) -> Task:
    plain: dict[str, object] = {
        "name": "tickets",
        "label": "team",
        "features": (Feature(name="text", kind="text"),),
        "train": DataSource(location="tickets.csv"),
    }
    return Task(**(plain | changes))  # type: ignore[arg-type]


def table(labels: list[str], **columns: list[object]) -> pl.DataFrame:
    texts = columns.pop("text", [f"message number {i}" for i in range(len(labels))])
    return pl.DataFrame({"text": texts, "team": labels, **columns})


def run(
    rows: pl.DataFrame, task: Task, *, seed: int = 0, test_rows: int | None = None
) -> tuple[Split, Folds, np.ndarray]:
    made, folds = split(rows, task, dataset_hash="d", rng=np.random.default_rng(seed), test_table_rows=test_rows)
    where = np.full(rows.height, -1)
    for number, name in enumerate(("train", "calibration", "test")):
        indices = getattr(folds, name)
        assert (where[indices] == -1).all(), "a row is in two folds"
        where[indices] = number
        assert made.folds[number].n_rows == len(indices) > 0
        counts = rows[indices]["team"].value_counts().rows()
        assert {c: n for c, n in made.folds[number].class_counts if n} == dict(counts)
    assert (where >= 0).all(), "a row is in no fold"
    return made, folds, where


def attempt(rows: pl.DataFrame, task: Task, *, seed: int = 0) -> tuple[Split, Folds, np.ndarray] | None:
    """As run, or nothing when the rows cannot be divided; any other refusal is a failure."""
    try:
        return run(rows, task, seed=seed)
    except DataError as error:
        if error.code != "CW215":
            raise
        return None


label_lists = st.lists(st.sampled_from(CLASSES), min_size=40, max_size=200)


@settings(max_examples=40, deadline=None)
@given(labels=label_lists, seed=st.integers(0, 9), test=st.floats(0.1, 0.4), calibration=st.floats(0.08, 0.3))
def test_stratified_folds_have_the_share_of_every_class_within_one_row(
    labels: list[str], seed: int, test: float, calibration: float
) -> None:
    made, _, where = run(table(labels), task(test_share=test, calibration_share=calibration), seed=seed)
    assert made.strategy == "stratified"
    of_class = np.array(labels)
    for name in set(labels):
        n = int((of_class == name).sum())
        found = np.bincount(where[of_class == name], minlength=3)
        if n < 3:
            assert found.tolist() == [n, 0, 0]
        else:
            assert found[0] >= 1
            assert np.abs(found - n * np.array([1 - test - calibration, calibration, test])).max() <= 1 + 1e-6
    assert set(made.rare_classes) == {c for c in set(labels) if len(set(where[of_class == c])) < 3}


@settings(max_examples=40, deadline=None)
@given(
    labels=label_lists,
    seed=st.integers(0, 9),
    copies=st.lists(st.integers(0, 30), min_size=200, max_size=200),
)
def test_rows_alike_in_every_feature_never_straddle(labels: list[str], seed: int, copies: list[int]) -> None:
    texts: list[object] = [f"text {c}" if c < 8 else f"own {i}" for i, c in enumerate(copies[: len(labels)])]
    rows = table(labels, text=texts)
    tried = attempt(rows, task(), seed=seed)
    if tried is None:
        return
    _, _, where = tried
    for text in set(texts):
        assert len(set(where[[t == text for t in texts]])) == 1
    assert set(rows["team"].to_list()) == set(rows.filter(pl.Series(where == 0))["team"].to_list())


@settings(max_examples=40, deadline=None)
@given(
    groups=st.lists(st.one_of(st.none(), st.integers(0, 25)), min_size=60, max_size=200),
    labels=st.lists(st.sampled_from(CLASSES), min_size=200, max_size=200),
    seed=st.integers(0, 9),
)
def test_groups_never_straddle(groups: list[int | None], labels: list[str], seed: int) -> None:
    labels = labels[: len(groups)]
    rows = table(labels, customer_id=groups)  # type: ignore[arg-type]
    tried = attempt(rows, task(group_column="customer_id"), seed=seed)
    if tried is None:
        return
    made, _, where = tried
    assert made.strategy == "group"
    for g in {g for g in groups if g is not None}:
        assert len(set(where[[x == g for x in groups]])) == 1
    assert set(labels) == {labels[i] for i in np.flatnonzero(where == 0)}


@settings(max_examples=40, deadline=None)
@given(
    hours=st.lists(st.integers(0, 300), min_size=40, max_size=200),
    labels=st.lists(st.sampled_from(CLASSES), min_size=200, max_size=200),
)
def test_time_order_holds_strictly(hours: list[int], labels: list[str]) -> None:
    start = datetime(2026, 3, 29, tzinfo=UTC)
    times: list[object] = [start + timedelta(hours=h) for h in hours]
    tried = attempt(table(labels[: len(hours)], at=times), task(time_column="at"))
    if tried is None:
        assert len(set(hours)) < 20
        return
    made, _, where = tried
    assert made.strategy == "time"
    last = None
    for number in range(3):
        of_fold = [t for t, w in zip(times, where, strict=True) if w == number]
        assert last is None or last < min(of_fold)  # type: ignore[type-var]
        assert (made.folds[number].starts_at, made.folds[number].ends_at) == (min(of_fold), max(of_fold))  # type: ignore[type-var]
        last = max(of_fold)  # type: ignore[type-var]


def test_shares_are_as_asked() -> None:
    rng = np.random.default_rng(1)
    labels = rng.choice(CLASSES, 2000).tolist()
    columns: dict[str, list[object]] = {
        "at": [date(2020, 1, 1) + timedelta(days=int(i)) for i in rng.permutation(2000)],
        "customer_id": rng.integers(0, 400, 2000).tolist(),
    }
    for how in ({}, {"time_column": "at"}, {"group_column": "customer_id"}):
        made, _, _ = run(table(labels, **columns), task(**how))
        sizes = [f.n_rows for f in made.folds]
        assert np.abs(np.array(sizes) - [1400, 200, 400]).max() <= 30, (how, sizes)


def test_a_rare_class_with_three_entities_is_in_every_fold_beside_common_ones() -> None:
    labels = ["rare"] * 9 + ["billing"] * 600 + ["outage"] * 400
    owners: list[object] = [f"r{i // 3}" for i in range(9)] + [f"c{i // 20}" for i in range(1000)]
    for seed in range(5):
        made, _, where = run(table(labels, customer_id=owners), task(group_column="customer_id"), seed=seed)
        assert sorted(where[:9].tolist()) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
        assert made.rare_classes == ()


def test_many_classes_of_few_rows_fill_every_fold() -> None:
    labels = [f"class {i % 1000}" for i in range(4000)]
    made, _, where = run(table(labels), task())
    sizes = np.bincount(where)
    assert np.abs(sizes - [2800, 400, 800]).max() <= 2
    assert set(labels) == {labels[i] for i in np.flatnonzero(where == 0)}
    assert len(made.rare_classes) > 500


def test_same_seed_same_folds_and_another_seed_other_folds() -> None:
    labels = [CLASSES[i % 5] for i in range(100)]
    first, folds, _ = run(table(labels), task(), seed=3)
    again, same, _ = run(table(labels), task(), seed=3)
    other, _, _ = run(table(labels), task(), seed=4)
    assert first == again
    assert (folds.test == same.test).all()
    assert first.rows_hash != other.rows_hash
    with pytest.raises(ValueError, match="read-only"):
        folds.test[0] = 1


def test_a_class_inside_mixed_entities_is_in_train() -> None:
    labels, owners = [], []
    for i, rare in enumerate("ACDEF"):
        labels += [rare] + ["B"] * 30
        owners += [f"g{i}"] * 31
    labels += ["B"] * 100
    owners += [f"s{i}" for i in range(100)]
    _, _, where = run(table(labels, customer_id=list(owners)), task(group_column="customer_id"))
    assert {labels[i] for i in np.flatnonzero(where == 0)} == set("ABCDEF")


def test_a_giant_entity_goes_to_train_rather_than_fill_a_small_fold() -> None:
    labels = [CLASSES[i % 4] for i in range(1000)]
    owners: list[object] = ["g1"] * 330 + ["g2"] * 340 + [f"s{i}" for i in range(330)]
    made, _, where = run(table(labels, customer_id=owners), task(group_column="customer_id"))
    assert where[0] == where[400] == 0
    assert 200 <= made.folds[2].n_rows <= 300


def test_classes_below_the_limit_are_not_divided() -> None:
    labels = ["a"] * 60 + ["b"] * 60 + ["nine"] * 9 + ["ten"] * 10
    _, _, where = run(table(labels), task(min_per_class=10))
    assert set(where[120:129]) == {0}
    assert set(where[129:]) == {0, 1, 2}


def test_rare_classes_go_to_train_first_and_are_listed() -> None:
    labels = ["a"] * 50 + ["b"] * 50 + ["rare", "rare", "single"]
    made, _, where = run(table(labels), task())
    assert (where[100:] == 0).all()
    assert set(made.rare_classes) == {"rare", "single"}
    assert any("test has no row of" in note and "'single'" in note for note in made.notes)
    assert any("go to train first" in note for note in made.notes)


def test_one_row_per_class_is_refused_with_a_way_out() -> None:
    with pytest.raises(DataError, match="calibration and test would be empty") as caught:
        run(table([f"class {i}" for i in range(20)]), task())
    assert caught.value.code == "CW215"
    assert "test_share" in caught.value.fix


def test_rows_without_a_time_are_refused_and_counted() -> None:
    times: list[object] = ["2026-01-01", None, "yesterday"] + ["2026-01-02T10:00:00+02:00"] * 47
    with pytest.raises(DataError, match="2 rows have no time") as caught:
        run(table([CLASSES[i % 5] for i in range(50)], at=times), task(time_column="at"))
    assert caught.value.code == "CW216"
    assert "1 empty, 1 not a date" in caught.value.got
    assert "yesterday" not in str(caught.value)


def test_one_moment_only_cannot_be_cut_by_time() -> None:
    with pytest.raises(DataError, match="CW215") as caught:
        run(table([CLASSES[i % 5] for i in range(50)], at=[date(2026, 1, 1)] * 50), task(time_column="at"))
    assert "too few different times" in caught.value.got


def test_time_and_group_move_an_entity_to_its_earliest_fold_and_say_so() -> None:
    n = 100
    owners: list[object] = [f"c{i}" for i in range(n)]
    owners[99] = "c0"
    times: list[object] = [datetime(2026, 1, 1) + timedelta(days=i) for i in range(n)]
    rows = table([CLASSES[i % 5] for i in range(n)], at=times, customer_id=owners)
    made, _, where = run(rows, task(time_column="at", group_column="customer_id"))
    assert where[99] == where[0] == 0
    assert np.bincount(where).tolist() == [71, 10, 19]
    assert any("1 values of 'customer_id' span folds" in note and "1 rows moved" in note for note in made.notes)


def test_the_users_test_rows_stay_the_test_fold() -> None:
    labels = [CLASSES[i % 5] for i in range(120)]
    texts: list[object] = [f"message {i}" for i in range(120)]
    texts[119] = texts[0]
    made, folds, where = run(table(labels, text=texts), task(), test_rows=20)
    assert made.strategy == "given"
    assert folds.test.tolist() == list(range(100, 120))
    assert len(folds.calibration) == 10
    told = any("1 of 20 test rows are alike in every feature to a training row" in note for note in made.notes)
    assert told == (where[0] == 0)
    assert any("divided by class" in note for note in made.notes)


def test_large_blocks_do_not_put_training_rows_into_a_given_test() -> None:
    labels = ["a", "b", "c"] * 20 + ["a", "b", "c"]
    texts: list[object] = ["same", "other", "third"] * 20 + ["x", "y", "z"]
    with pytest.raises(DataError, match="CW215"):
        run(table(labels, text=texts), task(calibration_share=0.01), test_rows=3)


def test_blank_labels_are_refused() -> None:
    with pytest.raises(DataError, match="CW208"):
        run(table(["a", "b", "c", "  "] * 10), task())
