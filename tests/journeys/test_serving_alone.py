"""A server answers, logs and takes labels where nothing that trains or reads tables is installed."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from real import Server, asks, example_sentences

pytestmark = pytest.mark.slow

BLOCKED = """
import sys

class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("polars", "sklearn", "lightgbm", "scipy", "pandas"):
            raise ModuleNotFoundError(f"no module named {name}", name=name)

sys.meta_path.insert(0, Blocked())
"""


def test_a_server_without_training_libraries_answers_and_loses_nothing(project: Path, tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(BLOCKED)
    path = os.pathsep.join([str(blocked), *filter(None, [os.environ.get("PYTHONPATH")])])
    server = Server(project, workers=2, env={"PYTHONPATH": path}).ready()
    try:
        rows = example_sentences()[:20]
        body = {"rows": [{"text": r["text"]} for r in rows], "ids": [r["id"] for r in rows]}
        status, answer = server.call("POST", "/predict", body)
        assert status == 200
        assert not any("unlogged" in p["flags"] for p in answer["predictions"])
        now = datetime.now(UTC).isoformat()
        labels = [{"id": r["id"], "label": r["intent"], "event_at": now, "source": "people"} for r in rows]
        status, receipt = server.call("POST", "/labels", {"labels": labels})
        assert (status, receipt["accepted"]) == (200, 20)
    finally:
        server.stop()
    seen = asks(project, "status")["window"]  # read where Polars is installed
    assert (seen["n_predictions"], seen["n_labelled"]) == (20, 20)
