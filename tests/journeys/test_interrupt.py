"""Ctrl-C in the middle of training loses nothing that was finished."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest

pytestmark = pytest.mark.slow
COMMAND = [sys.executable, "-m", "classward"]


def interrupted_at(words: str, folder: Path) -> list[str]:
    """Train until a line holds these words, press Ctrl-C, and give every line."""
    command = [*COMMAND, "train", "--budget", "20s", "--threads", "1"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        lines = []
        for line in process.stderr:
            lines.append(line)
            if words in line:
                process.send_signal(signal.SIGINT)
                break
        lines += process.stderr.readlines()
    assert process.returncode == 130
    return lines


def test_an_interrupted_training_goes_on_from_what_was_finished(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 3000)
    columns = {f"x{j}": rng.normal(y * (j % 3)) for j in range(12)}
    pl.DataFrame(columns | {"label": [f"class {c}" for c in y]}).write_parquet(tmp_path / "rows.parquet")
    subprocess.run(
        [*COMMAND, "init", "rows.parquet", "--label", "label"], cwd=tmp_path, check=True, capture_output=True
    )
    first = interrupted_at("linear: log loss", tmp_path)
    assert any("run the same command to go on" in line for line in first)
    again = interrupted_at("kept from an earlier run", tmp_path)
    assert any("linear (1 of" in line and "kept from an earlier run" in line for line in again)
