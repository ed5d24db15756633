from __future__ import annotations

import json

import pytest
from serving_fakes import CLASSES

PATH = "/v2/models/tickets/infer"


def tensor(name, data, datatype="BYTES", shape=None):
    return {"name": name, "shape": shape or [len(data)], "datatype": datatype, "data": data}


def outputs(response):
    assert response.status == 200, response.body
    return {output["name"]: output for output in response.json()["outputs"]}


def test_tensors_are_answered_like_rows(client):
    inputs = [
        tensor("text", ["refund", "outage"], shape=[2, 1]),
        tensor("amount", [1, 2.5], "FP32"),
        tensor("country", ["at", None]),
        tensor("vip", [True, False], "BOOL"),
        tensor("since", ["2026-01-31", "2026-02-01"]),
    ]
    response = client.post(PATH, {"id": "call-1", "inputs": inputs})
    out = outputs(response)
    assert (out["label"]["data"], out["label"]["shape"], out["label"]["datatype"]) == (
        ["refund", "outage"],
        [2],
        "BYTES",
    )
    assert out["probability"]["data"] == pytest.approx([0.8, 0.8])
    assert (out["probabilities"]["shape"], out["probabilities"]["datatype"]) == ([2, 3], "FP64")
    assert out["probabilities"]["data"] == pytest.approx([0.1, 0.1, 0.8, 0.1, 0.8, 0.1])
    body = response.json()
    assert (body["model_name"], body["model_version"], body["id"]) == ("tickets", "1", "call-1")
    assert body["parameters"]["bundle_hash"] == "hash-1"
    assert body["parameters"]["label_space_version"] == 1
    logged = client.app.worker.parts.writer.rows()
    assert [row[0] for row in logged] == out["id"]["data"]


@pytest.mark.parametrize("nested", [[["refund"], ["outage"]], ["refund", "outage"]])
def test_data_may_be_nested_or_flat(client, nested):
    out = outputs(client.post(PATH, {"inputs": [tensor("text", nested, shape=[2, 1])]}))
    assert out["label"]["data"] == ["refund", "outage"]


@pytest.mark.parametrize("datatype", ["FP64", "FP32", "FP16", "INT64", "INT32", "UINT8"])
def test_numbers_come_in_many_types(client, datatype):
    inputs = [tensor("text", ["a"]), tensor("amount", [3], datatype)]
    assert outputs(client.post(PATH, {"inputs": inputs}))["label"]["data"] == ["billing"]


def test_only_the_outputs_asked_for(client):
    out = outputs(client.post(PATH, {"inputs": [tensor("text", ["a"])], "outputs": [{"name": "label"}]}))
    assert list(out) == ["label"]


def test_ids_keys_and_flags_are_parameters(client):
    inputs = [
        tensor("text", ["a", "b"]),
        tensor("amount", [1.5, 2.5], "FP64"),
        tensor("country", ["at", "atlantis"]),
        tensor("vip", [True, None], "BOOL"),
        tensor("since", ["2026-01-31", "2026-02-01"]),
    ]
    parameters = {"ids": ["r1", "r2"], "keys": ["k", "k"], "binary_data_output": False}
    response = client.post(PATH, {"inputs": inputs, "parameters": parameters})
    assert outputs(response)["id"]["data"] == ["r1", "r2"]
    assert json.loads(response.json()["parameters"]["flags"]) == [[], ["missing:vip", "unseen:country"]]
    assert [row[4] for row in client.app.worker.parts.writer.rows()] == ["k", "k"]


def test_metadata_says_what_infer_takes(client):
    body = client.get("/v2/models/tickets").json()
    assert body["versions"] == ["1"]
    assert body["label_space"] == list(CLASSES)
    assert [(i["name"], i["datatype"]) for i in body["inputs"]] == [
        ("text", "BYTES"), ("amount", "FP64"), ("country", "BYTES"), ("vip", "BOOL"), ("since", "BYTES"),
    ]  # fmt: skip
    assert client.get("/v2").json()["name"] == "classward"


@pytest.mark.parametrize("tail", ["", "/ready", "/infer"])
@pytest.mark.parametrize(("prefix", "status"), [
    ("/v2/models/tickets", 200), ("/v2/models/tickets/versions/1", 200), ("/v2/models/other", 404),
    ("/v2/models/tickets/versions/2", 404), ("/v2/models/tickets/versions/one", 404),
])  # fmt: skip
def test_only_the_live_version_of_the_one_model_answers(client, prefix, status, tail):
    if tail == "/infer":
        response = client.post(prefix + tail, {"inputs": [tensor("text", ["a"])]})
    else:
        response = client.get(prefix + tail)
    assert response.status == status
    if status == 404:
        assert response.json()["code"] == "CW420"
        assert "error" in response.json()


def test_a_model_that_is_not_live_is_not_ready(start):
    client = start(version=0)
    assert client.get("/v2/health/live").json() == {"live": True}
    ready = client.get("/v2/health/ready")
    assert (ready.status, ready.json()) == (503, {"ready": False})
    assert client.get("/v2/models/tickets/ready").status == 503
    assert client.post(PATH, {"inputs": [tensor("text", ["a"])]}).status == 503
