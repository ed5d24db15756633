from __future__ import annotations

import asyncio
import gzip
import json
import threading
import zlib

import pytest

from classward.errors import InvalidInput
from classward.serving.admission import Admission, check_deadline, deadline_of
from classward.serving.buckets import MAX_CALLERS, RateLimits
from classward.serving.inflate import inflate
from classward.serving.shed import Shed
from classward.settings import Settings

ROW = {"rows": [{"text": "refund"}]}


def passed(limits: RateLimits, caller: bytes, now_s: float) -> bool:
    try:
        limits.take(caller, now_s)
    except Shed:
        return False
    return True


def test_a_caller_has_a_burst_and_then_its_rate():
    limits = RateLimits(per_caller=10.0, total=0.0)
    assert [passed(limits, b"a", 100.0) for _ in range(12)] == [True] * 10 + [False] * 2
    assert passed(limits, b"b", 100.0)
    assert [passed(limits, b"a", 100.15), passed(limits, b"a", 100.15)] == [True, False]
    assert sum(passed(limits, b"a", 100.2 + i / 1000) for i in range(5000)) == pytest.approx(50, abs=2)


def test_everybody_together_has_a_rate():
    limits = RateLimits(per_caller=0.0, total=2.0)
    assert [passed(limits, bytes([i]), 5.0) for i in range(4)] == [True, True, False, False]
    with pytest.raises(Shed, match="CW432"):
        limits.take(b"x", 5.0)


def test_a_slow_rate_says_how_long_to_wait():
    limits = RateLimits(per_caller=0.1, total=0.0)
    limits.take(b"a", 0.0)
    with pytest.raises(Shed, match="CW431") as caught:
        limits.take(b"a", 1.0)
    assert caught.value.retry_after_s == 9


def test_callers_that_are_remembered_are_bounded():
    limits = RateLimits(per_caller=1.0, total=0.0)
    for i in range(MAX_CALLERS + 50):
        limits.take(b"%d" % i, 0.0)
    assert len(limits._callers) == MAX_CALLERS


def test_rates_are_shared_by_workers():
    admission = Admission(Settings(rate_total=4.0, workers=2))
    admission.enter(b"a", 0.0)
    admission.enter(b"b", 0.0)
    with pytest.raises(Shed):
        admission.enter(b"c", 0.0)
    assert admission.n_running == 2


def test_too_many_under_way_are_refused_and_leaving_makes_room():
    admission = Admission(Settings(max_running=1))
    admission.enter(b"a", 0.0)
    with pytest.raises(Shed, match="CW433"):
        admission.enter(b"b", 0.0)
    admission.leave()
    admission.enter(b"b", 0.0)


def test_a_late_worker_refuses_until_it_has_caught_up():
    admission = Admission(Settings(max_lag_ms=100.0))
    admission.lag_s = 0.2
    with pytest.raises(Shed, match="CW433"):
        admission.enter(b"a", 0.0)
    admission.lag_s = 0.05
    admission.enter(b"a", 0.0)
    relaxed = Admission(Settings(max_lag_ms=0.0))
    relaxed.lag_s = 60.0
    relaxed.enter(b"a", 0.0)


@pytest.mark.parametrize("header", ["0", "-1", "1.5", "soon", "9" * 30, "١٢"])
def test_deadlines_that_are_no_milliseconds(header):
    with pytest.raises(InvalidInput, match="CW434"):
        deadline_of(header, 0.0)


def test_a_deadline_is_counted_from_the_beginning():
    assert deadline_of("", 1.0) is None
    assert deadline_of("250", 1.0) == 1.25
    check_deadline(1.25, 1.2)
    with pytest.raises(InvalidInput, match="CW425"):
        check_deadline(1.25, 1.3)


def test_over_http_a_rate_is_429_with_a_time_and_probes_pass(start):
    client = start(rate_per_caller=1.0)
    assert client.post("/predict", ROW).status == 200
    refused = client.post("/predict", ROW)
    assert (refused.status, refused.json()["code"]) == (429, "CW431")
    assert refused.headers["retry-after"] == "1"
    assert client.get("/ready").status == 200
    client.look()
    assert client.app.worker.parts.writer.counts == {"refused": 1}
    assert client.app.worker.admission.n_running == 0


def test_callers_are_told_apart_by_their_keys(start):
    client = start(rate_per_caller=1.0, api_keys=("k1", "k2"))
    for key, status in (("k1", 200), ("k2", 200), ("k1", 429)):
        headers = {"x-api-key": key, "content-type": "application/json"}
        assert client.post("/predict", ROW, headers).status == status


