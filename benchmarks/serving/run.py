"""This project's server beside a bare handler around the same model, a constant, and peers, on one machine in one run.

    python benchmarks/serving/run.py --work FOLDER [--envs FOLDER] [--models text table] [--seconds 2] [--rounds 3]
                                     [--loads 1 16 64 256rows] [--servers NAME …] [--out FILE.md]

Record log, metrics, validation and keys are on for this project. Loads: connections that ask one row each, and 4 connections that ask 256 rows each. All servers
of a model are up at the same time; a round asks each in turn under every load, so that what else the machine does meets all alike. Medians over
rounds. Peers are asked if their environment is there: ``python -m venv ENVS/NAME && ENVS/NAME/bin/pip install -r
benchmarks/serving/requirements/NAME.txt`` for mlflow, litserve and fastapi. Needs ``wrk`` (a package of most distributions), which takes part of
the machine itself: figures are ratios between servers that were asked by the same.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parent))

from models import prepare
from servers import HERE, KEY, Running, servers

OURS, BARE = "classward", "bare handler"


class Taken(NamedTuple):
    """One measurement: requests a second, errors, latency in ms, processor time per row in µs."""

    per_s: float
    errors: int
    p50_ms: float
    p99_ms: float
    cpu_us: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--envs", type=Path, default=Path("none"))
    parser.add_argument("--models", nargs="+", default=["text", "table"], choices=["text", "table"])
    parser.add_argument("--loads", nargs="+", default=["1", "16", "64"])
    parser.add_argument("--servers", nargs="+", default=[])
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    work = given.work.resolve()
    lines = []
    for model in given.models:
        prepare(work, model)
        lines += compared(model, work / model, given)
    text = "\n".join(lines) + "\n"
    if given.out:
        given.out.write_text(text)


def compared(model: str, folder: Path, given: argparse.Namespace) -> list[str]:
    up: list[Running] = []
    taken: dict[tuple[str, str], list[Taken]] = defaultdict(list)
    try:
        for server in servers(folder, given.envs.resolve(), given.servers):
            up.append(Running(server, folder, folder))
            taken_of(up[-1], "16", 1)  # warm
        for _ in range(given.rounds):
            for load in given.loads:
                for one in up:
                    taken[one.server.name, load].append(taken_of(one, load, given.seconds))
        lines = table(model, up, given.loads, taken)
    finally:
        for one in up:
            one.stop()
    print("\n".join(lines), flush=True)
    return lines


def taken_of(one: Running, load: str, seconds: int) -> Taken:
    n_rows, connections = (int(load[:-4]), 4) if load.endswith("rows") else (1, int(load))
    command = [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "--timeout",
        "20s",
        "--latency",
        "-s",
        str(HERE / "wrk.lua"),
        one.url,
    ]
    before_s = one.cpu_s()
    env = {**os.environ, "BODY": str(one.body(n_rows)), "API_KEY": KEY}
    said = subprocess.run(command, env=env, capture_output=True, text=True, timeout=seconds + 60, check=True).stdout
    line = next(line for line in said.splitlines() if line.startswith("WRK,"))
    n, took_us, errors, p50, _, p99, _ = map(int, line.split(",")[1:])
    return Taken(
        (n - errors) * 1e6 / took_us, errors, p50 / 1e3, p99 / 1e3, 1e6 * (one.cpu_s() - before_s) / max(n * n_rows, 1)
    )


def table(model: str, up: list[Running], loads: list[str], taken: dict[tuple[str, str], list[Taken]]) -> list[str]:
    def median(name: str, load: str, what: str) -> float:
        return statistics.median(getattr(t, what) for t in taken[name, load])

    heads = [f"{load}: req/s (p50, p99 ms; CPU µs/row)" for load in loads]
    lines = [
        f"## {model}",
        "",
        f"| server | {' | '.join(heads)} | cold start, s | memory, MB | errors |",
        "|---" * (len(loads) + 4) + "|",
    ]
    for one in up:
        name = one.server.name
        cells = [
            f"{median(name, load, 'per_s'):,.0f} ({median(name, load, 'p50_ms'):.2f}, {median(name, load, 'p99_ms'):.2f}; {median(name, load, 'cpu_us'):.0f})"
            for load in loads
        ]
        errors = sum(t.errors for load in loads for t in taken[name, load])
        lines.append(f"| {name} | {' | '.join(cells)} | {one.cold_start_s:.2f} | {one.memory_mb():.0f} | {errors} |")
    names = [one.server.name for one in up]
    if OURS in names:
        lines += ["", f"| {OURS} divided by | {' | '.join(loads)} |", "|---" * (len(loads) + 1) + "|"]
        for name in names:
            if name != OURS:
                ratios = [f"{median(OURS, load, 'per_s') / median(name, load, 'per_s'):.2f}" for load in loads]
                lines.append(f"| {name} | {' | '.join(ratios)} |")
    return [*lines, ""]


if __name__ == "__main__":
    main()
