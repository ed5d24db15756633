"""A writer under a failing disk: it says so, keeps count, leaves no half record and goes on when it can."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from classward.backends.record_log import segment as segment_module
from classward.backends.record_log.segment import Segment
from classward.conformance.examples import answer, quarantined, truth


class Disk:
    """Stands between a segment and the kernel; calls fail while their name is in ``failing``."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.failing: dict[str, object] = {}
        for name in ("write", "ftruncate", "fsync", "open"):
            monkeypatch.setattr(segment_module.os, name, self._guard(name, getattr(os, name)))

    def _guard(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            how = self.failing.get(name)
            if how == "short":
                file, data = args
                return real(file, data[: len(data) // 2])  # type: ignore[index]
            if how is not None:
                raise OSError(how, "as asked")
            return real(*args, **kwargs)

        return call


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


def lost_told(workspace) -> int:
    return int(workspace.log.counters().filter(pl.col("name") == "unlogged")["n"].sum())


@pytest.mark.parametrize("how", [errno.ENOSPC, errno.EIO, errno.EDQUOT, "short"])
def test_a_failed_append_is_cut_back_counted_and_told(workspace, disk: Disk, how: object) -> None:
    writer = workspace.writer()
    assert writer.predictions([answer("a")])
    size = workspace.segments()[0].stat().st_size
    disk.failing["write"] = how
    assert not writer.predictions([answer("b"), answer("c")])
    assert not writer.labels([truth("a")])
    assert not writer.quarantine([quarantined("{}")])
    writer.tick()
    assert writer.n_lost == 2
    assert workspace.segments()[0].stat().st_size == size
    disk.failing.clear()
    assert writer.predictions([answer("d")])
    assert lost_told(workspace) == 2
    writer.close()
    assert workspace.read_ids() == ["a", "d"]
    assert workspace.log.health().problems == ()
    assert workspace.log.health().n_lost == 2
    assert len(workspace.segments()) == 1


def test_losses_are_told_once(workspace, disk: Disk) -> None:
    writer = workspace.writer()
    for _ in range(3):
        disk.failing["write"] = errno.ENOSPC
        assert not writer.predictions([answer("x")])
        writer.tick()
        disk.failing.clear()
        writer.tick()
        writer.tick()
    writer.close()
    assert writer.n_lost == lost_told(workspace) == 3


def test_a_segment_that_cannot_be_cut_back_is_given_up(workspace, disk: Disk) -> None:
    writer = workspace.writer()
    assert writer.predictions([answer("a")])
    disk.failing |= {"write": "short", "ftruncate": errno.EIO}
    assert not writer.predictions([answer("b")])
    disk.failing.clear()
    assert writer.predictions([answer("c")])
    writer.close()
    assert len(workspace.segments()) == 2
    assert workspace.read_ids() == ["a", "c"]
    assert workspace.log.health().n_torn_bytes > 0
    assert workspace.log.seal(now=workspace.clock.now()).n_torn_bytes > 0
    assert workspace.read_ids() == ["a", "c"]


def test_a_failed_fsync_is_no_acknowledgement(workspace, disk: Disk) -> None:
    writer = workspace.writer(fsync=True)
    assert writer.predictions([answer("a")])
    disk.failing["fsync"] = errno.EIO
    assert not writer.predictions([answer("b")])
    disk.failing.clear()
    assert writer.predictions([answer("c")])
    writer.close()
    assert len(workspace.segments()) == 2
    assert workspace.read_ids() == ["a", "c"]
    assert writer.n_lost == 1


@pytest.mark.parametrize("call", ["open", "write"])
def test_a_segment_that_cannot_be_begun_leaves_nothing(workspace, disk: Disk, call: str) -> None:
    writer = workspace.writer()
    disk.failing[call] = errno.ENOSPC
    assert not writer.predictions([answer("a")])
    assert workspace.segments() == []
    disk.failing.clear()
    assert writer.predictions([answer("b")])
    writer.close()
    assert workspace.read_ids() == ["b"]
    assert lost_told(workspace) == 1


def test_a_new_segment_that_a_sealer_looks_at_is_left_to_it(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = segment_module.fcntl.flock, []

    def busy_twice(file: int, how: int) -> None:
        calls.append(how)
        if len(calls) <= 2:
            raise BlockingIOError
        real(file, how)

    monkeypatch.setattr(segment_module.fcntl, "flock", busy_twice)
    writer = workspace.writer()
    assert writer.predictions([answer("a")])
    writer.close()
    assert len(workspace.segments()) == 1
    assert workspace.read_ids() == ["a"]


def test_text_that_is_no_text_is_not_kept_and_harms_nobody(workspace) -> None:
    writer = workspace.writer()
    assert not writer.predictions([answer("a"), answer("lone \ud800 surrogate")])
    assert writer.predictions([answer("b")])
    writer.close()
    assert writer.n_lost == lost_told(workspace) == 2
    assert workspace.read_ids() == ["b"]


def test_counters_do_not_wait_for_a_tick_longer_than_the_next_answer(workspace) -> None:
    writer = workspace.writer()
    writer.count("refused", 4)
    assert writer.predictions([answer("a")])
    assert workspace.log.counters().height == 0
    workspace.clock.step(1.0)
    assert writer.predictions([answer("b")])
    assert workspace.log.counters()["n"].to_list() == [4]
    writer.close()
    assert workspace.log.counters()["n"].to_list() == [4]


def test_an_empty_batch_makes_no_segment(workspace) -> None:
    writer = workspace.writer()
    assert writer.predictions([])
    assert writer.labels([])
    assert writer.quarantine([])
    writer.tick()
    writer.close()
    assert workspace.segments() == []


def test_a_closed_writer_begins_again(workspace) -> None:
    writer = workspace.writer()
    assert writer.predictions([answer("a")])
    writer.close()
    assert writer.predictions([answer("b")])
    writer.close()
    assert workspace.read_ids() == ["a", "b"]


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_writes_beside_its_parent(workspace) -> None:
    writer = workspace.writer()
    assert writer.predictions([answer("before")])
    child = os.fork()
    if child == 0:
        done = writer.predictions([answer("child")])
        writer.close()
        os._exit(0 if done else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert writer.predictions([answer("after")])
    assert len(workspace.segments()) == 2
    assert workspace.log.seal(now=workspace.clock.now()).n_segments == 1
    writer.close()
    assert workspace.read_ids() == ["after", "before", "child"]
    assert workspace.log.health().problems == ()


def test_a_lock_is_held_while_a_segment_is_open(workspace, tmp_path: Path) -> None:
    segment = Segment(tmp_path / "open", "one", fsync=True)
    assert segment.append(b"x" * 10)
    with pytest.raises(FileExistsError):
        Segment(tmp_path / "open", "one", fsync=False)
    assert (tmp_path / "open" / "one.seg").stat().st_size == segment.size
    segment.close()
    segment.close()
    assert not segment.is_open
