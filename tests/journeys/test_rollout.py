"""A worse candidate on a real server under load: shadow, canary, and the rollback that fires by itself."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from load import Load
from real import Server, asks, example_sentences, run

pytestmark = pytest.mark.slow
POLICY = """
[rollout]
shadow = "0m"
step = "0m"
maturity = "0m"
most_disagreement = 0.95
"""


def test_a_planted_worse_candidate_is_found_out_and_rolled_back(project: Path) -> None:
    run(project, "deploy", "1", "--now", "--because", "a journey")
    spoilt(project)
    (project / "classward.toml").write_text((project / "classward.toml").read_text() + POLICY, encoding="utf-8")
    server = Server(project, workers=2).ready()
    load = Load(server, "s", n_clients=1)
    try:
        began = asks(project, "deploy", "2")
        assert (began["rollout"]["stage"], began["rollout"]["stable"]) == ("shadow", 1)
        ask(server, "shadow")
        wait(lambda: asks(project, "rollout", "status")["evidence"]["n_pairs"] > 20)
        run(project, "rollout", "promote", "--because", "the journey wants to see a canary")
        run(project, "rollout", "promote", "--because", "and a larger one")
        wait(lambda: "canary" in {flag for row in ask(server, "probe") for flag in row["flags"]})
        truths = [label(server, ask(server, f"canary-{n}")) for n in range(12)]
        assert sum(truths) > 50
        wait(lambda: stages(project)[-1] == "aborted")
        wait(lambda: {row["version"] for row in ask(server, "after")} == {1})
    finally:
        acknowledged = load.stop()
        server.stop()
    run(project, "watch", "--once")
    logged = [json.loads(line) for line in run(project, "log", "--json").splitlines()]
    answers = {r["id"]: r["version"] for r in logged if r["id"] in acknowledged and r["route"] != "shadow"}
    assert answers == acknowledged, "no acknowledged answer is lost, and each has the version it told"
    assert {r["version"] for r in logged if r["route"] == "canary"} == {2}
    assert stages(project) == ["shadow", "canary", "canary", "aborted"]
    story = [e for e in asks(project, "history") if e["kind"] == "rolled_back"]
    assert "shown to be worse" in story[-1]["why"] or "a promise is missed" in story[-1]["why"]
    judged = [e["payload"] for e in asks(project, "history") if e["kind"] == "rollout_judged"]
    assert judged[-1]["outcome"] == "abort"
    assert asks(project, "replay", judged[-1]["decision"]["id"])["is_same"]
    assert asks(project, "verify")["problems"] == []


def spoilt(project: Path) -> None:
    """Train a second version on rows in which most of one critical class have another's label."""
    table = project / "sentences.csv"
    kept = table.read_text(encoding="utf-8")
    table.write_text(kept.replace("HassTurnOff", "HassTurnOn"), encoding="utf-8")
    lines = table.read_text(encoding="utf-8").splitlines()
    originals = kept.splitlines()
    off = [i for i, line in enumerate(originals) if "HassTurnOff" in line]
    for i in off[::3]:
        lines[i] = originals[i]
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert asks(project, "train", "--budget", "1s")["version"]["version"] == 2


def sentences() -> list[str]:
    return [r["text"] for r in example_sentences() if r["intent"] == "HassTurnOff"][:12]


def ask(server: Server, name: str) -> list[dict[str, object]]:
    texts = sentences()
    ids = [f"{name}-{i}-{time.monotonic_ns()}" for i in range(len(texts))]
    body = {"rows": [{"text": t} for t in texts], "ids": ids, "keys": ids}
    status, answer = server.call("POST", "/predict", body)
    assert status == 200, answer
    rows: list[dict[str, object]] = answer["predictions"]
    return rows


def label(server: Server, rows: list[dict[str, object]]) -> int:
    labels = [
        {"id": r["id"], "label": "HassTurnOff", "event_at": "2026-01-01T00:00:00Z", "source": "people"} for r in rows
    ]
    status, told = server.call("POST", "/labels", {"labels": labels})
    assert status == 200, told
    return len(labels)


def stages(project: Path) -> list[str]:
    payloads = [e["payload"] for e in asks(project, "history") if e["kind"] in {"deployed", "rolled_back"}]
    return [p["rollout"]["stage"] for p in payloads if "rollout" in p]


def wait(is_so: Callable[[], object], within_s: float = 60.0) -> None:
    deadline = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.3)
