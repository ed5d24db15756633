"""A server runs on few packages: it loads no other, and their pins are those that everything else is tested with."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("polars", "sklearn", "lightgbm", "scipy", "pandas", "optuna", "onnxruntime")
LOAD = f"""
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {LEFT_OUT!r}:
            raise ModuleNotFoundError(f"{{name}} is not part of a serving installation", name=name)

sys.meta_path.insert(0, Blocked())
from classward import wiring
from classward.backends import files, later, sqlite
from classward.backends.record_log import log, writer
from classward.cli import serve
from classward.flows import bundle_facts, deploy, label, predict, watched
from classward.serving import app, run, worker
from classward.taskfile import parse
"""


def pins(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", "\n" + text)
    kept = ("\n".join(line for line in block.splitlines() if not line.strip().startswith("#")) for block in blocks)
    return {block.split("==")[0].strip(): block.strip() for block in kept if "==" in block}


def test_what_a_server_loads_needs_no_library_for_training_or_tables() -> None:
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_pins_are_those_of_the_whole_installation() -> None:
    serving, whole = pins("serving.lock"), pins("dev.lock")
    assert len(serving) > 10
    assert {name: whole.get(name) for name in serving} == serving
    assert not {"polars", "scikit-learn", "lightgbm", "scipy", "pandas"} & set(serving)
