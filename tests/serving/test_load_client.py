"""Requests of a plan are all sent when they are due, whatever comes back."""

from __future__ import annotations

import http.server
import itertools
import json
import threading
from collections.abc import Iterator

import pytest

from classward.errors import UsageError
from classward.flows.load_plan import LoadPlan, PlannedRequest
from classward.serving.load_client import send_load


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    bodies: list[dict]
    keys: set[str | None]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer(200)

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.bodies.append(body)
        self.server.keys.add(self.headers["x-api-key"])
        first = body["rows"][0]["x"]
        if first == "leave":
            self.close_connection = True
            self.connection.close()
            return
        self._answer(503 if first == "shed" else 200)

    def _answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        made.bodies, made.keys = [], set()
        thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def planned(*firsts: str) -> LoadPlan:
    requests = tuple(
        PlannedRequest(i * 0.002, (json.dumps({"x": first}), '{"x": 1}')) for i, first in enumerate(firsts)
    )
    return LoadPlan(requests=requests, seconds=1.0, rate=1.0, logged_rate=1.0, n_logged=1)


def test_every_request_is_sent_once_and_judged(server: Server) -> None:
    count = itertools.count()
    url = f"http://127.0.0.1:{server.server_port}"
    plan = planned("a", "leave", "shed", "b", "c")
    sent = send_load(plan, url, key="k", connections=2, new_id=lambda: str(next(count)))
    assert [s.status for s in sent] == [200, 0, 503, 200, 200]
    assert [s.at_s for s in sent] == [r.at_s for r in plan.requests]
    assert all(s.took_s > 0.0 and s.n_rows == 2 for s in sent)
    assert server.keys == {"k"}
    ids = [row_id for body in server.bodies for row_id in body["ids"]]
    assert sorted(ids) == [f"loadtest-{i}" for i in range(10)]


@pytest.mark.parametrize("url", ["nowhere", "ftp://x", "http://", "http://127.0.0.1:9"])
def test_an_address_where_nobody_answers_is_told(url: str) -> None:
    with pytest.raises(UsageError, match="CW523"):
        send_load(planned("a"), url, new_id=lambda: "x")
