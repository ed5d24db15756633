"""Text stays text; what is wrong is named by line; nothing is guessed."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import polars as pl
import pytest

from classward.backends.tables import FileTables
from classward.domain import DataSource
from classward.errors import DataError


def read(folder: Path, name: str, content: str | bytes) -> pl.DataFrame:
    data = content.encode() if isinstance(content, str) else content
    (folder / name).write_bytes(data)
    return FileTables(base=folder).read(DataSource(location=name))


def refusal(folder: Path, name: str, content: str | bytes) -> DataError:
    with pytest.raises(DataError) as caught:
        read(folder, name, content)
    return caught.value


@pytest.mark.parametrize(
    "values",
    [
        ["001", "002"], ["1", "02"], ["+49", "1"], ["1,5", "2,5"], ["12345678901234567890", "1"], ["1 000", "2"],
        ["1e999", "2.0"], ["NaN", "1.0"], ["inf", "2"], ["0x10", "1"], [" 1", "2"], ["-", "1"], ["true", "True"],
        ["2024-01-01", "2024-01-02"], ["1_000", "2"], [".5", "1.0"], ["1.", "2.0"],
        ["1234567890123456.5", "1.5"],
    ],
)  # fmt: skip
def test_what_is_no_plain_number_stays_text(tmp_path: Path, values: list[str]) -> None:
    body = "\n".join(f'x,"{v}"' for v in values)
    table = read(tmp_path, "t.csv", f"k,v\n{body}\n")
    assert table["v"].to_list() == values
    assert table.schema["v"] == pl.String


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        (["1", "", "-20"], [1, None, -20]),
        (["0", "999999999999999999"], [0, 999_999_999_999_999_999]),
        (["1", "2.50", "-3e-2"], [1.0, 2.5, -0.03]),
        (["true", "", "false"], [True, None, False]),
        (["True", "True"], [True, True]),
        (["", ""], [None, None]),
    ],
)
def test_plain_numbers_and_booleans_get_their_type(tmp_path: Path, values: list[str], wanted: list[object]) -> None:
    body = "\n".join(f"x,{v}" for v in values)
    assert read(tmp_path, "t.csv", f"k,v\n{body}\n")["v"].to_list() == wanted


def test_quotes_line_ends_marks_and_blank_lines(tmp_path: Path) -> None:
    text = '\ufeffid,text\r\n1,"said ""no"",\r\ntwice"\r\n\r\n2,5" pipe\r\n3,日本語'
    table = read(tmp_path, "t.csv", text)
    assert table.rows() == [(1, 'said "no",\r\ntwice'), (2, '5" pipe'), (3, "日本語")]


def test_tabs_separate_in_tsv(tmp_path: Path) -> None:
    assert read(tmp_path, "t.TSV", "a\tb\n1\tx, y\n").rows() == [(1, "x, y")]


def test_more_rows_than_are_read_at_once_keep_one_type(tmp_path: Path) -> None:
    body = "\n".join(str(n) for n in range(50_000)) + "\n007\n"
    table = read(tmp_path, "t.csv", "n\n" + body)
    assert table.height == 50_001
    assert table["n"].to_list()[-1] == "007"


def test_a_very_long_field_is_read(tmp_path: Path) -> None:
    assert len(read(tmp_path, "t.csv", f"a,b\n{'x' * 300_000},1\n")["a"][0]) == 300_000


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ("a,b\n1,2\n1\n", "line 3 has 1 fields, the header 2"),
        ('a,b\n"1\n\n2",2\n1,2,3\n', "line 5 has 3 fields"),
        ('a,b\n1,2\n"open,3\n4,5\n', "line 3: unexpected end of data"),
        ("a,a,,b\n1,2,3,4\n", "line 1: no name for column 3; more than once: 'a'"),
        (b"a,b\n1,2\n\xe9t\xe9,3\n", "line 3, byte 8: not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "text in UTF-16"),
        ("a;b\n1;2\n", "one column, and semicolons in its name"),
        ("a,b\n" + "1,2\n" * 40_000 + "3\n", "line 40002 has 1 fields"),
    ],
)
def test_the_line_of_a_mistake_is_named(tmp_path: Path, content: str | bytes, got: str) -> None:
    error = refusal(tmp_path, "t.csv", content)
    assert error.code == "CW212"
    assert got in error.got


@pytest.mark.parametrize(
    ("name", "content"),
    [("t.csv", ""), ("t.csv", "a,b\n"), ("t.ndjson", ""), ("t.csv", "a,b\n\n\n"), ("t.parquet", "")],
)
def test_no_rows_are_refused(tmp_path: Path, name: str, content: str) -> None:
    assert refusal(tmp_path, name, content).code == "CW213"


def test_missing_and_unknown_files_are_refused(tmp_path: Path) -> None:
    tables = FileTables(base=tmp_path)
    for location, code in [("gone.csv", "CW211"), ("gone.xlsx", "CW212"), ("sqlite:///gone.db", "CW211")]:
        with pytest.raises(DataError, match=code):
            tables.read(DataSource(location=location, query="SELECT 1"))


def test_ndjson_keeps_the_types_of_json(tmp_path: Path) -> None:
    lines = '{"id":"001","n":1.5,"ok":true}\n\n{"id":"2","n":null,"ok":false}\n'
    assert read(tmp_path, "t.jsonl", lines).rows() == [("001", 1.5, True), ("2", None, False)]


def test_ndjson_mistakes_name_the_line(tmp_path: Path) -> None:
    assert "line 3" in refusal(tmp_path, "t.ndjson", '{"a":1}\n\n{"a":\n{"a":2}\n').got
    assert "line 2" in refusal(tmp_path, "t.ndjson", '{"a":1}\n[2]\n').got


def test_parquet_comes_back_as_it_is_and_damage_is_told(tmp_path: Path) -> None:
    table = pl.DataFrame({"id": ["001", "002"], "n": [1, None]})
    table.write_parquet(tmp_path / "t.parquet")
    assert FileTables(base=tmp_path).read(DataSource(location="t.parquet")).equals(table)
    whole = (tmp_path / "t.parquet").read_bytes()
    assert refusal(tmp_path, "t.parquet", whole[: len(whole) // 2]).code == "CW212"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (id TEXT, amount REAL, team TEXT)")
    connection.executemany("INSERT INTO orders VALUES (?,?,?)", [("001", 2.5, "billing"), ("002", None, "legal")])
    connection.commit()
    connection.close()
    return path


def test_a_query_reads_sqlite(tmp_path: Path, database: Path) -> None:
    tables = FileTables(base=tmp_path)
    wanted = [("001", 2.5), ("002", None)]
    for location in ("sqlite:///shop.db", f"sqlite:///{database}"):
        assert tables.read(DataSource(location=location, query="SELECT id, amount FROM orders")).rows() == wanted


@pytest.mark.parametrize(
    "query", ["SELECT nothing FROM orders", "DELETE FROM orders", "INSERT INTO orders VALUES (1,2,3)"]
)
def test_a_query_that_fails_or_writes_is_refused(tmp_path: Path, database: Path, query: str) -> None:
    before = database.read_bytes()
    with pytest.raises(DataError, match="CW21"):
        FileTables(base=tmp_path).read(DataSource(location="sqlite:///shop.db", query=query))
    assert database.read_bytes() == before


def test_other_places_are_refused_with_what_works(tmp_path: Path) -> None:
    tables = FileTables(base=tmp_path)
    for location in ("postgresql://host/db", "s3://bucket/rows.parquet", "https://example.org/rows.csv"):
        with pytest.raises(DataError, match=re.escape("sqlite:///path")) as caught:
            tables.read(DataSource(location=location, query="SELECT 1"))
        assert caught.value.code == "CW214"
    with pytest.raises(DataError, match="CW214"):
        tables.read(DataSource(location="sqlite:///shop.db"))
