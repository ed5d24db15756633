"""What every table source must do."""

# ruff: noqa: D102  (a check says in its name what it checks)

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from classward.domain import DataSource
from classward.errors import DataError
from classward.ports import TableSource

__all__ = ["TableSourceSuite"]

_NAMES = ["001", "1.10", "1.10", "+49", "true", "größer 日本語", 'a "quoted", text', "two\nlines"]


class TableSourceSuite:
    """Checks of ``ports.TableSource``, for one form of table."""

    def make(self, folder: Path) -> TableSource:
        """Open a source that looks into a folder."""
        raise NotImplementedError

    def store(self, folder: Path, table: pl.DataFrame) -> DataSource:
        """Put a table where the source finds it."""
        raise NotImplementedError

    def absent(self, folder: Path) -> DataSource:
        """A place of this form where nothing is."""
        raise NotImplementedError

    def read(self, folder: Path, table: pl.DataFrame, *as_written: str) -> pl.DataFrame:
        """Store and read back."""
        return self.make(folder).read(self.store(folder, table), as_written=as_written)

    def test_text_comes_back_as_it_was_written(self, tmp_path: Path) -> None:
        found = self.read(tmp_path, pl.DataFrame({"label": _NAMES}), "label")
        assert found["label"].to_list() == _NAMES

    @pytest.mark.parametrize(
        "values", [["001", "002"], ["1.10", "1.1"], ["1", "2"], ["true", "false"], ["1e3", "1000"]]
    )
    def test_names_that_look_like_numbers_stay_names(self, tmp_path: Path, values: list[str]) -> None:
        found = self.read(tmp_path, pl.DataFrame({"id": values, "x": ["a", "b"]}), "id")
        assert found["id"].to_list() == values

    def test_rows_and_columns_keep_their_order(self, tmp_path: Path) -> None:
        found = self.read(tmp_path, pl.DataFrame({"b": ["x", "y", "z"], "a": ["3", "1", "2"]}), "a", "b")
        assert found.columns == ["b", "a"]
        assert found.rows() == [("x", "3"), ("y", "1"), ("z", "2")]

    def test_a_missing_value_is_null(self, tmp_path: Path) -> None:
        found = self.read(tmp_path, pl.DataFrame({"a": ["x", None], "b": ["y", "z"]}), "a")
        assert found["a"].to_list() == ["x", None]

    def test_numbers_keep_their_value(self, tmp_path: Path) -> None:
        given = {"i": [1, -20, 999_999_999_999_999_999], "f": [0.1, -3e-2, 2.5]}
        found = self.read(tmp_path, pl.DataFrame(given))
        assert {name: found[name].to_list() for name in given} == given

    def test_reading_twice_gives_the_same(self, tmp_path: Path) -> None:
        place = self.store(tmp_path, pl.DataFrame({"a": ["x", "y"], "n": [1, 2]}))
        assert self.make(tmp_path).read(place).equals(self.make(tmp_path).read(place))

    def test_no_rows_are_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as caught:
            self.read(tmp_path, pl.DataFrame({"a": []}, schema={"a": pl.String}))
        assert caught.value.code == "CW213"

    def test_a_place_that_does_not_exist_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(DataError) as caught:
            self.make(tmp_path).read(self.absent(tmp_path))
        assert caught.value.code == "CW211"