def test_requests_whose_bodies_do_not_come_are_bounded(start):
    client = start(max_running=2)

    async def crowd():
        never = asyncio.Event()

        async def send(message):
            raise AssertionError(message)

        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
        held = [asyncio.create_task(client.app(dict(scope), never.wait, send)) for _ in range(2)]
        await asyncio.sleep(0)
        refused = await client.ask("POST", "/predict", json.dumps(ROW).encode())
        probe = await client.ask("GET", "/health")
        for task in held:
            task.cancel()
        await asyncio.gather(*held, return_exceptions=True)
        after = await client.ask("POST", "/predict", json.dumps(ROW).encode())
        return refused, probe, after

    refused, probe, after = client.loop.run_until_complete(crowd())
    assert (refused.status, refused.json()["code"], probe.status, after.status) == (503, "CW433", 200, 200)
    assert refused.headers["retry-after"] == "1"


def test_the_line_of_large_requests_is_short_and_small_ones_pass_it(start):
    client = start(max_waiting=1)
    gate, begun = threading.Event(), threading.Event()
    model = client.app.worker.current.model
    predict = model.predict_proba

    def slow(columns, n):
        if n > 64:
            begun.set()
            assert gate.wait(10)
        return predict(columns, n)

    model.predict_proba = slow
    many, one = (json.dumps({"rows": [{"text": "refund"}] * n}).encode() for n in (100, 1))

    async def crowd():
        first = asyncio.create_task(client.ask("POST", "/predict", many))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        second = await client.ask("POST", "/predict", many)
        small = await client.ask("POST", "/predict", one)
        gate.set()
        return await first, second, small

    first, second, small = client.loop.run_until_complete(crowd())
    assert (first.status, second.status, small.status) == (200, 503, 200)
    assert second.json()["code"] == "CW433"


def test_work_that_waited_past_its_deadline_is_not_begun(start):
    client = start(max_waiting=5)
    gate, begun = threading.Event(), threading.Event()
    model = client.app.worker.current.model
    predict = model.predict_proba

    def slow(columns, n):
        begun.set()
        assert gate.wait(10)
        return predict(columns, n)

    model.predict_proba = slow
    many = json.dumps({"rows": [{"text": "refund"}] * 100}).encode()

    async def crowd():
        first = asyncio.create_task(client.ask("POST", "/predict", many))
        while not begun.is_set():
            await asyncio.sleep(0.001)
        late = {"content-type": "application/json", "x-deadline-ms": "1"}
        second = asyncio.create_task(client.ask("POST", "/predict", many, late))
        await asyncio.sleep(0.02)
        gate.set()
        return await first, await second

    first, second = client.loop.run_until_complete(crowd())
    assert (first.status, second.status, second.json()["code"]) == (200, 504, "CW425")
    assert len(client.app.worker.parts.writer.rows()) == 100


def test_how_much_there_is_to_do_is_a_metric(client):
    client.loop.run_until_complete(asyncio.sleep(0.12))
    client.app.worker.metrics.flush()
    text = client.app.worker.metrics.render().decode()
    assert 'classward_requests_running{task="tickets"} 0.0' in text
    assert 'classward_lag_seconds{task="tickets"}' in text


@pytest.mark.parametrize(
    ("name", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress), ("GZIP", gzip.compress)]
)
def test_compressed_bodies_are_opened(client, name, pack):
    headers = {"content-type": "application/json", "content-encoding": name}
    response = client.post("/predict", pack(json.dumps(ROW).encode()), headers)
    assert response.status == 200
    assert response.json()["predictions"][0]["label"] == "refund"


def test_a_bomb_is_refused_before_it_is_opened(start):
    client = start(max_body_bytes=10_000)
    bomb = gzip.compress(b" " * 5_000_000)
    assert len(bomb) < 10_000
    response = client.post("/predict", bomb, {"content-type": "application/json", "content-encoding": "gzip"})
    assert (response.status, response.json()["code"]) == (413, "CW412")


WHOLE = gzip.compress(b'{"rows": []}', mtime=0)


@pytest.mark.parametrize("body", [b"", b"abc", WHOLE[:-9], WHOLE[:5], WHOLE + b"x", WHOLE * 2, WHOLE[:-4] + b"abcd"])
def test_compressed_bodies_that_are_not_whole_are_named(body):
    with pytest.raises(InvalidInput, match="CW428"):
        inflate(body, b"gzip", max_bytes=1000)


def test_a_compressed_stream_of_rows_is_refused(client):
    headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip"}
    assert client.post("/predict", gzip.compress(b"{}"), headers).status == 415
