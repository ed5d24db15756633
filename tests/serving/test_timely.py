"""A disk that stalls keeps nobody waiting; threads take turns; what failed in the thread fails where it was called."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from classward.serving.timely import TimelyWriter


class OneAtATime:
    """Fails when two threads are inside at once."""

    def __init__(self) -> None:
        self._inside = threading.Lock()
        self.n_calls = 0
        self.n_lost = 0

    def _work(self, *_: object) -> bool:
        assert self._inside.acquire(blocking=False), "two threads in one writer"
        before = self.n_calls
        threading.Event().wait(0.0005)
        self.n_calls = before + 1
        self._inside.release()
        return True

    predictions = labels = quarantine = count = tick = close = _work


class SlowDisk:
    """Writes nothing until it is let go; an open disk writes at once."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()
        self.kept: list[object] = []
        self.counts: dict[str, int] = {}
        self.n_lost = self.n_writes = 0

    def _write(self, batch: list[object]) -> bool:
        self.entered.set()
        self.open.wait()
        self.kept += batch
        return True

    predictions = labels = quarantine = _write

    def together(self, batches: list[list[object]]) -> tuple[bool, ...]:
        self.n_writes += 1
        return tuple(self._write(batch) for batch in batches)

    def count(self, name: str, n: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + n

    def tick(self) -> None:
        self.open.wait()

    def close(self) -> None:
        self.open.wait()


@pytest.mark.parametrize("deadline_s", [60.0, 0.0])
def test_threads_take_turns_whatever_they_call(deadline_s):
    writer = OneAtATime()
    timely = TimelyWriter(writer, deadline_s=deadline_s)
    calls = [
        lambda: timely.predictions([]), lambda: timely.labels([]), lambda: timely.quarantine([]), timely.tick,
    ] * 20  # fmt: skip
    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(call) for call in calls]:
            done.result()
    timely.close()
    assert writer.n_calls == 81


def test_a_stalled_disk_keeps_nobody_and_what_it_cost_is_counted():
    disk = SlowDisk()
    timely = TimelyWriter(disk, deadline_s=0.02)
    assert timely.predictions(["a"])
    disk.open.clear()
    assert not timely.predictions(["b"])
    assert timely.is_stalled
    assert not timely.predictions(["c", "d"])
    assert not timely.labels(["e"])
    timely.tick()
    timely.count("refused")
    assert timely.n_lost == 3
    disk.open.set()
    while timely.is_stalled:
        threading.Event().wait(0.001)
    assert timely.predictions(["f"])
    assert disk.counts == {"unlogged": 3, "refused": 1}
    assert disk.kept == ["a", "b", "f"], "what was on its way still arrived; what was turned away did not"
    assert timely.n_lost == 3
    timely.close()


def test_a_disk_that_never_comes_back_does_not_keep_the_process(monkeypatch):
    monkeypatch.setattr("classward.serving.timely._FAREWELL_S", 0.02)
    disk = SlowDisk()
    disk.open.clear()
    timely = TimelyWriter(disk, deadline_s=0.02)
    assert not timely.labels(["a"])
    timely.close()
    disk.open.set()


def test_what_goes_wrong_in_the_thread_is_raised_where_it_was_called():
    class Broken(SlowDisk):
        def labels(self, batch: list[object]) -> bool:
            raise ZeroDivisionError

    timely = TimelyWriter(Broken(), deadline_s=60.0)
    with pytest.raises(ZeroDivisionError):
        timely.labels([])
    assert timely.predictions(["a"]), "the thread goes on"
    timely.close()
    timely.close()


def test_answers_leave_a_server_whose_disk_stalls(start):
    client = start(record_deadline_s=0.02)
    writer = client.app.worker.parts.writer
    is_open, real = threading.Event(), writer.predictions
    writer.predictions = lambda batch: is_open.wait() and real(batch)  # type: ignore[method-assign]
    rows = {"rows": [{"text": "refund please"}]}
    first, second = client.post("/predict", rows), client.post("/predict", rows)
    assert [r.json()["predictions"][0]["flags"][-1] for r in (first, second)] == ["unlogged"] * 2
    assert [r.json()["predictions"][0]["label"] for r in (first, second)] == ["refund"] * 2
    is_open.set()
    while client.app.worker.writer.is_stalled:
        threading.Event().wait(0.001)
    assert client.post("/predict", rows).json()["predictions"][0]["flags"][-1] != "unlogged"
    client.look()
    text = client.get("/metrics").body.decode()
    assert 'classward_unlogged_total{task="tickets"} 2.0' in text
    assert 'classward_records_lost_total{task="tickets"} 2.0' in text


