"""What was served is sent again to a real server, and judged."""

from __future__ import annotations

from pathlib import Path

import pytest
from real import Server, asks, example_sentences

pytestmark = pytest.mark.slow


def test_the_logged_mix_is_replayed_against_a_real_server(server: Server, project: Path) -> None:
    rows = [{"text": r["text"]} for r in example_sentences()[:40]]
    for row in rows[:30]:
        server.call("POST", "/predict", {"rows": [row]})
    server.call("POST", "/predict", {"rows": rows})
    url = f"http://127.0.0.1:{server.port}"
    report = asks(project, "loadtest", url, "--seconds", "2", "--rate", "40", "--price-per-hour", "1", ok=(0, 1))
    assert report["n_failed"] == report["n_shed"] == 0
    assert report["n_answered"] == report["n_requests"] > 40
    assert report["n_rows"] >= report["n_answered"]
    assert report["p50_ms"] <= report["p95_ms"] <= report["p99_ms"]
    assert report["cost_per_1000_rows"] > 0
    assert asks(project, "status")["window"]["n_predictions"] == 70 + report["n_rows"]
