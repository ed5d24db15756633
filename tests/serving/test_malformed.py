"""Nothing a client sends may crash the server or be answered by 500."""

from __future__ import annotations

import asyncio
import json

import pytest
from serving_fakes import FEATURES, Client

from classward.serving.openapi import description

R = {"text": "refund"}


def p(**changes):
    return json.dumps({"rows": [R], **changes}).encode()


def row(**changes):
    return json.dumps({"rows": [{**R, **changes}]}).encode()


BODIES = {
    "empty": b"",
    "blank": b"   ",
    "null": b"null",
    "number": b"7",
    "string": b'"rows"',
    "list": b"[]",
    "true": b"true",
    "cut off": b'{"rows": [{"text": "re',
    "trailing": b'{"rows": [{"text": "a"}]} x',
    "two objects": b'{"rows": []}{"rows": []}',
    "single quotes": b"{'rows': []}",
    "comment": b'{"rows": [] /* none */}',
    "nan": b'{"rows": [{"text": "a", "amount": NaN}]}',
    "infinity": b'{"rows": [{"text": "a", "amount": Infinity}]}',
    "huge float": b'{"rows": [{"text": "a", "amount": 1e999}]}',
    "huge integer": b'{"rows": [{"text": "a", "amount": ' + b"9" * 400 + b"}]}",
    "giant integer": b'{"rows": [{"text": "a", "amount": ' + b"9" * 6000 + b"}]}",
    "byte order mark": b"\xef\xbb\xbf" + p(),
    "utf-16": '{"rows": [{"text": "a"}]}'.encode("utf-16"),
    "latin-1": '{"rows": [{"text": "é"}]}'.encode("latin-1"),
    "utf-8 surrogate": b'{"rows": [{"text": "\xed\xa0\x80"}]}',
    "escaped surrogate": b'{"rows": [{"text": "\\ud800"}]}',
    "escaped surrogate pair cut": b'{"rows": [{"text": "\\ud83d x"}]}',
    "raw control": b'{"rows": [{"text": "a\x00b"}]}',
    "escaped nul": b'{"rows": [{"text": "a\\u0000b"}]}',
    "binary": bytes(range(256)),
    "deep list": b'{"rows": [{"text": ' + b"[" * 50_000,
    "deep object": b'{"rows": [' + b'{"text":' * 50_000,
    "deep closed": b'{"rows": [{"text": ' + b"[" * 5000 + b"]" * 5000 + b"}]}",
    "no rows": b"{}",
    "empty rows": p(rows=[]),
    "rows null": p(rows=None),
    "rows object": p(rows={}),
    "rows string": p(rows="text"),
    "row null": p(rows=[None]),
    "row list": p(rows=[["refund"]]),
    "row string": p(rows=["refund"]),
    "row empty": p(rows=[{}]),
    "second row bad": p(rows=[R, 3]),
    "unknown field": p(row=1),
    "misspelt field": p(topk=3),
    "ids short": p(ids=[]),
    "ids long": p(ids=["a", "b"]),
    "ids number": p(ids=[1]),
    "ids null": p(ids=[None]),
    "ids string": p(ids="a"),
    "id empty": p(ids=[""]),
    "id long": p(ids=["a" * 129]),
    "id control": p(ids=["a\nb"]),
    "id nul": p(ids=["\u0000"]),
    "keys short": p(keys=[]),
    "keys number": p(keys=[3]),
    "key long": p(keys=["k" * 1000]),
    "top_k zero": p(top_k=0),
    "top_k negative": p(top_k=-1),
    "top_k huge": p(top_k=10**30),
    "top_k float": p(top_k=1.5),
    "top_k string": p(top_k="3"),
    "top_k null": p(top_k=None),
    "all string": p(all="yes"),
    "all number": p(all=1),
    "text number": row(text=3),
    "text null": row(text=None),
    "text list": row(text=["refund"]),
    "text object": row(text={"a": 1}),
    "text bool": row(text=True),
    "text missing": p(rows=[{"amount": 3}]),
    "number text": row(amount="3"),
    "number bool": row(amount=True),
    "number list": row(amount=[3]),
    "category number": row(country=3),
    "boolean text": row(vip="true"),
    "boolean number": row(vip=1),
    "date number": row(since=20260131),
    "date nonsense": row(since="the day before yesterday"),
    "date impossible": row(since="2026-02-31"),
    "date empty": row(since=""),
    "date year 0": row(since="0000-01-01"),
    "date object": row(since={"year": 2026}),
    "feature unknown": row(colour="red"),
    "feature empty name": b'{"rows": [{"": 1, "text": "a"}]}',
    "feature twice": b'{"rows": [{"text": 1, "text": "a", "text": 2}]}',
    "proto": b'{"__proto__": {}, "rows": [{"__class__": 1}]}',
}
T = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]}
TENSORS = {
    "no inputs": {},
    "inputs empty": {"inputs": []},
    "inputs null": {"inputs": None},
    "shape missing": {"inputs": [{"name": "text", "datatype": "BYTES", "data": ["a"]}]},
    "shape text": {"inputs": [{**T, "shape": "1"}]},
    "shape empty": {"inputs": [{**T, "shape": []}]},
    "shape zero": {"inputs": [{**T, "shape": [0], "data": []}]},
    "shape negative": {"inputs": [{**T, "shape": [-1]}]},
    "shape wide": {"inputs": [{**T, "shape": [1, 2], "data": ["a", "b"]}]},
    "shape deep": {"inputs": [{**T, "shape": [1, 1, 1]}]},
    "shape huge": {"inputs": [{**T, "shape": [10**30]}]},
    "shape float": {"inputs": [{**T, "shape": [1.5]}]},
    "data long": {"inputs": [{**T, "data": ["a", "b"]}]},
    "data short": {"inputs": [{**T, "data": []}]},
    "data text": {"inputs": [{**T, "data": "a"}]},
    "data number": {"inputs": [{**T, "data": [1]}]},
    "data nested": {"inputs": [{**T, "data": [["a"]]}]},
    "data ragged": {"inputs": [{**T, "shape": [2, 1], "data": [["a"], "b"]}]},
    "datatype unknown": {"inputs": [{**T, "datatype": "STRING"}]},
    "datatype wrong": {"inputs": [{**T, "datatype": "FP32", "data": [1.0]}]},
    "datatype null": {"inputs": [{**T, "datatype": None}]},
    "integer float": {"inputs": [T, {"name": "amount", "shape": [1], "datatype": "INT64", "data": [1.5]}]},
    "bool number": {"inputs": [T, {"name": "vip", "shape": [1], "datatype": "BOOL", "data": [1]}]},
    "name unknown": {"inputs": [{**T, "name": "txt"}]},
    "name twice": {"inputs": [T, T]},
    "sizes differ": {"inputs": [T, {"name": "amount", "shape": [2], "datatype": "FP64", "data": [1, 2]}]},
    "required missing": {"inputs": [{"name": "amount", "shape": [1], "datatype": "FP64", "data": [1]}]},
    "output unknown": {"inputs": [T], "outputs": [{"name": "labels"}]},
    "outputs text": {"inputs": [T], "outputs": "label"},
    "id number": {"inputs": [T], "id": 3},
    "id long": {"inputs": [T], "id": "a" * 500},
    "ids text": {"inputs": [T], "parameters": {"ids": "a"}},
    "ids short": {"inputs": [T], "parameters": {"ids": []}},
    "ids numbers": {"inputs": [T], "parameters": {"ids": [3]}},
    "parameters list": {"inputs": [T], "parameters": []},
}
FINE = {"escaped nul"}
"""Odd, but valid: may be answered."""