async def until(is_so) -> None:
    while not is_so():
        await asyncio.sleep(0.001)


def test_the_event_loop_goes_on_and_answers_that_came_meanwhile_are_written_together():
    disk = SlowDisk()
    timely = TimelyWriter(disk, deadline_s=60.0)

    async def serve() -> None:
        disk.open.clear()
        first = asyncio.create_task(timely.answered(["a"]))
        await until(disk.entered.is_set)
        rest = [asyncio.create_task(timely.answered([name])) for name in "bcdef"]
        await asyncio.sleep(0.02)  # the loop runs although the disk does not
        assert not any(task.done() for task in (first, *rest)), "acknowledged before it was written"
        disk.open.set()
        assert await asyncio.gather(first, *rest) == [True] * 6

    asyncio.run(serve())
    assert disk.kept == list("abcdef")
    assert disk.n_writes == 2
    timely.close()


def test_who_awaits_a_stalled_disk_is_let_go_at_the_deadline_and_later_ones_at_once():
    disk = SlowDisk()
    timely = TimelyWriter(disk, deadline_s=0.05)

    async def serve() -> None:
        assert await timely.answered(["a"])
        disk.open.clear()
        assert await asyncio.gather(timely.answered(["b"]), timely.answered(["c", "d"])) == [False, False]
        assert timely.is_stalled
        assert not await timely.answered(["e"])
        assert timely.n_lost == 4
        disk.open.set()
        await until(lambda: not timely.is_stalled)
        assert await timely.answered(["f"])

    asyncio.run(serve())
    assert disk.counts == {"unlogged": 4}
    assert disk.kept == ["a", "b", "c", "d", "f"]
    timely.close()


def test_a_full_disk_is_told_to_each_and_spoils_no_other():
    class Full(SlowDisk):
        def together(self, batches: list[list[object]]) -> tuple[bool, ...]:
            self.entered.set()
            self.open.wait()
            return tuple(batch != ["full"] for batch in batches)

    disk = Full()
    timely = TimelyWriter(disk, deadline_s=60.0)

    async def serve() -> list[bool]:
        return await asyncio.gather(*(timely.answered([name]) for name in ("a", "full", "b")))

    assert asyncio.run(serve()) == [True, False, True]
    timely.close()


def test_what_goes_wrong_while_writing_is_raised_where_it_is_awaited_and_a_caller_that_left_disturbs_nobody():
    class Broken(SlowDisk):
        def together(self, batches: list[list[object]]) -> tuple[bool, ...]:
            if batches[0] == ["bad"]:
                raise ZeroDivisionError
            return super().together(batches)

    disk = Broken()
    timely = TimelyWriter(disk, deadline_s=60.0)

    async def serve() -> None:
        with pytest.raises(ZeroDivisionError):
            await timely.answered(["bad"])
        disk.open.clear()
        gone, stays = asyncio.create_task(timely.answered(["a"])), asyncio.create_task(timely.answered(["b"]))
        await asyncio.sleep(0)
        gone.cancel()
        disk.open.set()
        assert await stays

    asyncio.run(serve())
    assert disk.kept == ["a", "b"]
    timely.close()


def test_an_event_loop_that_is_gone_does_not_end_the_writer():
    disk = SlowDisk()
    timely = TimelyWriter(disk, deadline_s=60.0)
    disk.open.clear()

    async def leave() -> None:
        task = asyncio.create_task(timely.answered(["a"]))
        await until(disk.entered.is_set)
        task.cancel()

    asyncio.run(leave())
    disk.open.set()
    assert timely.predictions(["b"])
    assert disk.kept == ["a", "b"]
    timely.close()


def test_without_a_deadline_the_caller_writes_itself_and_counts_arrive_all_the_same():
    disk = SlowDisk()
    timely = TimelyWriter(disk, deadline_s=0.0)
    timely.count("refused")
    assert timely.predictions(["a"])
    assert asyncio.run(timely.answered(["b"]))
    assert timely.together([["c"], ["d"]]) == (True, True)
    assert (disk.kept, disk.counts) == (["a", "b", "c", "d"], {"refused": 1})
    assert "records" not in {t.name for t in threading.enumerate() if t is timely._thread}
    timely.close()
