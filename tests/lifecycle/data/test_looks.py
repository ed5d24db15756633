"""The first look says what it inferred, what it left out, and why."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from classward.domain import DataSource
from classward.errors import DataError
from classward.lifecycle.data import Inference, describe, looks

SOURCE = DataSource(location="tickets.csv")
TEAMS = ["billing", "security", "legal", "outage"]


def tickets(n: int = 600) -> pl.DataFrame:
    rng = np.random.default_rng(7)
    team = rng.choice(TEAMS, n, p=[0.55, 0.3, 0.05, 0.1]).tolist()
    team[:3] = ["secuirty"] * 3
    code = {"billing": "B", "security": "S", "secuirty": "S", "legal": "L", "outage": "O"}
    return pl.DataFrame(
        {
            "ticket_id": [f"T-{i:05d}" for i in range(n)],
            "created_at": [datetime(2025, 1, 3) + timedelta(hours=13 * i) for i in range(n)],
            "subject": [f"please help, thing {i} is broken 😡" for i in range(n)],
            "product": rng.choice(["card", "loan", "حساب"], n),
            "country": rng.choice(["DE", "FR", None], n).tolist(),
            "account_age_days": rng.integers(0, 5000, n),
            "balance": rng.normal(size=n),
            "is_vip": rng.random(n) < 0.2,
            "ticket_url": [f"https://help.example.org/t/{i}" for i in range(n)],
            "resolved_by": rng.choice(["ann", "bob"], n),
            "desk": [code[t] for t in team],
            "tenant": ["acme"] * n,
            "notes": pl.Series([None] * n, dtype=pl.String),
            "customer_id": rng.integers(0, 80, n),
            "plan_code": rng.choice(["001", "002", "010"], n),
            "team": team,
        }
    )


@pytest.fixture(scope="module")
def found() -> Inference:
    return looks(tickets(), label="team", name="tickets", source=SOURCE)


def test_kinds_of_features(found: Inference) -> None:
    assert {f.feature.name: f.feature.kind for f in found.features} == {
        "subject": "text",
        "product": "categorical",
        "country": "categorical",
        "account_age_days": "numeric",
        "balance": "numeric",
        "is_vip": "boolean",
        "plan_code": "categorical",
    }
    assert all(f.reason for f in found.features)
    assert any("'plan_code' holds numbers stored as text" in note for note in found.notes)


def test_what_is_left_out_has_its_reason(found: Inference) -> None:
    reasons = {item.column: item.reason for item in found.left_out}
    assert reasons.keys() == {"ticket_url", "resolved_by", "desk", "tenant", "notes", "customer_id"}
    assert reasons["ticket_url"] == "unique per row"
    assert "would leak" in reasons["resolved_by"]
    assert "4 values goes with one class only: would leak" in reasons["desk"]
    assert "same value" in reasons["tenant"]
    assert "no value" in reasons["notes"]


def test_no_column_is_forgotten(found: Inference) -> None:
    seen = {f.feature.name for f in found.features} | {item.column for item in found.left_out}
    assert seen | {found.label, found.id_column, found.time_column} == set(tickets().columns)


def test_roles(found: Inference) -> None:
    assert (found.id_column, found.time_column) == ("ticket_id", "created_at")
    assert (found.group_column, found.suggested_group) == (None, "customer_id")
    assert (found.starts_at, found.ends_at) == ("2025-01-03", "2025-11-23")


def test_without_times_an_entity_column_groups_the_splits() -> None:
    found = looks(tickets().drop("created_at"), label="team", name="", source=SOURCE)
    assert found.group_column == "customer_id"
    assert found.name == "team"
    assert any("keep each in one fold" in note for note in found.notes)


def test_lines_for_people(found: Inference) -> None:
    lines = describe(found)
    assert lines[0] == "tickets.csv: 600 rows, 16 columns, 2025-01-03 to 2025-11-23"
    assert '5 classes; smallest "legal"' in lines[1]
    assert '"secuirty" (3 rows) looks like "security": typo?' in lines[1]
    assert all(len(line) <= 110 for line in lines)
    text = "\n".join(lines)
    assert "splits will be by time" in text
    assert all(c in text for c in tickets().columns)


def test_unlabelled_rows_are_counted_and_said() -> None:
    rows = tickets().with_columns(team=pl.when(pl.int_range(600) < 25).then(pl.lit(" ")).otherwise("team"))
    found = looks(rows, label="team", name="t", source=SOURCE)
    assert found.n_unlabelled == 25
    assert any("25 of 600 rows have no label" in note for note in found.notes)
    assert " " not in dict(found.class_counts)


def test_copies_and_disagreeing_labels_are_said() -> None:
    rows = pl.DataFrame({"text": ["turn on the light now"] * 3 + [f"do thing number {i}" for i in range(27)],
                         "y": ["on", "on", "off"] + ["on", "off", "dim"] * 9})  # fmt: skip
    found = looks(rows, label="y", name="t", source=SOURCE)
    assert found.n_duplicate_rows == 2
    assert any("3 rows are alike in every feature but differ in their label" in note for note in found.notes)


def test_scripts_without_spaces_are_text() -> None:
    texts = [f"我的银行卡第{i}次不能用了请帮忙" for i in range(40)]
    arabic = [f"لا أستطيع الدخول إلى حسابي رقم {i}" for i in range(40)]
    rows = pl.DataFrame({"zh": texts, "ar": arabic, "y": ["卡", "贷款", "其他", "投诉"] * 10})
    found = looks(rows, label="y", name="t", source=SOURCE)
    assert [f.feature.kind for f in found.features] == ["text", "text"]


def test_iso_text_is_a_time_and_a_named_null_time_is_refused() -> None:
    times = [f"2026-01-{1 + i % 28:02d}T10:00:00Z" for i in range(60)]
    base = {"text": [f"a b c d {i}" for i in range(60)], "y": ["a", "b", "c"] * 20}
    both = pl.DataFrame({"at": times, "timestamp": times} | base)
    assert looks(both, label="y", name="t", source=SOURCE).time_column == "timestamp"
    holes = pl.DataFrame({"timestamp": [None, *times[1:]]} | base)
    assert looks(holes, label="y", name="t", source=SOURCE).time_column is None
    with pytest.raises(DataError, match="CW216"):
        looks(holes, label="y", time_column="timestamp", name="t", source=SOURCE)


def test_a_birthday_is_not_taken_for_the_time_of_a_row() -> None:
    rows = pl.DataFrame({"birthday": [datetime(1980, 1, 1) + timedelta(days=i) for i in range(60)],
                         "y": ["a", "b", "c"] * 20})  # fmt: skip
    found = looks(rows, label="y", name="t", source=SOURCE)
    assert found.time_column is None
    assert [f.feature.kind for f in found.features] == ["date"]
    assert any("--time" in note for note in found.notes)


def test_free_text_that_happens_to_be_unique_is_no_leak() -> None:
    rows = pl.DataFrame({"text": [f"sentence about number {i}" for i in range(90)], "x": np.arange(90) * 1.7,
                         "y": ["a", "b", "c"] * 30})  # fmt: skip
    assert looks(rows, label="y", name="t", source=SOURCE).left_out == ()


def test_the_label_under_another_name_leaks_even_in_a_small_table() -> None:
    rows = pl.DataFrame({"text": ["x y z w", "p q r s", "k l m n"], "truth": ["a", "b", "c"], "y": ["a", "b", "c"]})
    found = looks(rows, label="y", name="t", source=SOURCE)
    assert [item.column for item in found.left_out if "leak" in item.reason or "unique" in item.reason] == ["truth"]


def test_nothing_to_learn_from_lists_every_reason() -> None:
    rows = pl.DataFrame({"id": ["1", "2", "3"], "same": [1, 1, 1], "y": ["a", "b", "c"]})
    with pytest.raises(DataError, match="CW217") as caught:
        looks(rows, label="y", name="t", source=SOURCE)
    assert "same: the same value" in caught.value.got


def test_a_named_column_that_does_not_exist_is_suggested() -> None:
    with pytest.raises(DataError, match="did you mean 'created_at'"):
        looks(tickets(), label="team", time_column="created_a", name="t", source=SOURCE)


def test_a_thousand_classes_and_names_of_all_kinds() -> None:
    names = [f"class {i}" for i in range(997)] + ["", "🏳️‍🌈 pride", 'with "quotes"', "dots.in.name"]
    labels = names * 4
    rows = pl.DataFrame({"text": [f"what is said in row {i}" for i in range(len(labels))], "étiquette ✨": labels})
    found = looks(rows, label="étiquette ✨", name="t", source=SOURCE)
    assert len(found.class_counts) == 1000
    assert found.n_unlabelled == 4
    assert found.typo_suspects == ()


def test_one_row_per_class_is_said() -> None:
    rows = pl.DataFrame({"text": [f"said in row {i} here" for i in range(5)], "y": list("abcde")})
    found = looks(rows, label="y", name="t", source=SOURCE)
    assert any("5 of 5 classes have fewer than 3 rows" in note for note in found.notes)
