"""The life of one model through the real command line and the real server."""

from __future__ import annotations

import http.client
import json
import os
import signal
import sqlite3
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from real import Server, asks, example_sentences, run

pytestmark = pytest.mark.slow


def label(row: dict[str, str], source: str = "people") -> dict[str, str]:
    at = datetime.now(UTC) - timedelta(seconds=1)
    return {"id": row["id"], "label": row["intent"], "event_at": at.isoformat(), "source": source}


def test_answers_labels_and_status_fit_together(server: Server, project: Path) -> None:
    rows = example_sentences()[:120]
    body = {"rows": [{"text": r["text"]} for r in rows], "ids": [r["id"] for r in rows], "top_k": 3}
    status, answer = server.call("POST", "/predict", body)
    assert status == 200
    assert [p["id"] for p in answer["predictions"]] == [r["id"] for r in rows]
    assert all(len(p["top"]) == 3 and p["version"] == 1 for p in answer["predictions"])

    status, receipt = server.call("POST", "/labels", {"labels": [label(r) for r in rows[:100]]})
    assert status == 200
    assert receipt["accepted"] == 100
    bad = [label(rows[0]) | {"label": "HassTurnOnn"}, label(rows[1]) | {"id": "never-predicted"}]
    status, receipt = server.call("POST", "/labels", {"labels": bad})
    assert (receipt["accepted"], receipt["quarantined"]) == (1, 1)
    assert "HassTurnOn" in receipt["items"][0]["reason"]

    state = asks(project, "status")
    assert state["window"]["n_predictions"] == 120
    assert state["window"]["n_labelled"] == 100
    assert (state["n_waiting"], state["n_quarantined"]) == (1, 1)
    right = {p["id"]: p["label"] for p in answer["predictions"]}
    for name in {r["intent"] for r in rows[:100]}:
        of_class = [r for r in rows[:100] if r["intent"] == name]
        shown = next(c for c in state["classes"] if c["class_name"] == name)
        assert shown["n_labelled"] == len(of_class)
        assert shown["recall"]["value"] == pytest.approx(sum(right[r["id"]] == name for r in of_class) / len(of_class))

    told = asks(project, "why", rows[0]["id"])
    assert told["truth"] == rows[0]["intent"]
    assert told["why"]["prediction"]["label"] == right[rows[0]["id"]]


def test_labels_imported_twice_change_nothing(server: Server, project: Path) -> None:
    rows = example_sentences()[:30]
    server.call("POST", "/predict", {"rows": [{"text": r["text"]} for r in rows], "ids": [r["id"] for r in rows]})
    lines = [json.dumps(label(r)) for r in rows]
    (project / "late.ndjson").write_text("\n".join(lines), encoding="utf-8")
    first = asks(project, "label", "import", "late.ndjson")
    before = asks(project, "status")
    second = asks(project, "label", "import", "late.ndjson")
    after = asks(project, "status")
    assert (first["accepted"], second["accepted"], second["duplicate"]) == (30, 0, 30)
    assert before["classes"] == after["classes"]


def test_swap_and_rollback_drop_no_request(server: Server, project: Path) -> None:
    table = project / "sentences.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[: int(0.9 * len(lines))]) + "\n", encoding="utf-8")
    assert asks(project, "train", "--budget", "10s")["version"]["version"] == 2
    failed: list[object] = []
    versions: set[int] = set()
    stopping = threading.Event()

    def client() -> None:
        while not stopping.is_set():
            status, answer = server.call("POST", "/predict", {"rows": [{"text": "turn the light on"}]})
            if status == 200:
                versions.add(answer["predictions"][0]["version"])
            else:
                failed.append((status, answer))

    threads = [threading.Thread(target=client) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        deployed = asks(project, "deploy", "2", "--now", "--because", "a journey")
        time.sleep(0.5)
        back = asks(project, "rollback")
    finally:
        stopping.set()
        for thread in threads:
            thread.join(30)
    assert failed == []
    assert versions == {1, 2}
    assert deployed["is_proved"]
    assert len(deployed["proof"]["workers"]) == 2
    assert back["is_proved"]
    assert server.call("POST", "/predict", {"rows": [{"text": "turn it off"}]})[1]["predictions"][0]["version"] == 1
    kinds = [event["kind"] for event in asks(project, "history")]
    assert kinds[-4:] == ["deployed", "swap_verified", "rolled_back", "swap_verified"]


def test_sigterm_answers_what_was_accepted(project: Path) -> None:
    server = Server(project, workers=2).ready()
    answered: list[int] = []
    broken: list[str] = []

    def client() -> None:
        for _ in range(200):
            try:
                answered.append(server.call("POST", "/predict", {"rows": [{"text": "set a timer"}]})[0])
            except ConnectionRefusedError:
                return
            except (OSError, http.client.HTTPException) as error:
                broken.append(repr(error))
                return

    threads = [threading.Thread(target=client) for _ in range(4)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert server.stop() == 0
    for thread in threads:
        thread.join(30)
    assert set(answered) == {200}
    assert broken == []


def test_a_killed_supervisor_leaves_no_orphan(project: Path) -> None:
    server = Server(project, workers=2).ready()
    children = server.children()
    assert len(children) >= 2
    os.kill(server.process.pid, signal.SIGKILL)
    server.process.wait(10)
    server.log.close()
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and any(_is_running(pid) for pid in children):
        time.sleep(0.1)
    assert [pid for pid in children if _is_running(pid)] == []


def test_an_edited_bundle_and_a_forged_event_are_found(project: Path) -> None:
    assert asks(project, "verify")["problems"] == []
    bundle = asks(project, "report")["version"]["bundle_hash"]
    target = project / ".classward" / "artifacts" / bundle / "extras" / "report.json"
    target.chmod(0o644)
    target.write_bytes(target.read_bytes().replace(b"0.9", b"1.0", 1) + b" ")
    found = asks(project, "verify", ok=(1,))["problems"]
    assert any("version 1" in problem for problem in found)
    database = sqlite3.connect(project / ".classward" / "workspace.db")
    database.execute("UPDATE events SET why = 'forged' WHERE seq = 2")
    database.commit()
    database.close()
    found = asks(project, "verify", ok=(1,))["problems"]
    assert any("event 2" in problem and "altered" in problem for problem in found)


def test_the_same_rows_and_task_give_the_same_bundle(project: Path) -> None:
    again = asks(project, "train", "--budget", "10s")
    assert again["is_new"] is False
    assert again["version"]["version"] == 1


def test_a_decision_replays_to_the_same_answer(project: Path) -> None:
    table = project / "sentences.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join(lines[: int(0.9 * len(lines))]) + "\n", encoding="utf-8")
    run(project, "train", "--budget", "10s")
    compared = asks(project, "compare", "1", "2")
    assert compared["n_rows"] > 0
    assert asks(project, "replay", compared["decision"]["id"])["is_same"] is True


def test_simulated_weeks_are_the_same_for_the_same_seed(project: Path) -> None:
    run(project, "predict", "sentences.csv", "-o", "scored.parquet", "--version", "1")
    asked = ("simulate", "sentences.csv", "--weeks", "2", "--rows-per-day", "40", "--seed", "5")
    first, second = asks(project, *asked), asks(project, *asked)
    assert first == second
    assert len(first) == 2
    assert first[1]["window"]["n_predictions"] == 7 * 40
    assert first[1]["window"]["n_labelled"] > 0


def _is_running(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().split()[2]
    except FileNotFoundError:
        return False
