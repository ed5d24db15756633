"""What writing the records costs an answer of one row: by the event loop, by a thread it waits for, by a thread it awaits.

python benchmarks/serving_records/handover.py [N] [--fsync]

The same application answers POST /predict with one row in process, in turns of 50 requests for each way to write (so that what else the
machine does meets all alike), one request at a time and 16 at a time. ``direct`` keeps the event loop while it writes; a disk that stalls would stop
the server. ``waiting`` hands over to a thread and keeps the event loop until it is done. ``awaited`` is what a server does: the event loop goes
on, and what came meanwhile is written together. Figures are over N requests each (default 2000), and ratios to ``direct``.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tests" / "serving")]

from serving_fakes import Client, make_parts  # noqa: E402  (stand-ins of everything but the writer)

from classward.backends.clock import SystemClock, UlidIds  # noqa: E402
from classward.backends.record_log.writer import SegmentWriter  # noqa: E402
from classward.domain import Prediction  # noqa: E402
from classward.serving.app import create_app  # noqa: E402
from classward.serving.timely import TimelyWriter  # noqa: E402

WAYS = ("direct", "waiting", "awaited")
BODY = json.dumps({"rows": [{"text": "a refund for the broken parcel please"}]}).encode()
AT_ONCE, TURN = 16, 50


class Waiting(TimelyWriter):
    """Keeps the event loop until the thread has written."""

    async def answered(self, batch: Sequence[Prediction]) -> bool:
        return self.predictions(batch)


def client(folder: Path, way: str, *, fsync: bool) -> Client:
    folder.mkdir()
    parts = make_parts(
        folder, record_deadline_s=0.0 if way == "direct" else 5.0, max_running=1000, max_lag_ms=0.0, poll_s=1.0
    )
    parts.journal.deploy(1, "hash-1")
    writer = SegmentWriter(
        folder, task="tickets", clock=SystemClock(), ids=UlidIds(), max_bytes=8_000_000, max_age_s=30.0, fsync=fsync
    )
    object.__setattr__(parts, "writer", writer)
    app = create_app(parts)
    if way == "waiting":
        app.worker.writer = app.worker.plane.writer = Waiting(writer, deadline_s=5.0)
    return Client(app)


async def ask(one: Client, n: int, took_us: list[float], *, at_once: int) -> None:
    async def some(n_each: int) -> None:
        for _ in range(n_each):
            begun = time.perf_counter()
            answer = await one.ask("POST", "/predict", BODY)
            took_us.append(1e6 * (time.perf_counter() - begun))
            assert answer is not None
            assert answer.status == 200, answer.body
            assert b"unlogged" not in answer.body

    await asyncio.gather(*(some(n // at_once) for _ in range(at_once)))


def measure(clients: dict[str, Client], n: int, *, at_once: int) -> None:
    took: dict[str, list[float]] = {way: [] for way in clients}
    passed_s = dict.fromkeys(clients, 0.0)
    turn = TURN * at_once
    for i in range(-1, max(1, n // turn)):
        for way, one in clients.items():
            us: list[float] = []
            begun = time.perf_counter()
            one.loop.run_until_complete(ask(one, turn, us, at_once=at_once))
            if i >= 0:  # the first turn warms up
                passed_s[way] += time.perf_counter() - begun
                took[way] += us
    rates = {way: len(us) / passed_s[way] for way, us in took.items()}
    medians = {way: statistics.median(us) for way, us in took.items()}
    for way, us in took.items():
        told = f"{at_once:3} at once  {way:8} {rates[way]:6.0f} answers/s ({rates[way] / rates['direct']:.2f})   n {len(us)}"
        if at_once == 1:  # of several, those that keep the event loop do not begin before the one before them is done
            p99 = statistics.quantiles(us, n=100)[98]
            told += f"   median {medians[way]:6.0f} µs ({medians[way] / medians['direct']:.2f})   p99 {p99:6.0f} µs"
        print(told)


def main(n: int = 2000, *, fsync: bool = False) -> None:
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as place:
        clients = {way: client(Path(place) / way, way, fsync=fsync) for way in WAYS}
        for at_once in (1, AT_ONCE):
            measure(clients, n, at_once=at_once)
        for one in clients.values():
            one.close()


if __name__ == "__main__":
    given = [argument for argument in sys.argv[1:] if argument != "--fsync"]
    main(*map(int, given), fsync="--fsync" in sys.argv)
