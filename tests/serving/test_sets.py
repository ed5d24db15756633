"""Prediction sets as a field of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from serving_fakes import Client, KeywordModel, make_parts
from test_openapi import fits

from classward.domain import DecisionRule, SetRule
from classward.serving.app import create_app
from classward.serving.openapi import description

ROWS = [{"text": "outage"}, {"text": "hello"}]


def with_sets(bundle_hash: str) -> KeywordModel:
    """Sets with the most probable class, and "refund" wherever its probability is .05 or more."""
    model = KeywordModel()
    sets = SetRule(score="lac", alpha=0.2, thresholds=(0.5, 0.5, 0.95))
    model.rule = replace(DecisionRule.plain(model.label_space), sets=(sets,))
    return model


@pytest.fixture
def sure(tmp_path: Path) -> Iterator[Client]:
    parts = replace(make_parts(tmp_path), load_bundle=with_sets)
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    yield client
    client.close()


def test_sets_come_when_asked_for_best_class_first_with_their_promise(sure):
    body = sure.post("/predict", {"rows": ROWS, "sets": True}).json()
    assert [row["set"] for row in body["predictions"]] == [["outage", "refund"], ["billing", "refund"]]
    assert [row["label"] for row in body["predictions"]] == ["outage", "billing"]
    assert body["set_miss"] == 0.2


def test_without_asking_nothing_is_added(sure):
    body = sure.post("/predict", {"rows": ROWS}).json()
    assert "set_miss" not in body
    assert all("set" not in row for row in body["predictions"])


def test_a_version_without_sets_refuses_and_predicts_nothing(client):
    response = client.post("/predict", {"rows": ROWS, "sets": True})
    body = response.json()
    assert (response.status, body["code"]) == (422, "CW294")
    assert "version 1 has no prediction sets" in body["what"]
    assert body["fix"]
    assert client.app.worker.parts.writer.rows() == []


def test_large_requests_have_them_too(sure):
    body = sure.post("/predict", {"rows": ROWS * 50, "sets": True}).json()
    assert [row["set"] for row in body["predictions"]] == [["outage", "refund"], ["billing", "refund"]] * 50


def stream(client, query: bytes):
    lines = [json.dumps({"row": row}).encode() + b"\n" for row in ROWS]
    headers = {"content-type": "application/x-ndjson"}
    response = client.loop.run_until_complete(client.ask("POST", "/predict", lines, headers, query))
    return response.status, [json.loads(line) for line in response.body.splitlines()]


def test_a_stream_has_them_by_its_address(sure):
    status, rows = stream(sure, b"sets=true")
    assert (status, [row["set"] for row in rows]) == (200, [["outage", "refund"], ["billing", "refund"]])


@pytest.mark.parametrize(("query", "code"), [(b"sets=yes", "CW427"), (b"sets=true", "CW294"), (b"set=true", "CW427")])
def test_a_stream_refuses_at_once(client, query, code):
    status, (told,) = stream(client, query)
    assert status in {400, 422}
    assert told["code"] == code


def test_the_description_is_true(sure):
    document = description("tickets", sure.app.worker.current)
    operation = document["paths"]["/predict"]["post"]
    request = {"rows": ROWS, "sets": True}
    assert fits(request, operation["requestBody"]["content"]["application/json"]["schema"], document)
    reply = sure.post("/predict", request).json()
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    assert fits(reply, schema, document)
    described = document["components"]["schemas"]["PredictReply"]["properties"]
    assert set(reply) <= set(described)
    assert set(reply["predictions"][0]) <= set(described["predictions"]["items"]["properties"])


def asked_v2(client, *names: str):
    texts = {"name": "text", "shape": [2], "datatype": "BYTES", "data": ["outage", "hello"]}
    outputs = [{"name": name} for name in names]
    return client.post("/v2/models/tickets/infer", {"inputs": [texts], "outputs": outputs})


def test_the_open_protocol_has_them_when_named_and_lists_them(sure):
    body = asked_v2(sure, "label", "set").json()
    assert [output["name"] for output in body["outputs"]] == ["label", "set"]
    told = body["outputs"][1]
    assert (told["datatype"], told["shape"]) == ("BOOL", [2, 3])
    assert told["data"] == [False, True, True, True, False, True]  # billing, outage, refund
    assert body["parameters"]["set_miss"] == 0.2
    assert "set" not in {output["name"] for output in asked_v2(sure).json()["outputs"]}
    assert "set" in {output["name"] for output in sure.get("/v2/models/tickets").json()["outputs"]}


def test_the_open_protocol_refuses_sets_of_a_version_without(client):
    response = asked_v2(client, "set")
    assert (response.status, response.json()["code"]) == (422, "CW294")
    assert "set" not in {output["name"] for output in client.get("/v2/models/tickets").json()["outputs"]}
