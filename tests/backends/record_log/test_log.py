"""Reading while others seal, merge and remove; damage is told; crashes between two steps double nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta

import polars as pl
import pytest

from classward.backends.record_log import log as log_module
from classward.backends.record_log import seal as seal_module
from classward.backends.record_log.manifest import Manifest
from classward.conformance.examples import START, answer, truth
from classward.errors import RecordError


def interrupt(
    monkeypatch: pytest.MonkeyPatch, owner: object, name: str, doing: Callable[[], None], *, after: bool
) -> None:
    """Do something, once, before or after a call."""
    real, done = getattr(owner, name), []

    def call(*args: object, **kwargs: object) -> object:
        if not done and not after:
            done.append(1)
            doing()
        result = real(*args, **kwargs)
        if not done:
            done.append(1)
            doing()
        return result

    monkeypatch.setattr(owner, name, call)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("is_removed", [False, True])
def test_sealing_in_the_middle_of_a_read_changes_nothing(
    workspace, monkeypatch: pytest.MonkeyPatch, after: bool, is_removed: bool
) -> None:
    workspace.write([answer("a"), answer("b")])
    other = workspace.open()

    def seal() -> None:
        other.seal(now=workspace.clock.now())
        if is_removed:
            other.seal(now=workspace.clock.step(61.0))

    interrupt(monkeypatch, Manifest, "snapshot", seal, after=after)
    assert workspace.read_ids() == ["a", "b"]
    assert workspace.log.predictions().height == 2


def test_merging_in_the_middle_of_a_read_changes_nothing(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        workspace.write([answer(f"r{number:02d}")])
        workspace.log.seal(now=START)
    other = workspace.open()

    def merge() -> None:
        other.seal(now=START + timedelta(days=3))
        other.seal(now=START + timedelta(days=4))

    interrupt(monkeypatch, Manifest, "snapshot", merge, after=True)
    assert workspace.read_ids() == [f"r{n:02d}" for n in range(20)]
    assert workspace.log.health().n_sealed_files == 1


def test_records_that_vanish_for_good_are_an_error_not_a_gap(workspace) -> None:
    workspace.write([answer("a")])
    workspace.log.seal(now=START)
    for path in workspace.records.rglob("*.parquet"):
        path.unlink()
    with pytest.raises(RecordError, match="CW702"):
        workspace.log.predictions()
    (problem,) = workspace.log.health().problems
    assert "kind=prediction" in problem


def test_a_damaged_sealed_file_is_an_error_and_named_by_health(workspace) -> None:
    workspace.write([answer("a")])
    workspace.log.seal(now=START)
    (path,) = workspace.records.rglob("*.parquet")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RecordError, match="CW703"):
        workspace.log.predictions()
    assert any(path.name in problem for problem in workspace.log.health().problems)


@pytest.mark.parametrize("step", ["merge-rename", "record"])
def test_a_crash_between_rename_and_manifest_doubles_nothing(
    workspace, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object, **__: object) -> None:
        raise Killed

    for number in range(20):
        workspace.write([answer(f"r{number:02d}")])
    name = "record" if step == "record" else "replace"
    later = START + timedelta(days=3)
    for _ in range(3):
        with monkeypatch.context() as patch:
            patch.setattr(Manifest, name, kill)
            with pytest.raises(Killed):
                workspace.log.seal(now=later)
        assert workspace.read_ids() == [f"r{n:02d}" for n in range(20)]
    workspace.log.seal(now=later)
    assert workspace.read_ids() == [f"r{n:02d}" for n in range(20)]
    assert workspace.log.health().problems == ()


def test_two_sealers_with_one_idea_record_it_once(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        workspace.write([answer(f"r{number}"), answer(f"s{number}")])
    other = workspace.open()
    reports = []
    interrupt(monkeypatch, seal_module, "state_of", lambda: reports.append(other.seal(now=START)), after=False)
    reports.append(workspace.log.seal(now=START))
    assert sum(r.n_segments for r in reports) == 3
    assert sum(r.n_predictions for r in reports) == 6
    assert workspace.log.predictions().height == 6


def test_two_mergers_with_one_idea_merge_once(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        workspace.write([answer(f"r{number:02d}")])
    workspace.log.seal(now=START)
    other, later = workspace.open(), START + timedelta(days=3)
    reports = []
    interrupt(monkeypatch, Manifest, "replace", lambda: reports.append(other.seal(now=later)), after=False)
    reports.append(workspace.log.seal(now=later))
    assert sum(r.n_merged_files for r in reports) == max(r.n_merged_files for r in reports) > 0
    assert workspace.read_ids() == [f"r{n:02d}" for n in range(20)]
    assert workspace.log.health().problems == ()


def test_a_stale_sealer_finds_everything_done(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.write([answer("a")])
    other = workspace.open()
    interrupt(monkeypatch, Manifest, "segments", lambda: other.seal(now=START), after=True)
    assert workspace.log.seal(now=START).n_segments == 0
    assert workspace.read_ids() == ["a"]
    assert workspace.log.health().n_sealed_files == 1


def test_rows_go_to_the_date_they_happened_on_in_utc(workspace) -> None:
    midnight = START.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    workspace.write([answer("a", at=midnight - timedelta(microseconds=1)), answer("b", at=midnight)])
    workspace.log.seal(now=START)
    places = {path.parent.name for path in workspace.records.rglob("*.parquet")}
    assert places == {"date=2026-11-12", "date=2026-11-13"}
    assert workspace.log.predictions(since=midnight)["id"].to_list() == ["b"]
    assert workspace.log.predictions(until=midnight)["id"].to_list() == ["a"]
    sealed = workspace.records / "sealed" / "kind=prediction"
    assert pl.read_parquet(sealed, hive_partitioning=True).height == 2


def test_days_that_are_not_asked_for_are_not_opened(workspace) -> None:
    workspace.write([answer("a", at=START - timedelta(days=5))])
    workspace.write([answer("b")])
    workspace.log.seal(now=START)
    for path in workspace.records.rglob("date=2026-11-07/*.parquet"):
        path.unlink()
    assert workspace.log.predictions(since=START)["id"].to_list() == ["b"]


@pytest.mark.parametrize("is_sealed", [False, True])
def test_damage_in_the_middle_is_a_problem_and_what_is_before_it_is_read(workspace, is_sealed: bool) -> None:
    path = workspace.write([answer("a")], [answer("b")], [answer("c")])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(bytes(data))
    if is_sealed:
        assert "damaged at byte" in workspace.log.seal(now=START).problems[0]
        workspace.log.seal(now=START + timedelta(days=9))
    assert workspace.read_ids() == ["a"]
    health = workspace.log.health()
    assert "damaged at byte" in health.problems[0]
    assert path.name in health.problems[0]
    assert path.exists()


def test_what_is_no_segment_of_this_format_is_left_alone(workspace) -> None:
    path = workspace.write([answer("a")])
    path.write_bytes(b"CWSEG002" + path.read_bytes()[8:])
    workspace.write([answer("b")])
    report = workspace.log.seal(now=START)
    assert report.n_segments == 1
    assert "format 002" in report.problems[0]
    assert workspace.read_ids() == ["b"]
    assert "format 002" in workspace.log.health().problems[0]
    assert path.exists()


def test_a_torn_end_is_counted_before_and_after_sealing(workspace) -> None:
    path = workspace.write([answer("a")], [answer("b")])
    path.write_bytes(path.read_bytes()[:-7])
    torn = workspace.log.health().n_torn_bytes
    assert torn > 0
    assert workspace.log.health().problems == ()
    assert workspace.log.seal(now=START).n_torn_bytes == torn
    assert workspace.log.health().n_torn_bytes == torn
    assert workspace.read_ids() == ["a"]


def test_an_empty_file_of_a_writer_killed_at_once_is_sealed_away(workspace) -> None:
    workspace.write([answer("a")])
    (workspace.records / "open" / "0-1.seg").write_bytes(b"")
    (workspace.records / "open" / "0-2.seg").write_bytes(b"CWS")
    assert workspace.log.seal(now=START).problems == ()
    workspace.log.seal(now=START + timedelta(seconds=61))
    assert workspace.segments() == []
    assert workspace.read_ids() == ["a"]


def test_one_segment_that_cannot_be_sealed_stops_no_other(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = workspace.write([answer("a")])
    workspace.write([answer("b")])
    real = seal_module.parquet.write

    def full(folder, kind, day, stem, table):
        if stem == first.stem:
            raise OSError(28, "No space left on device")
        return real(folder, kind, day, stem, table)

    monkeypatch.setattr(seal_module.parquet, "write", full)
    report = workspace.log.seal(now=START)
    assert report.n_segments == 1
    assert "No space left" in report.problems[0]
    assert workspace.read_ids() == ["a", "b"]
    monkeypatch.undo()
    assert workspace.log.seal(now=START).n_segments == 1


def test_small_files_become_few(workspace) -> None:
    for number in range(35):
        workspace.write([answer(f"r{number:02d}", at=START + timedelta(minutes=number))])
        workspace.log.seal(now=START)
    assert workspace.log.health().n_sealed_files == 5
    workspace.log.seal(now=START + timedelta(days=2))
    assert workspace.log.health().n_sealed_files == 1
    workspace.log.seal(now=START + timedelta(days=3))
    assert len(list(workspace.records.rglob("*.parquet"))) == 1
    assert workspace.read_ids() == [f"r{n:02d}" for n in range(35)]


def test_tasks_in_one_database_do_not_mix(workspace, tmp_path) -> None:
    other = log_module.FileRecordLog(
        tmp_path / "other", task="mails", database=workspace.log._manifest._database, grace_s=60.0
    )
    workspace.write([answer("a")])
    workspace.log.seal(now=START)
    workspace.log.remember_digests([truth("a").digest], received_at=START)
    assert other.predictions().height == 0
    assert other.known_digests([truth("a").digest]) == frozenset()
    assert other.health().n_sealed_files == 0


@pytest.mark.slow
def test_a_million_digests_are_remembered_and_known(workspace) -> None:
    digests = [f"{n * 0x9E3779B97F4A7C15 % 2**64:064x}" for n in range(1_000_000)]
    workspace.log.remember_digests(digests, received_at=START)
    assert len(workspace.log.known_digests([*digests[::10], "0" * 63 + "x"])) == 100_000


def test_files_that_a_crash_left_unnamed_are_removed_after_an_hour_and_named_ones_never(workspace) -> None:
    workspace.write([answer("a")])
    workspace.log.seal(now=workspace.clock.now())
    (named,) = (workspace.records / "sealed").rglob("*.parquet")
    orphan, draft = named.with_name("left+0123.parquet"), named.with_name(".left.parquet.4711")
    for path in (orphan, draft):
        path.write_bytes(named.read_bytes())
    now = workspace.clock.now().timestamp()
    for path, age_s in ((named, 9e6), (orphan, 3000.0), (draft, 3000.0)):
        os.utime(path, (now - age_s, now - age_s))
    assert workspace.open().seal(now=workspace.clock.now()).n_orphans == 0, "they may be on their way"
    for path in (orphan, draft):
        os.utime(path, (now - 4000.0, now - 4000.0))
    assert workspace.log.seal(now=workspace.clock.now()).n_orphans == 0, "looked for once an hour"
    assert workspace.open().seal(now=workspace.clock.now()).n_orphans == 2
    assert list((workspace.records / "sealed").rglob("*.parquet*")) == [named]
    assert workspace.read_ids() == ["a"]


def test_a_file_that_is_gone_before_it_is_recorded_is_written_again(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace.write([answer("a")])
    real = Manifest.record

    def late(self, sealed, files, **given):  # type: ignore[no-untyped-def]
        (workspace.records / files[0].path).unlink()
        return real(self, sealed, files, **given)

    monkeypatch.setattr(Manifest, "record", late)
    assert workspace.log.seal(now=workspace.clock.now()).n_segments == 0
    monkeypatch.setattr(Manifest, "record", real)
    assert workspace.log.seal(now=workspace.clock.now()).n_segments == 1
    assert workspace.read_ids() == ["a"]
