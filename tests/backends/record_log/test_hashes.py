"""A sealed file that was changed with care, so that it still reads, is named; nothing launders it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import polars as pl

from classward.conformance.examples import START, answer

LATER = START + timedelta(days=3)


def forge(path: Path) -> bytes:
    """Turn every answer into a refund, keeping names, types and number of rows; the bytes as they were."""
    before = path.read_bytes()
    pl.read_parquet(path, hive_partitioning=False).with_columns(pl.lit("refund").alias("label")).write_parquet(path)
    return before


def sealed(workspace) -> list[Path]:
    return sorted(workspace.records.rglob("*.parquet"))


def test_a_forged_file_is_named_though_it_reads(workspace) -> None:
    workspace.write([answer("a"), answer("b")])
    workspace.log.seal(now=START)
    assert workspace.log.health().problems == ()
    (path,) = sealed(workspace)
    forge(path)
    assert workspace.log.predictions()["label"].to_list() == ["refund", "refund"], "reading does not compare"
    health = workspace.log.health()
    (problem,) = health.problems
    assert path.name in problem
    assert "not the bytes that were sealed" in problem
    assert (health.n_unhashed, health.n_hashed_late) == (0, 0)


def test_one_changed_byte_is_named(workspace) -> None:
    workspace.write([answer("a")])
    workspace.log.seal(now=START)
    (path,) = sealed(workspace)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    assert path.name in workspace.log.health().problems[0]


def test_a_forged_file_gets_no_new_hash_by_being_merged(workspace) -> None:
    for number in range(5):
        workspace.write([answer(f"r{number}")])
        workspace.log.seal(now=START)
    victim = sealed(workspace)[2]
    before = forge(victim)
    report = workspace.log.seal(now=LATER)
    assert report.n_merged_files == 0
    assert victim.name in report.problems[0]
    again = workspace.log.seal(now=LATER)
    assert again.n_merged_files == 4, "the others are merged without it"
    assert victim.name in again.problems[0]
    assert [p for p in workspace.log.health().problems if victim.name in p]
    assert workspace.read_ids() == [f"r{n}" for n in range(5)]

    victim.write_bytes(before)
    hour_later = workspace.log.seal(now=LATER + timedelta(hours=1))
    assert (hour_later.n_merged_files, hour_later.problems) == (2, ())
    assert workspace.log.health().problems == ()
    assert workspace.read_ids() == [f"r{n}" for n in range(5)]


def test_a_merged_file_has_a_hash_too(workspace) -> None:
    for number in range(3):
        workspace.write([answer(f"r{number}")])
        workspace.log.seal(now=START)
    workspace.log.seal(now=LATER)
    workspace.log.seal(now=LATER + timedelta(days=1))
    (merged,) = sealed(workspace)
    assert workspace.log.health().n_unhashed == 0
    forge(merged)
    assert merged.name in workspace.log.health().problems[0]


def test_the_same_rows_sealed_again_leave_the_recorded_file_alone(workspace, monkeypatch) -> None:
    from classward.backends.record_log.manifest import Manifest

    workspace.write([answer("a")])
    known = workspace.log._manifest.segments()
    workspace.log.seal(now=START)
    monkeypatch.setattr(Manifest, "segments", lambda self: known)  # a sealer that looked before
    workspace.log.seal(now=START)
    assert workspace.log.health().problems == ()