def refused(client: Client, response, path: str, method: str = "post", template: str | None = None) -> None:
    body = response.json()
    assert 400 <= response.status < 500, body
    assert body["code"].startswith("CW4")
    assert body["request_id"] == response.headers["x-request-id"]
    documented = description("tickets", client.app.worker.current)["paths"][template or path][method]["responses"]
    assert str(response.status) in documented
    assert client.app.worker.parts.writer.rows() == []


@pytest.mark.parametrize("name", sorted(BODIES))
def test_predict_refuses(client, name):
    response = client.post("/predict", BODIES[name])
    if name in FINE and response.status == 200:
        return
    refused(client, response, "/predict")


@pytest.mark.parametrize("name", sorted(TENSORS))
def test_infer_refuses(client, name):
    response = client.post("/v2/models/tickets/infer", TENSORS[name])
    refused(client, response, "/v2/models/tickets/infer", template="/v2/models/{model}/infer")
    assert response.json()["error"]


@pytest.mark.parametrize("name", ["empty", "null", "list", "cut off", "binary", "deep list", "utf-16", "no rows"])
def test_infer_refuses_bodies(client, name):
    response = client.post("/v2/models/tickets/infer", BODIES[name])
    refused(client, response, "/v2/models/tickets/infer", template="/v2/models/{model}/infer")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"labels": {}}',
        b'{"labels": []}',
        b'{"labels": [3]}',
        b'{"labels": null}',
        b'{"label": []}',
    ],
)
def test_labels_refuse(client, body):
    refused(client, client.post("/labels", body), "/labels")


