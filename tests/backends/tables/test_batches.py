"""Tables of any size, batch by batch; a result appears whole or not at all."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from classward.backends.tables import BatchFiles
from classward.errors import DataError

ROWS = pl.DataFrame({"id": [f"{n:03d}" for n in range(25)], "n": list(range(25))})


def store(path: Path) -> None:
    write = {".csv": ROWS.write_csv, ".tsv": lambda p: ROWS.write_csv(p, separator="\t"), ".ndjson": ROWS.write_ndjson}
    write.get(path.suffix, ROWS.write_parquet)(path)


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.ndjson", "t.parquet"])
def test_batches_are_the_file_in_order(tmp_path: Path, name: str) -> None:
    store(tmp_path / name)
    stream = BatchFiles()
    frames = list(stream.batches(str(tmp_path / name), n_rows=10))
    assert stream.n_rows(str(tmp_path / name)) == 25
    assert max(f.height for f in frames) <= 10
    assert pl.concat(frames)["id"].to_list() == ROWS["id"].to_list()
    assert [int(v) for v in pl.concat(frames)["n"].to_list()] == ROWS["n"].to_list()


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.ndjson", "t.parquet", "T.CSV"])
def test_what_is_written_appears_when_finished(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_text("older", encoding="utf-8")
    sink = BatchFiles().sink(str(target))
    sink.write(ROWS[:20])
    sink.write(ROWS[20:])
    assert target.read_text(encoding="utf-8") == "older"
    sink.finish()
    read = pl.concat(BatchFiles().batches(str(target), n_rows=100))
    assert read["id"].to_list() == ROWS["id"].to_list()
    assert [p.name for p in tmp_path.iterdir()] == [name]


def test_what_is_abandoned_leaves_nothing(tmp_path: Path) -> None:
    sink = BatchFiles().sink(str(tmp_path / "t.csv"))
    sink.write(ROWS)
    sink.abandon()
    assert list(tmp_path.iterdir()) == []


def test_a_ragged_line_in_a_later_batch_is_named(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 30 + "1,2,3\n", encoding="utf-8")
    batches = BatchFiles().batches(str(path), n_rows=10)
    assert [next(batches).height for _ in range(3)] == [10, 10, 10]
    with pytest.raises(DataError, match="line 32 has 3 fields"):
        next(batches)
    with pytest.raises(DataError, match="line 32"):
        BatchFiles().n_rows(str(path))


def test_places_that_cannot_be_written_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="CW211"):
        BatchFiles().sink(str(tmp_path / "gone" / "t.csv"))
    with pytest.raises(DataError, match="CW212"):
        BatchFiles().sink(str(tmp_path / "t.xlsx"))
