from __future__ import annotations

import logging

import pytest
from serving_fakes import make_parts

from classward.errors import UsageError
from classward.serving.app import create_app
from classward.serving.routes import ROUTES

KEYS = ("first-secret", "sëcond-secret")
OPEN = {route.path for route in ROUTES if route.is_open}


def path_of(route):
    return route.path.replace("{model}", "tickets").replace("{version}", "1")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_only_probes_and_the_landing_page_are_open(start, route):
    client = start(api_keys=KEYS)
    body = {"rows": [{"text": "a"}], "labels": []} if route.method == "POST" else b""
    without = client.call(route.method, path_of(route), body)
    wrong = client.call(route.method, path_of(route), body, {"x-api-key": "first-secre"})
    if route.path in OPEN:
        assert (without.status, wrong.status) == (200, 200)
    else:
        assert (without.status, wrong.status) == (401, 403)
        assert "www-authenticate" in without.headers


def test_what_is_open_is_what_was_meant():
    assert {"/", "/health", "/ready", "/v2/health/live", "/v2/health/ready"} == OPEN


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-API-Key": "first-secret"}, 200),
        ({"Authorization": "Bearer first-secret"}, 200),
        ({"authorization": "bearer  first-secret "}, 200),
        ({"Authorization": "Basic first-secret"}, 401),
        ({"X-API-Key": ""}, 403),
        ({"X-API-Key": "FIRST-SECRET"}, 403),
        ({"X-API-Key": "first-secret, other"}, 403),
        ({"Authorization": "Bearer "}, 403),
    ],
)
def test_keys_in_either_header(start, headers, status):
    client = start(api_keys=KEYS)
    assert client.get("/openapi.json", headers).status == status


ROWS = {"rows": [{"text": "a"}, {"text": "b"}]}


def test_each_record_says_who_asked_by_name_and_never_by_key(start):
    keys = ("first-secret", "predict@shop:second-secret", "@till:third-secret")
    client = start(api_keys=keys)
    for key in ("first-secret", "second-secret", "third-secret"):
        assert client.post("/predict", ROWS, {"x-api-key": key, "content-type": "application/json"}).status == 200
    lines = b'{"row": {"text": "a"}}\n'
    headers = {"x-api-key": "second-secret", "content-type": "application/x-ndjson"}
    assert client.call("POST", "/predict", lines, headers).status == 200
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a"]}
    headers = {"x-api-key": "third-secret", "content-type": "application/json"}
    assert client.post("/v2/models/tickets/infer", {"inputs": [tensor]}, headers).status == 200
    callers = client.app.worker.parts.writer.callers
    assert callers == [*["key:1"] * 2, *["key:shop"] * 2, *["key:till"] * 2, "key:shop", "key:till"]
    assert client.get("/metrics", {"x-api-key": "second-secret"}).status == 403
    assert client.get("/metrics", {"x-api-key": "third-secret"}).status == 200


def test_large_requests_say_who_asked_too_and_without_keys_it_is_this_machine(start):
    client = start()
    assert client.post("/predict", {"rows": [{"text": "a"}] * 70}).status == 200
    assert client.app.worker.parts.writer.callers == ["local"] * 70


@pytest.mark.parametrize("key", ["predict@:secret", "predict@a b:secret", "predict@shop:", "@" + "x" * 41 + ":secret"])
def test_a_name_that_is_none_is_refused(tmp_path, key):
    with pytest.raises(UsageError, match="CW435"):
        create_app(make_parts(tmp_path, api_keys=(key,)))


def test_keys_are_never_logged(start, caplog):
    client = start(api_keys=KEYS)
    logger = logging.getLogger("classward.serving")
    with caplog.at_level(logging.DEBUG, logger=logger.name):
        client.get("/docs", {"x-api-key": "stolen-secret"})
        client.post("/predict", {"rows": [{"text": "explode"}]}, {"x-api-key": KEYS[0]})
    assert "request failed" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "example.org", ""])
def test_other_hosts_need_keys(tmp_path, host):
    with pytest.raises(UsageError, match="CW911"):
        create_app(make_parts(tmp_path, host=host))
    with pytest.raises(UsageError, match="CW911"):
        create_app(make_parts(tmp_path, host=host, api_keys=("",)))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_this_machine_needs_none(start, host):
    assert start(host=host).post("/predict", {"rows": [{"text": "a"}]}).status == 200