@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "application/json; charset=latin-1"},
        {"content-type": ""},
        {"content-type": "application/json", "content-encoding": "br"},
        {"content-type": "application/json", "inference-header-content-length": "12"},
        {"origin": "https://elsewhere.example"},
    ],
)
def test_other_content_is_415(client, headers):
    response = client.post("/predict", {"rows": [R]}, headers)
    assert response.status == 415
    refused(client, response, "/predict")


@pytest.mark.parametrize(
    "headers", [{}, {"content-type": "Application/JSON ; Charset=UTF-8"}, {"content-encoding": "identity"}]
)
def test_json_by_other_spellings_is_taken(client, headers):
    assert client.post("/predict", {"rows": [R]}, headers).status == 200


@pytest.mark.parametrize("length", ["99999999999999999999999999", "16000001"])
def test_a_length_that_is_too_large_is_refused_before_the_body(client, length):
    response = client.post("/predict", {"rows": [R]}, {"content-type": "application/json", "content-length": length})
    assert response.status == 413
    assert response.headers["connection"] == "close"


@pytest.mark.parametrize("length", ["-1", "abc", "3", "0"])
def test_a_length_that_lies_changes_nothing(client, length):
    headers = {"content-type": "application/json", "content-length": length}
    assert client.post("/predict", {"rows": [R]}, headers).status == 200


def test_a_body_may_come_in_pieces_and_is_still_bounded(start):
    client = start(max_body_bytes=1000)
    body = json.dumps({"rows": [R]}).encode()
    run = client.loop.run_until_complete
    assert run(client.ask("POST", "/predict", [body[:5], b"", body[5:]])).status == 200
    assert run(client.ask("POST", "/predict", [b" " * 600, b" " * 600])).status == 413


@pytest.mark.parametrize("pieces", [[None], [b'{"rows":', None]])
def test_a_client_that_leaves_gets_no_answer_and_breaks_nothing(client, pieces):
    assert client.loop.run_until_complete(client.ask("POST", "/predict", pieces)) is None
    assert client.post("/predict", {"rows": [R]}).status == 200
    assert 'status="499"' in client.get("/metrics").body.decode()


def test_a_body_that_stalls_is_given_up(client):
    async def scenario():
        sent = []
        stalled = asyncio.Event()

        async def receive():
            stalled.set()
            await asyncio.Event().wait()

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
        asking = asyncio.create_task(client.app(scope, receive, send))
        await stalled.wait()
        worker = client.app.worker
        worker.patience.sweep(worker.parts.clock.monotonic_s() + 29)
        await asyncio.sleep(0)
        assert not sent
        worker.patience.sweep(worker.parts.clock.monotonic_s() + 31)
        await asking
        return sent

    start, body = client.loop.run_until_complete(scenario())
    assert start["status"] == 408
    assert (b"connection", b"close") in start["headers"]
    assert json.loads(body["body"])["code"] == "CW417"


def test_a_request_cancelled_from_outside_stays_cancelled(client):
    async def scenario():
        async def receive():
            await asyncio.Event().wait()

        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
        asking = asyncio.create_task(client.app(scope, receive, receive))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    client.loop.run_until_complete(scenario())
    assert client.post("/predict", {"rows": [R]}).status == 200


def test_every_kind_of_feature_is_covered():
    assert {feature.kind for feature in FEATURES} == {"text", "numeric", "categorical", "boolean", "date"}
    assert len(BODIES) + len(TENSORS) >= 100
