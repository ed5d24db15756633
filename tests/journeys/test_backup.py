"""A copy made while a real server answers."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from real import Server, asks, example_sentences, run

pytestmark = pytest.mark.slow


def test_a_backup_under_load_holds_every_answer_given_before_it(tmp_path: Path) -> None:
    import polars as pl

    rows = example_sentences()
    pl.DataFrame(rows).write_csv(tmp_path / "rows.csv")
    run(tmp_path, "init", "rows.csv", "--label", "intent", "--name", "home")
    run(tmp_path, "train", "--budget", "2s", "--accept", "too_good", ok=(0, 1))
    if not (tmp_path / ".classward").is_dir() or asks(tmp_path, "status")["n_versions"] == 0:
        run(tmp_path, "train", "--budget", "2s")
    server = Server(tmp_path, workers=2).ready()
    answered: list[str] = []
    stop = threading.Event()

    def ask() -> None:
        n = 0
        while not stop.is_set():
            body = {"rows": [{"text": rows[n % len(rows)]["text"]}], "ids": [f"{threading.get_ident()}-{n}"]}
            status, answer = server.call("POST", "/predict", body)
            if status == 200 and "unlogged" not in answer["predictions"][0]["flags"]:
                answered.append(answer["predictions"][0]["id"])
            n += 1

    askers = [threading.Thread(target=ask) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        while len(answered) < 200:
            stop.wait(0.05)
        given_before = list(answered)
        told = asks(tmp_path, "backup", str(tmp_path / "copy"))
    finally:
        stop.set()
        for asker in askers:
            asker.join()
        server.stop()
    assert told["n_files"] > 3
    assert asks(tmp_path, "verify", "--workspace", str(tmp_path / "copy"))["problems"] == []
    copied = {r["id"] for r in _records(run(tmp_path, "log", "--json", "--workspace", str(tmp_path / "copy")))}
    assert set(given_before) <= copied


def _records(text: str) -> list[dict[str, str]]:
    import json

    return [json.loads(line) for line in text.splitlines() if line.strip()]
