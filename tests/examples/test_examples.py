"""Every example runs, thinly, through the real command line."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import classward

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SOURCE = str(Path(classward.__file__).parents[1])


def run(folder: Path, *words: str) -> str:
    """Run one example in a folder; what it printed."""
    env = os.environ | {"EXAMPLES_FOLDER": str(folder), "PYTHONPATH": SOURCE, "TMPDIR": str(folder)}
    done = subprocess.run(
        [sys.executable, *words], cwd=EXAMPLES, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.mark.slow
def test_support_routing_tells_what_misroutes_cost(tmp_path: Path) -> None:
    said = run(tmp_path, "support_routing.py", "--budget", "20s", "--rows", "1500")
    for words in ("sealed rows", "recall", "precision", "misroutes cost", "of all cost", "report.html"):
        assert words in said, said


@pytest.mark.slow
def test_product_categories_tell_the_top_three(tmp_path: Path) -> None:
    rng = random.Random(0)
    words = {"games": "chess", "web": "browser", "mail": "imap"}
    blocks = []
    for i in range(180):
        section = list(words)[i % 3]
        said = words[section] if rng.random() < 0.8 else rng.choice(list(words.values()))
        blocks.append(f"Package: p{i}\nSection: {section}\nDescription: {said} tool number {i} for everybody\n")
    (tmp_path / "avail").write_text("\n".join(blocks), encoding="utf-8")
    said = run(tmp_path, "product_categories.py", str(tmp_path / "avail"), "--budget", "10s")
    for words in ("180 rows in 3 classes", "among the top 3 1.000", "three suggestions", "report.html"):
        assert words in said, said


@pytest.mark.slow
def test_triage_is_no_diagnosis_and_everything_is_reviewed_and_audited(tmp_path: Path) -> None:
    said = run(tmp_path, "triage.py", "--budget", "6s", "--rows", "900")
    for words in (
        "Not a diagnosis",
        "sensitivity of urgent",
        "calibration error",
        "all of them go to a person",
        "audit of",
    ):
        assert words in said, said


@pytest.mark.slow
def test_the_notebook_runs_from_top_to_bottom(tmp_path: Path) -> None:
    said = run(tmp_path, "notebook.py")
    for words in ("hardest class", "true \\ predicted", "because", "version 2 against version 1", "compare.html"):
        assert words in said, said
