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
