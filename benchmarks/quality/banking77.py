"""BANKING77 from its own train and test files: accuracy, macro F1, log loss, ECE and what ECE a perfect model would show.

    python benchmarks/quality/banking77.py --data FOLDER [--budget 1m]

FOLDER holds ``train.csv`` and ``test.csv`` with columns ``text,category`` (CC BY 4.0, Casanueva et al. 2020; not part of this
project). The whole command line runs as a user would run it; the test file is read once, by the report. CPU seconds and peak
memory are those of ``classward train`` as a whole process.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

LIMIT_CPU_S, LIMIT_GIB = 120.0, 2.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--budget", default="1m")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        result, cpu_s, peak_gib = train(asked.data.resolve(), Path(folder), asked.budget)
    report = result["report"]
    calibration = report["calibration"]
    print("| figure | value | 95 % interval | n |\n|---|---|---|---|")
    for name in ("accuracy", "macro_f1", "log_loss"):
        figure = report[name]
        span = figure["interval"]
        text = f"{span['low']:.3f}–{span['high']:.3f}" if span else "–"
        print(f"| {name.replace('_', ' ')} | {figure['value']:.3f} | {text} | {figure['n']:,} |")
    print(f"| ECE (15 equal-mass bins) | {calibration['ece']:.4f} | – | {calibration['n']:,} |")
    print(f"| ECE of a perfect model, mean | {calibration['ece_null_mean']:.4f} | – | |")
    print(f"| ECE of a perfect model, 95th percentile | {calibration['ece_null_p95']:.4f} | – | |")
    print(f"| CPU of training / limit | {cpu_s / LIMIT_CPU_S:.2f} | – | |")
    print(f"| peak memory of training / limit | {peak_gib / LIMIT_GIB:.2f} | – | |")
    print(
        f"\n{calibration['verdict']}; CPU {cpu_s:.0f} s of {LIMIT_CPU_S:.0f} s, peak {peak_gib:.2f} of {LIMIT_GIB:.0f} GiB"
    )
    if cpu_s > LIMIT_CPU_S or peak_gib > LIMIT_GIB:
        raise SystemExit("over the limit")


def train(data: Path, folder: Path, budget: str) -> tuple[dict, float, float]:
    """Init and train in a fresh folder; give the JSON result and what it cost."""
    classward = [sys.executable, "-m", "classward"]
    files = [str(data / "train.csv"), "--test", str(data / "test.csv")]
    init = [*classward, "init", *files, "--label", "category", "--name", "banking77"]
    subprocess.run(init, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [*classward, "train", "--budget", budget, "--json"], cwd=folder, check=True, stdout=subprocess.PIPE, text=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return json.loads(done.stdout), cpu_s, after.ru_maxrss / 1024**2


if __name__ == "__main__":
    main()
