from __future__ import annotations

from dataclasses import replace

import pytest
from serving_fakes import CLASSES, Client, KeywordModel, make_parts

from classward.domain import ABSTAINED, DecisionRule
from classward.serving.app import create_app
from classward.serving.openapi import description
from classward.serving.routes import ROUTES

TYPES = {
    "object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool,
    "null": type(None),
}  # fmt: skip


def fits(value, schema, document):
    """Check the parts of JSON Schema that the document uses."""
    if "$ref" in schema:
        return fits(value, document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    if "anyOf" in schema:
        return any(fits(value, option, document) for option in schema["anyOf"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(isinstance(value, TYPES[kind]) for kind in kinds):
        return False
    if isinstance(value, dict):
        known = schema.get("properties", {})
        return (
            set(schema.get("required", ())) <= set(value)
            and (schema.get("additionalProperties", True) or set(value) <= set(known))
            and all(fits(value[name], known[name], document) for name in known if name in value)
        )
    if isinstance(value, list):
        return all(fits(item, schema.get("items", {}), document) for item in value)
    return True


def test_every_route_is_described(client):
    document = client.get("/openapi.json").json()
    described = {(method.upper(), path) for path, item in document["paths"].items() for method in item}
    assert described == {(route.method, route.path) for route in ROUTES}
    ids = [operation["operationId"] for item in document["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))


def test_rows_and_classes_are_those_of_the_live_version(client):
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    assert schemas["Row"]["required"] == ["text"]
    assert schemas["Row"]["additionalProperties"] is False
    assert schemas["Row"]["properties"]["text"] == {"type": "string", "description": "what the customer wrote"}
    assert schemas["Row"]["properties"]["amount"]["type"] == ["number", "null"]
    label = schemas["PredictReply"]["properties"]["predictions"]["items"]["properties"]["label"]
    assert label["enum"] == list(CLASSES)


def test_rows_left_to_a_person_and_labels_set_aside_are_described(tmp_path):
    def careful(bundle_hash):
        model = KeywordModel()
        model.rule = replace(DecisionRule.plain(model.label_space), abstain_below=0.9)
        return model

    parts = replace(make_parts(tmp_path), load_bundle=careful)
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    answer = client.post("/predict", {"rows": [{"text": "refund"}]}).json()
    assert answer["predictions"][0]["label"] == ABSTAINED
    assert fits(answer, schemas["PredictReply"], document)
    body = {"labels": [{"id": "", "label": ""}]}
    assert fits(body, schemas["LabelsRequest"], document)
    assert client.post("/labels", body).json()["quarantined"] == 1
    client.close()


def test_lists_that_are_described_as_too_short_or_names_as_too_long_are_refused(client):
    request = client.get("/openapi.json").json()["components"]["schemas"]["PredictRequest"]["properties"]
    for field in ("ids", "keys"):
        assert request[field]["minItems"] == request[field]["items"]["minLength"] == 1
        longest = request[field]["items"]["maxLength"]
        for values, status in (([], 422), ([""], 422), (["n" * (longest + 1)], 422), (["n" * longest], 200)):
            assert client.post("/predict", {"rows": [{"text": "refund"}], field: values}).status == status


def test_without_a_live_version_it_still_describes(start):
    assert start(version=0).get("/openapi.json").json()["components"]["schemas"]["Row"] == {"type": "object"}


BODIES = {
    "/predict": {
        "rows": [{"text": "refund", "country": "atlantis"}],
        "ids": ["a"],
        "keys": [None],
        "top_k": 2,
        "all": True,
    },
    "/labels": {"labels": [{"id": "a", "label": "refund", "event_at": "2025-11-30T12:00:00Z", "source": "s"}, {}]},
    "infer": {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": ["refund"]}], "id": "x"},
}


@pytest.mark.parametrize("version", [0, 1], ids=["nothing live", "live"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_answers_are_as_described(start, route, version):
    client = start(version=version)
    path = route.path.replace("{model}", "tickets").replace("{version}", "1")
    body = BODIES.get(route.path, BODIES["infer"]) if route.method == "POST" else b""
    document = description("tickets", client.app.worker.current)
    for given in (body, b"[]"):
        response = client.call(route.method, path, given)
        described = document["paths"][route.path][route.method.lower()]["responses"][str(response.status)]["content"]
        kind = response.headers["content-type"].split(";")[0]
        assert kind in described
        if kind == "application/json":
            assert fits(response.json(), described[kind]["schema"], document), response.body
    if version:
        assert client.call(route.method, path, body).status == 200
    if route.path == "/predict":
        request = document["paths"][route.path]["post"]["requestBody"]["content"]["application/json"]["schema"]
        assert fits(BODIES["/predict"], request, document)
        assert not fits({**BODIES["/predict"], "topk": 1}, request, document)
