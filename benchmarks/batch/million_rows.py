"""1,000,000 rows from Parquet to Parquet: is memory bounded, is every row there, is every row logged?

    python benchmarks/batch/million_rows.py [--rows 1000000]

Trains a small model on the example sentences, repeats them to the wanted size, and scores the file with ``classward predict`` as
a user would. The limit is peak memory on a tenth of the rows, measured in the same run: bounded memory means a ratio near 1.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import polars as pl

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "examples"))
from sentences import sentences, write

CLASSWARD = [sys.executable, "-m", "classward"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    n = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [{name: r[name] for name in ("id", "text", "intent", "template")} for r in sentences()]
        write(rows, folder / "sentences.csv")
        run(folder, "init", "sentences.csv", "--label", "intent", "--id", "id", "--group", "template")
        run(folder, "train", "--budget", "30s")
        small, large = score(folder, rows, n // 10), score(folder, rows, n)
    print("| figure | value |\n|---|---|")
    print(f"| rows scored | {large['n']:,} |")
    print(f"| rows missing or out of order | {large['n_wrong']} |")
    print(f"| answers missing from the record log | {large['n_unlogged']} |")
    print(f"| peak memory, {n:,} rows / {n // 10:,} rows | {large['peak_gib'] / small['peak_gib']:.2f} |")
    print(f"| wall time, {n:,} rows / {n // 10:,} rows | {large['seconds'] / small['seconds']:.1f} |")
    print(f"\npeak {large['peak_gib']:.2f} GiB, {large['seconds']:.0f} s wall")


def run(folder: Path, *args: str) -> str:
    return subprocess.run([*CLASSWARD, *args], cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def score(folder: Path, rows: list[dict[str, str]], n: int) -> dict[str, float]:
    """Score n rows in a process of its own; look at the result."""
    texts = [r["text"] for r in rows]
    repeated = (texts * (n // len(texts) + 1))[:n]
    ids = [f"{n}-{i}" for i in range(n)]
    pl.DataFrame({"id": ids, "text": repeated}).write_parquet(folder / "in.parquet")
    command = [*CLASSWARD, "predict", "in.parquet", "-o", f"out-{n}.parquet", "--json", "--version", "1"]
    code = (
        "import resource, sys, time, json, subprocess; t = time.monotonic();"
        f"p = subprocess.run({command!r}, check=True, stdout=subprocess.PIPE);"
        "u = resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps({'seconds': time.monotonic() - t, 'peak_gib': u.ru_maxrss / 1024**2, **json.loads(p.stdout)}))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    result = json.loads(done.stdout)
    out = pl.read_parquet(folder / f"out-{n}.parquet")
    wrong = n - int((out["id"] == pl.Series(ids)).sum()) if out.height == n else n
    return {
        "n": out.height, "n_wrong": wrong, "n_unlogged": result["n_unlogged"], "peak_gib": result["peak_gib"],
        "seconds": result["seconds"],
    }  # fmt: skip


if __name__ == "__main__":
    main()
