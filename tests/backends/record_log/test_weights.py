"""Weights of kept payloads, and who asked, stand beside rows that were written before they were noted."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import polars as pl

from classward.backends.record_log import parquet
from classward.backends.record_log.tables import SCHEMAS, tables_of

AT = 1_780_000_000_000_000
HEAD = ("q1", AT, 1, "b", "s", "live", "online", 1.0)
OLD = ("p", HEAD, [("old", None, "a", 0.9, b"\0\0\x80?", "model", (), "{}")])
NEW = ("p", HEAD, [("new", None, "a", 0.9, b"\0\0\x80?", "model", (), "{}", 5.0)])


WITH_CALLER = ("p", HEAD, [("newest", None, "a", 0.9, b"\0\0\x80?", "model", (), "{}", 5.0, "key:shop")])
FROM_LATER = ("p", HEAD, [("later", None, "a", 0.9, b"\0\0\x80?", "model", (), "{}", 5.0, "key:shop", "h", "?")])


def frames(*payloads):
    return tables_of(msgspec.msgpack.decode(msgspec.msgpack.encode(p)) for p in payloads)["prediction"]


def test_frames_without_weights_are_read_beside_those_with(tmp_path):
    table = frames(OLD, NEW, WITH_CALLER, FROM_LATER)
    weights = dict(zip(table["id"], table["payload_weight"], strict=True))
    assert weights == {"old": None, "new": 5.0, "newest": 5.0, "later": 5.0}
    callers = dict(zip(table["id"], table["caller"], strict=True))
    hashes = dict(zip(table["id"], table["features_hash"], strict=True))
    assert hashes == {"old": None, "new": None, "newest": None, "later": "h"}
    assert callers == {"old": None, "new": None, "newest": "key:shop", "later": "key:shop"}
    assert table.columns == list(SCHEMAS["prediction"])


def test_sealed_files_of_earlier_releases_are_read_and_merged_with_new_ones(tmp_path):
    day = datetime.fromtimestamp(AT / 1e6, UTC).date().isoformat()
    old = parquet.write(tmp_path, "prediction", day, "a", frames(OLD).drop("payload_weight", "caller", "features_hash"))
    new = parquet.write(tmp_path, "prediction", day, "b", frames(NEW))
    for files in ([old, new], [new, old], [old]):
        table = parquet.scan(tmp_path, files).collect()
        assert table.columns == list(SCHEMAS["prediction"])
        assert set(table["id"]) <= {"old", "new"}
    merged = parquet.merge(tmp_path, [old, new], level=1)
    table = pl.read_parquet(tmp_path / merged.path)
    assert table.sort("id")["payload_weight"].to_list() == [5.0, None]
