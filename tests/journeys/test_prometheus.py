"""A real Prometheus scrapes a real server by the exported files, and a planted fault arrives in a real Alertmanager."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from real import Server, example_sentences, free_port, run

from classward.backends.notifiers import AlertmanagerPlace
from classward.domain import Alert, Notice

pytestmark = pytest.mark.slow

ALERTMANAGER = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager") or "alertmanager"


@pytest.fixture(autouse=True)
def _installed() -> None:
    missing = [name for name in ("prometheus", ALERTMANAGER) if shutil.which(name) is None]
    if missing and not os.environ.get("CI"):
        pytest.skip(f"{', '.join(missing)} not installed: make monitors")


@contextlib.contextmanager
def running(command: list[str], log: Path, url: str) -> Iterator[None]:
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=log.parent, stdout=out, stderr=out)
        try:
            until(lambda: asked(f"{url}/-/ready") is not None, within_s=30, why=lambda: log.read_text()[-2000:])
            yield
        finally:
            process.terminate()
            process.wait(30)


def asked(url: str) -> Any:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            text = answer.read().decode()
    except OSError:
        return None
    return json.loads(text) if text[:1] in "{[" else text


def until(holds: Callable[[], Any], *, within_s: float, why: Callable[[], str] = str) -> Any:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := holds():
            return found
        time.sleep(0.2)
    raise AssertionError(f"did not come about within {within_s} s: {why()}")


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[str]:
    port = free_port()
    config = tmp_path / "routes.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n", encoding="utf-8")
    command = [
        ALERTMANAGER, f"--config.file={config}", f"--storage.path={tmp_path / 'alerts'}", "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ]  # fmt: skip
    with running(command, tmp_path / "alertmanager.log", f"http://127.0.0.1:{port}"):
        yield f"http://127.0.0.1:{port}"


def alerts_at(alertmanager: str) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for alert in asked(f"{alertmanager}/api/v2/alerts") or []:
        found.setdefault(alert["labels"]["alertname"], []).append(alert["labels"])
    return found


def with_labels(server: Server, n: int, *, truth: str) -> None:
    """Rows that are answered, and labels that all name one class."""
    texts = [r["text"] for r in example_sentences() if r["intent"] == "HassTurnOn"]
    rows = [{"text": texts[i % len(texts)]} for i in range(n)]
    status, answer = server.call("POST", "/predict", {"rows": rows})
    assert status == 200
    at = (datetime.now(UTC) - timedelta(seconds=1)).isoformat()
    labels = [{"id": p["id"], "label": truth, "event_at": at, "source": "people"} for p in answer["predictions"]]
    assert server.call("POST", "/labels", {"labels": labels})[1]["accepted"] == n


def test_a_planted_fault_arrives_in_alertmanager(project: Path, tmp_path: Path, alertmanager: str) -> None:
    server = Server(project).ready()
    port = free_port()
    folder = tmp_path / "prometheus"
    run(project, "export", "prometheus", "-o", str(folder), "--server", f"127.0.0.1:{server.port}")
    run(project, "export", "grafana", "-o", str(folder))
    config = folder / "prometheus.yml"
    text = config.read_text(encoding="utf-8").replace('"15s"', '"1s"').replace('"30s"', '"1s"')
    config.write_text(text.replace("127.0.0.1:9093", alertmanager.removeprefix("http://")), encoding="utf-8")
    command = [
        "prometheus", f"--config.file={config}", f"--storage.tsdb.path={tmp_path / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn",
    ]  # fmt: skip
    prometheus = f"http://127.0.0.1:{port}"
    try:
        with running(command, tmp_path / "prometheus.log", prometheus):
            with_labels(server, 10, truth="HassTurnOn")
            until(lambda: "ClasswardWatching" in alerts_at(alertmanager), within_s=60)
            assert set(alerts_at(alertmanager)) == {"ClasswardWatching"}, "nothing is wrong yet"
            rules = asked(f"{prometheus}/api/v1/rules")["data"]["groups"]
            assert {r["health"] for g in rules for r in g["rules"]} <= {"ok", "unknown"}
            everything_asked_for_exists(server, folder)

            for _ in range(4):
                with_labels(server, 60, truth="HassTurnOff")
            found = until(lambda: alerts_at(alertmanager).get("ClasswardPromiseBroken"), within_s=90,
                          why=lambda: run(project, "alerts", ok=(0, 1)))  # fmt: skip
            assert {
                "task": "home",
                "class": "HassTurnOff",
                "kind": "recall",
                "severity": "page",
                "version": "1",
            }.items() <= (found[0].items())
            burns = until(lambda: alerts_at(alertmanager).get("ClasswardBudgetBurns"), within_s=60)
            assert {"HassTurnOff", "HassTurnOn"} >= {b.get("class") for b in burns}
            assert {b["severity"] for b in burns} == {"ticket"}
    finally:
        server.stop()
    assert set(alerts_at(alertmanager)) >= {"ClasswardPromiseBroken"}


def everything_asked_for_exists(server: Server, folder: Path) -> None:
    """Each metric and each label that rules and dashboard ask for is among those that the server exports."""
    status, text = server.call("GET", "/metrics")
    assert status == 200
    exported: dict[str, set[str]] = {}
    for name, labels in re.findall(r"^(classward_\w+)(?:\{(.*)\})? ", text, re.MULTILINE):
        exported.setdefault(name, set()).update(re.findall(r'(\w+)="', labels))
    types = set(re.findall(r"^# TYPE (\w+)", text, re.MULTILINE))
    wanted = (folder / "classward.rules.yml").read_text(encoding="utf-8")
    board = json.loads((folder / "classward.dashboard.json").read_text(encoding="utf-8"))
    shown = [t["expr"] for p in board["panels"] for t in p["targets"]]
    selectors = re.findall(r"\b(classward_\w+)\{([^}]*)\}", wanted.replace('\\"', '"') + "\n".join(shown))
    assert len(selectors) > 30
    for name, labels in selectors:
        if name == "classward_alerts_open":  # no alert is open: the family is there, without a sample
            assert name in types
            continue
        assert name in exported, name
        assert set(re.findall(r'(\w+)=~?"', labels)) <= exported[name], (name, labels)
    by = {"labels_total": {"state"}, "predictions_total": {"class", "route"}, "requests_total": {"endpoint", "status"},
          "promise_labels_total": {"version", "indicator", "class"}, "version_info": {"version"}}  # fmt: skip
    for name, labels in by.items():
        assert labels <= exported[f"classward_{name}"]
    assert any('le="0.2"' in line for line in text.splitlines()), "the promised latency is a bound"


def test_watching_tells_a_real_alertmanager_and_takes_its_alert_back(alertmanager: str) -> None:
    now = datetime.now(UTC)
    alert = Alert(
        id="A1", key="recall:legal", severity="page", family="recall", class_name="legal", version=3, promised=0.8,
        state="firing", raised_at=now - timedelta(minutes=1), n=40, n_hits=20, label_number=40, evidence=12.0, level=11.5,
        alpha=0.001,
    )  # fmt: skip
    notice = Notice(
        task="desk", state="firing", severity="page", version=3, alerts=(alert,), to=("me",), title="t", text="w"
    )
    place = AlertmanagerPlace(alertmanager, task="desk", owner="me@example.org", sre="sre@example.org")
    assert place.deliver(notice) == ""
    assert place.beat([alert], now=now) == ""
    (recall,) = until(lambda: alerts_at(alertmanager).get("ClasswardRecall"), within_s=10)
    assert recall == {"alertname": "ClasswardRecall", "task": "desk", "severity": "page", "version": "3", "class": "legal",
                      "id": "A1"}  # fmt: skip
    assert "ClasswardWatching" in alerts_at(alertmanager)
    over = replace(alert, state="resolved", resolved_at=datetime.now(UTC))
    assert place.deliver(replace(notice, state="resolved", alerts=(over,))) == ""
    until(lambda: "ClasswardRecall" not in alerts_at(alertmanager), within_s=20)
    assert "ClasswardWatching" in alerts_at(alertmanager)
