from __future__ import annotations

import json
import re
from html import unescape

from serving_fakes import Client, KeywordModel, make_parts

from classward.serving.app import create_app


def curls(html):
    return [unescape(text) for text in re.findall(r"<pre>(curl .*?)</pre>", html, re.DOTALL)]


def test_the_examples_in_the_docs_work(client):
    page = client.get("/docs", {"host": "models.example:8400"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    commands = curls(page.body.decode())
    assert len(commands) == 3
    for command in commands:
        path = re.match(r"curl http://models\.example:8400(\S+)", command).group(1)
        body = json.loads(command.split(" -d '", 1)[1].rstrip("'"))
        assert client.post(path, body).status == 200


def test_pages_fetch_nothing_and_escape_names(tmp_path):
    parts = make_parts(tmp_path)
    object.__setattr__(parts, "load_bundle", lambda _: KeywordModel(["<script>x</script>", "b'b", "c"]))
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    for path in ("/", "/docs"):
        page = client.get(path, {"host": "<img src=x>"}).body.decode()
        assert "<script" not in page
        assert "<img" not in page
        assert "src=http" not in page
    client.close()


def test_docs_say_when_a_key_is_needed(start):
    client = start(api_keys=("secret-1",))
    page = client.get("/docs", {"x-api-key": "secret-1"}).body.decode()
    assert "X-API-Key" in page
    assert "secret-1" not in page


def test_the_landing_page_lists_every_address(start):
    page = start(version=0).get("/").body.decode()
    assert "not ready" in page
    assert "/v2/models/{model}/infer" in page
    assert "No version is live" in start(version=0).get("/docs").body.decode()
