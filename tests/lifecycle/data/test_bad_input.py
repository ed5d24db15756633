"""Bad tables end in a stated refusal or a stated fallback: never a bare traceback, never a row that vanishes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from classward.domain import DataSource, Feature, Task
from classward.errors import DataError
from classward.lifecycle.data import (
    answer_by_column,
    answer_by_copy,
    build_label_space,
    check_columns,
    check_target,
    columns_of,
    describe,
    labels_of,
    looks,
    near_groups,
    profile,
    scan,
    split,
)
from classward.lifecycle.data.advice import advise, facts_of, needs_of

N = 200
RNG_SEED = 0


def tickets(n: int = N, n_classes: int = 4) -> pl.DataFrame:
    rng = np.random.default_rng(RNG_SEED)
    y = rng.integers(0, n_classes, n)
    return pl.DataFrame(
        {
            "text": [
                f"hello {w} number {i} of {rng.integers(50)} things" for i, w in enumerate(rng.choice(["my", "a"], n))
            ],
            "size": rng.normal(y),
            "team": [f"team {c}" for c in y],
        }
    )


def some(share: float, n: int = N) -> pl.Series:
    return pl.Series(np.random.default_rng(1).random(n) < share)


def prepare(table: pl.DataFrame, **roles: str) -> tuple[Task, list[str]]:
    """What init, advise and train do to a table before anything is fitted; gives every sentence said."""
    found = looks(table, label="team", name="t", source=DataSource(location="t.csv"), **roles)  # type: ignore[arg-type]
    task = Task(
        name="t", label="team", features=tuple(f.feature for f in found.features), train=DataSource(location="t.csv"),
        id_column=found.id_column, time_column=found.time_column, group_column=found.group_column,
    )  # fmt: skip
    said = [*describe(found), *found.notes, *(f"{item.column}: {item.reason}" for item in found.left_out)]
    check_columns(table, task.schema)
    labelled = table.filter(labels_of(table, "team").is_not_null())
    assert found.n_unlabelled == table.height - labelled.height
    check_target(labelled, task)
    space = build_label_space(labelled, task)
    assert (
        profile(labelled, task, dataset_hash="d", taken_at=datetime(2026, 1, 1, tzinfo=UTC)).n_rows == labelled.height
    )
    made, folds = split(labelled, task, dataset_hash="d", rng=np.random.default_rng(0), test_table_rows=None)
    every = np.sort(np.concatenate([folds.train, folds.calibration, folds.test]))
    assert np.array_equal(every, np.arange(labelled.height)), "a row vanished"
    assert {len(v) for v in columns_of(labelled, task.schema).values()} == {labelled.height}
    findings = scan(labelled, task, folds=folds, rng=np.random.default_rng(0))
    advice = advise(facts_of(table, task, rng=np.random.default_rng(0)))
    assert {need.class_name for need in needs_of(found.class_counts, task)} == set(space.names)
    y_index = np.array([space.index(v) for v in labels_of(labelled, "team").to_list()])
    rest = {"fit": folds.train, "held": folds.test, "label_space": space}
    answer_by_column(labelled, task.schema.names, y_index, rng=np.random.default_rng(0), **rest)  # type: ignore[arg-type]
    answer_by_copy(labelled, task.schema.names, y_index, **rest)  # type: ignore[arg-type]
    return task, [*said, *made.notes, *(f.what for f in findings), *(a.because for a in advice)]


ODD_COLUMNS = {
    "constant": pl.Series([1.0] * N),
    "one word": pl.Series(["x"] * N),
    "nothing": pl.Series([None] * N),
    "no numbers": pl.Series([None] * N, dtype=pl.Float64),
    "objects": pl.Series([1, "a", None, 2.5] * 50, dtype=pl.Object),
    "numbers as text": pl.Series(["1", "a", None, "2.5"] * 50),
    "nan": pl.Series([1.0, float("nan"), None, -3.0] * 50),
    "decimals": pl.Series(range(N)).cast(pl.Decimal(10, 3)),
    "lists": pl.Series([[1, 2]] * N),
    "structs": pl.Series([{"a": 1}] * N),
    "bytes": pl.Series([b"abc"] * N),
    "lengths of time": pl.Series([timedelta(hours=i) for i in range(N)]),
    "times of day": pl.Series([datetime(2020, 1, 1, i % 24).time() for i in range(N)]),
    "codes": pl.Series(["a", "b"] * 100, dtype=pl.Categorical),
    "flags": pl.Series([True, None] * 100),
    "days": pl.Series([date(2026, 1, 1) + timedelta(days=i % 9) for i in range(N)]),
    "the year 1": pl.Series([date(1, 1, 1), date(9999, 12, 31)] * 100),
    "very large": pl.Series([2**64 - 1 - 3 * i for i in range(N)], dtype=pl.UInt64),
    "too large for most": pl.Series(range(0, 2 * N, 2)).cast(pl.Int128),
    "huge and tiny": pl.Series([1e308, -1e308, 5e-324, 0.0] * 50),
    "emoji": pl.Series([f"🔥{'🙂' * (i % 7)} 👨‍👩‍👧 {i}" for i in range(N)]),
    "right to left": pl.Series([f"مرحبا يا صديقي كيف حالك اليوم \u202e {i}" for i in range(N)]),
    "no letters": pl.Series(["\0", "", " ", "\t\n"] * 50),
    "one letter": pl.Series(["a"] * N),
}


@pytest.mark.parametrize("name", ODD_COLUMNS)
def test_odd_columns_are_used_or_left_out_with_a_reason(name: str) -> None:
    task, said = prepare(tickets().with_columns(ODD_COLUMNS[name].alias(name)))
    assert name in task.schema.names or any(name in sentence for sentence in said)


@pytest.mark.parametrize("name", ["objects", "lists", "structs", "bytes"])
def test_columns_without_meaning_named_in_the_task_are_refused(name: str) -> None:
    table = tickets().with_columns(ODD_COLUMNS[name].alias(name))
    task = Task(
        name="t", label="team", features=(Feature(name="size", kind="numeric"), Feature(name=name, kind="categorical")),
        train=DataSource(location="t.csv"),
    )  # fmt: skip
    with pytest.raises(DataError) as refused:
        check_columns(table, task.schema)
    assert refused.value.code == "CW209"
    _, folds = split(table, task, dataset_hash="d", rng=np.random.default_rng(0), test_table_rows=None)
    scan(table, task, folds=folds, rng=np.random.default_rng(0))


def test_infinite_numbers_are_told_at_once_and_refused_by_their_row() -> None:
    table = tickets().with_columns(size=pl.when(pl.int_range(N) == 150).then(float("-inf")).otherwise(pl.col("size")))
    found = looks(table, label="team", name="t", source=DataSource(location="t.csv"))
    assert any("infinite in 1 rows" in note for note in found.notes)
    with pytest.raises(DataError) as refused:
        prepare(table)
    assert refused.value.code == "CW219"
    assert "row 151" in refused.value.what


def test_one_row_per_class_is_refused_with_the_reason() -> None:
    table = tickets(30).with_columns(team=pl.Series([f"c{i}" for i in range(30)]))
    with pytest.raises(DataError) as refused:
        prepare(table)
    assert refused.value.code == "CW215"
    assert "too few rows for 30 classes" in refused.value.got


def test_a_thousand_classes() -> None:
    table = tickets(5000).with_columns(team=pl.Series([f"c{i % 1000}" for i in range(5000)]))
    _, said = prepare(table)
    assert any("calibration has no row of" in sentence for sentence in said)


@pytest.mark.parametrize("value", [None, "  "])
def test_missing_labels_are_counted_and_left_out(value: str | None) -> None:
    table = tickets().with_columns(team=pl.when(some(0.1)).then(pl.lit(value)).otherwise(pl.col("team")))
    _, said = prepare(table)
    n = int(some(0.1).sum())
    assert any(f"{n} of 200 rows have no label" in sentence for sentence in said)


def test_a_text_of_a_million_characters() -> None:
    long = pl.lit("word " * 200_000 + "🔥")
    table = tickets().with_columns(text=pl.when(pl.int_range(N) == 3).then(long).otherwise(pl.col("text")))
    task, said = prepare(table)
    assert "text" in task.schema.names
    assert max(map(len, said)) < 2000
    assert len(np.unique(near_groups(table["text"]))) > 100


def test_a_class_name_of_a_million_characters_is_refused_without_repeating_it() -> None:
    table = tickets().with_columns(
        team=pl.when(pl.int_range(N) == 3).then(pl.lit("w" * 1_000_000)).otherwise(pl.col("team"))
    )
    with pytest.raises(DataError) as refused:
        prepare(table)
    assert refused.value.code == "CW285"
    assert "row 4" in refused.value.got
    assert len(str(refused.value)) < 1000


def test_class_names_in_any_script() -> None:
    table = tickets().with_columns(team=pl.col("team") + " 🙂‍↔️ مرحبا 退款")
    task, _ = prepare(table)
    assert task.label == "team"


def test_ids_that_recur_with_one_label_are_found_across_folds() -> None:
    table = tickets().with_columns(
        ticket=pl.Series([f"T{i % 100}" for i in range(N)]), team=pl.Series([f"c{i % 4}" for i in range(N)])
    )
    _, said = prepare(table, id_column="ticket")
    assert any("ids in 'ticket' have rows on both sides" in sentence for sentence in said)


def test_a_class_in_the_test_table_only_is_said() -> None:
    table = pl.concat([tickets(), tickets(20).with_columns(team=pl.lit("brand new"))])
    task = Task(
        name="t", label="team", features=(Feature(name="size", kind="numeric"),), train=DataSource(location="t.csv"),
        test=DataSource(location="x.csv"),
    )  # fmt: skip
    made, folds = split(table, task, dataset_hash="d", rng=np.random.default_rng(0), test_table_rows=20)
    assert made.rare_classes[0] == "brand new"
    assert any("train has no row of 'brand new'" in note for note in made.notes)
    assert [f for f in scan(table, task, folds=folds, rng=np.random.default_rng(0)) if f.severity == "stop"] == []


def test_rows_without_a_single_label_or_column() -> None:
    with pytest.raises(DataError, match="CW204"):
        prepare(tickets().head(0))
    with pytest.raises(DataError, match="CW217"):
        prepare(tickets().select("team"))
