from __future__ import annotations

from pathlib import Path

import pytest

from classward.errors import InvalidInput
from classward.serving.routes import ROUTES, match
from classward.serving.status import CODE_STATUS

DOCS = Path(__file__).parents[2] / "docs"


def test_every_route_is_in_the_manual_with_an_example():
    manual = (DOCS / "http.md").read_text(encoding="utf-8")
    for route in ROUTES:
        assert f"`{route.method} {route.path}`" in manual
        example = route.path.replace("{model}", "tickets").replace("{version}", "3")
        assert f"curl http://127.0.0.1:8400{example}" in manual


def test_every_code_has_an_entry():
    entries = (DOCS / "errors" / "serving.md").read_text(encoding="utf-8")
    for code in (*CODE_STATUS, "CW911", "CW912", "CW913", "CW914", "CW915"):
        assert code == "CW801" or f"## {code} " in entries


def test_parts_of_the_path_get_names():
    found = match("POST", "/v2/models/tickets/versions/3/infer")
    assert (found.route.endpoint, found.params) == ("v2_infer", {"model": "tickets", "version": "3"})


@pytest.mark.parametrize(
    "path",
    [
        "", "//", "/predict/", "/Predict", "/v2/", "/v2/models", "/v2/models/", "/v2/models//infer",
        "/v2/models/a/b/c/d/e", "/é", "/../etc/passwd", "*", "/predict?x",
    ],
)  # fmt: skip
def test_other_addresses_do_not_exist(client, path):
    response = client.get(path)
    assert (response.status, response.json()["code"]) == (404, "CW418")


def test_a_near_miss_is_suggested(client):
    assert "'/predict'" in client.get("/predictt").json()["what"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW", "HEAD"])
def test_a_wrong_method_says_which_is_right(client, method):
    response = client.call(method, "/predict")
    assert (response.status, response.headers["allow"]) == (405, "POST")


def test_head_is_get_without_a_body(client):
    head, get = client.call("HEAD", "/ready"), client.get("/ready")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == str(len(get.body)) == get.headers["content-length"]
    assert client.call("PUT", "/ready").headers["allow"] == "GET, HEAD"


def test_match_raises_for_unknown():
    with pytest.raises(InvalidInput, match="CW418"):
        match("GET", "/nowhere")
