"""What it costs that a thread writes the records: one-row answers in process, with and without the hand-over.

python benchmarks/serving_records/handover.py [N]

The same application answers POST /predict with one row, alternately through a writer that the event loop calls itself and through the one that
keeps nobody waiting. Figures are medians over N requests each (default 3000), and their ratio.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[2] / "tests" / "serving")]

from serving_fakes import Client, make_parts  # noqa: E402  (stand-ins of everything but the writer)

from classward.backends.clock import SystemClock, UlidIds  # noqa: E402
from classward.backends.record_log.writer import SegmentWriter  # noqa: E402
from classward.serving.app import create_app  # noqa: E402


def client(folder: Path, *, is_handed_over: bool) -> Client:
    folder.mkdir()
    parts = make_parts(folder)
    parts.journal.deploy(1, "hash-1")
    writer = SegmentWriter(
        folder, task="tickets", clock=SystemClock(), ids=UlidIds(), max_bytes=8_000_000, max_age_s=30.0, fsync=False
    )
    object.__setattr__(parts, "writer", writer)
    app = create_app(parts)
    if not is_handed_over:
        app.worker.writer = app.worker.plane.writer = writer
    return Client(app)


def main(n: int = 3000) -> None:
    body = {"rows": [{"text": "a refund for the broken parcel please"}]}
    with tempfile.TemporaryDirectory() as place:
        clients = {name: client(Path(place) / name, is_handed_over=name == "thread") for name in ("direct", "thread")}
        took: dict[str, list[float]] = {name: [] for name in clients}
        for i in range(n + 200):
            for name, one in clients.items():
                begun = time.perf_counter()
                one.post("/predict", body)
                if i >= 200:
                    took[name].append(1e6 * (time.perf_counter() - begun))
        for one in clients.values():
            one.close()
    for name, values in took.items():
        cut = statistics.quantiles(values, n=100)
        print(f"{name:7} median {statistics.median(values):7.1f} µs   p95 {cut[94]:7.1f} µs   p99 {cut[98]:7.1f} µs")
    medians = {name: statistics.median(values) for name, values in took.items()}
    print(
        f"ratio of medians {medians['thread'] / medians['direct']:.2f}, {medians['thread'] - medians['direct']:.0f} µs more"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
