"""Ids of rows in tables: never invented from a cell that holds none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import polars as pl
import pytest

from classward import wiring
from classward.errors import DataError, UsageError
from classward.flows.row_ids import row_ids
from classward.settings import Settings


def counted() -> Callable[[], str]:
    made = iter(range(100))
    return lambda: f"made-{next(made)}"


def ids_of(values: Sequence[object], dtype: pl.DataType | None = None) -> list[str]:
    table = pl.DataFrame({"id": pl.Series(values, dtype=dtype)})
    return row_ids(table, "id", new=counted(), source="t.csv", offset=10)


def test_an_empty_cell_is_given_an_id() -> None:
    assert ids_of(["a", None, "c", None]) == ["a", "made-0", "c", "made-1"]
    assert ids_of([7, None]) == ["7", "made-0"]
    assert ids_of([None]) == ["made-0"]
    assert row_ids(pl.DataFrame({"n": [1]}), "id", new=counted(), source="t", offset=0) == ["made-0"]


@pytest.mark.parametrize("values", [[1.0, 2.0], [True, False]])
def test_what_has_no_one_spelling_gives_no_ids(values: list[object]) -> None:
    with pytest.raises(DataError, match=r"CW610 t.csv: column 'id'"):
        ids_of(values)


@pytest.mark.parametrize("bad", ["", "x" * 129, "a\tb"])
def test_ids_are_checked_as_the_server_checks_them(bad: str) -> None:
    with pytest.raises(DataError, match=r"CW611 t.csv: row 12: "):
        ids_of(["a", bad])


@pytest.mark.parametrize(("target", "code"), [("t.csv", "CW612"), ("link.csv", "CW612"), ("older.csv", "CW613")])
def test_a_file_is_not_replaced_by_answers_unasked(tmp_path: Path, target: str, code: str) -> None:
    (tmp_path / "t.csv").write_text("id\n1\n")
    (tmp_path / "older.csv").write_text("older")
    (tmp_path / "link.csv").symlink_to(tmp_path / "t.csv")
    with pytest.raises(UsageError, match=code):
        wiring.score_file(
            str(tmp_path / "classward.toml"), Settings(), str(tmp_path / "t.csv"), str(tmp_path / target), version=None,
            with_all=False, with_sets=False, batch_rows=10, is_logged=False,
            tell=lambda done, total: None, is_forced=code == "CW612",
        )  # fmt: skip
    assert (tmp_path / "t.csv").read_text() == "id\n1\n"
    assert (tmp_path / "older.csv").read_text() == "older"
