"""Places outside: what they are sent, and that one that does not answer is a problem in words, never an error or a secret."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from classward import wiring
from classward.backends.notifiers import AlertmanagerPlace, FilePlace, HeartbeatPlace, ServicesPlace, WebhookPlace
from classward.domain import Alert, Notice
from classward.errors import UsageError
from classward.settings import Settings

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALERT = Alert(
    id="A1", key="recall:legal", severity="page", family="recall", class_name="legal", version=3, promised=0.8,
    state="firing", raised_at=NOW, n=40, n_hits=20, label_number=40, evidence=12.0, level=11.5, alpha=0.001,
)  # fmt: skip
NOTICE = Notice(
    task="desk", state="firing", severity="page", version=3, alerts=(ALERT,), to=("me@example.org",),
    title="desk: page", text="why",
)  # fmt: skip


@pytest.fixture
def server() -> Iterator[Any]:
    got: list[tuple[str, Any]] = []
    said = SimpleNamespace(status=200, got=got, url="")

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            self.send_response(said.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        said.url = f"http://127.0.0.1:{http.server_port}"
        thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield said
        http.shutdown()
        thread.join()


def test_a_web_hook_gets_the_notice_and_its_refusal_holds_no_secret(server: Any) -> None:
    place = WebhookPlace(server.url + "/hook?token=geheim")
    assert place.deliver(NOTICE) == ""
    ((path, document),) = server.got
    assert path == "/hook?token=geheim"
    assert document["notice"]["alerts"][0]["class_name"] == "legal"
    server.status = 500
    problem = place.deliver(NOTICE)
    assert "answered 500" in problem
    assert "geheim" not in problem + place.name
    assert "cannot be reached" in WebhookPlace("http://127.0.0.1:1/x").deliver(NOTICE)


def test_alertmanager_gets_labels_an_end_and_a_sign_of_life(server: Any) -> None:
    place = AlertmanagerPlace(server.url + "/", task="desk", owner="me@example.org", sre="sre@example.org")
    assert place.deliver(NOTICE) == ""
    assert place.beat([ALERT], now=NOW) == ""
    resolved = replace(ALERT, state="resolved", resolved_at=NOW)
    assert place.deliver(replace(NOTICE, alerts=(resolved,))) == ""
    (path, first), (_, again), (_, over) = server.got
    assert path == "/api/v2/alerts"
    assert first[0]["labels"] | {"class": "legal", "severity": "page", "version": "3"} == first[0]["labels"]
    assert [a["labels"]["alertname"] for a in again] == ["ClasswardWatching", "ClasswardRecall"]
    assert again[1]["labels"] == first[0]["labels"], "the same alert, so that it stands on"
    assert again[1]["annotations"]["to"] == "me@example.org, sre@example.org"
    assert again[1]["endsAt"] == "2026-03-02T09:10:00.000000Z"
    assert over[0]["endsAt"] == "2026-03-02T09:00:00.000000Z"


def test_a_heartbeat_says_that_watching_goes_on_and_nothing_of_alerts(server: Any) -> None:
    place = HeartbeatPlace(server.url, task="desk")
    assert (place.deliver(NOTICE), place.beat([], now=NOW)) == ("", "")
    assert [document["n_open_alerts"] for _, document in server.got] == [0]


def test_a_file_grows_line_by_line_and_one_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    place = FilePlace(tmp_path / "new" / "alerts.jsonl")
    assert [place.deliver(NOTICE), place.deliver(NOTICE), place.beat([], now=NOW)] == ["", "", ""]
    lines = (tmp_path / "new" / "alerts.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["notice"]["title"] for line in lines] == ["desk: page"] * 2
    assert "cannot be written" in FilePlace(tmp_path).deliver(NOTICE)


@pytest.mark.filterwarnings(
    "ignore:'(imghdr|cgi|pipes)' is deprecated:DeprecationWarning"
)  # the library's own, on 3.11
def test_services_are_told_through_their_library(server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    place = ServicesPlace(server.url.replace("http://", "json://user:geheim@") + "/desk")
    assert (place.deliver(NOTICE), place.beat([], now=NOW)) == ("", "")
    ((path, document),) = server.got
    assert path.startswith("/desk")
    assert (document["title"], document["message"]) == ("desk: page", "why")
    server.status = 500
    assert "did not take it" in place.deliver(NOTICE)
    assert "geheim" not in place.name
    assert "did not take it" in ServicesPlace("json://127.0.0.1:1/").deliver(NOTICE)
    with pytest.raises(UsageError, match="CW444") as failed:
        ServicesPlace("nowhere://geheim")
    assert "geheim" not in str(failed.value)
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(UsageError, match="CW443"):
        ServicesPlace("mailto://x")


def test_settings_become_places(tmp_path: Path) -> None:
    file = tmp_path / "classward.toml"
    ctx: Any = SimpleNamespace(task=SimpleNamespace(name="desk", owner="me", sre=""))
    assert wiring.notifiers(file, Settings(), ctx) == ()
    settings = Settings(
        alert_file="alerts.jsonl", alert_webhook="http://h/x", alertmanager="http://a:9093", heartbeat="https://b/y"
    )
    names = [place.name for place in wiring.notifiers(file, settings, ctx)]
    assert [name.split()[0] for name in names] == ["file", "webhook", "alertmanager", "heartbeat"]
    with pytest.raises(UsageError, match="CW442"):
        wiring.notifiers(file, Settings(alert_webhook="file:///etc/passwd"), ctx)
