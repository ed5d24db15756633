"""A corpus of bad requests, made part by part: whatever comes, the answer is a documented error, and the server goes on."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from serving_fakes import Client

from classward.serving.openapi import description
from classward.serving.routes import ROUTES

JSON = {"content-type": "application/json"}
ROW = {"text": "refund", "amount": 3.5, "country": "de", "vip": True, "since": "2026-01-31"}
TENSOR = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["refund"]}
INFER = "/v2/models/tickets/infer"
GOOD = {
    "/predict": {"rows": [ROW], "ids": ["a"], "keys": ["k"], "top_k": 1, "all": False, "sets": False},
    INFER: {"inputs": [TENSOR], "id": "a", "outputs": [{"name": "label"}]},
    "/labels": {"labels": [{"id": "a", "label": "refund"}]},
}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "get")
ADDRESSES = (
    "/predict/", "//predict", "/Predict", "/predict\x00", "/../predict", "/v2/models//infer", "/v2/models/other/infer",
    "/v2/models/tickets/versions/99/infer", "/v2/models/tickets/versions/x/infer", "/é", "/" + "a" * 9000, "",
)  # fmt: skip
WRONG = {
    "null": None, "true": True, "number": 7, "negative": -1, "fraction": 0.5, "huge": 10**400, "text": "x", "empty text": "",
    "list": [], "list of lists": [[[]]], "object": {}, "object of objects": {"a": {"b": {}}},
}  # fmt: skip
DOCUMENTED = frozenset(
    re.findall(r"\bCW\d{3}\b", "".join(p.read_text() for p in Path(__file__).parents[2].glob("docs/errors/*.md")))
)


@dataclass(frozen=True, kw_only=True)
class Bad:
    """One bad request. ``may_pass`` are those that a server may as well understand."""

    name: str
    path: str
    body: bytes
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = tuple(JSON.items())
    may_pass: bool = False


def places(value: object, at: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    """Every place of a JSON value, itself first."""
    yield at
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(item, (*at, key))


def replaced(value: object, at: tuple[object, ...], other: object) -> object:
    if not at:
        return other
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = replaced(copy[at[0]], at[1:], other)
    return copy


def wrong_types() -> Iterator[Bad]:
    for path, good in GOOD.items():
        for at in places(good):
            for name, other in WRONG.items():
                where = ".".join(map(str, at)) or "body"
                yield Bad(
                    name=f"{path} {where}: {name}", path=path, body=json.dumps(replaced(good, at, other)).encode(),
                    may_pass=bool(at),
                )  # fmt: skip


def cut_and_broken() -> Iterator[Bad]:
    for path, good in GOOD.items():
        text = json.dumps(good).encode()
        for n in range(0, len(text), max(1, len(text) // 12)):
            yield Bad(name=f"{path} cut after {n} bytes", path=path, body=text[:n])
        for i, byte in enumerate((b"\xff", b"\xc3", b"\xed\xa0\x80", b"\x00", b"\xf4\x90\x80\x80", b"\x1f")):
            at = text.index(b"refund") + 2
            yield Bad(name=f"{path} byte {i} in a text", path=path, body=text[:at] + byte + text[at:])
        for i, (old, new) in enumerate(
            ((b":", b"="), (b'"', b"'"), (b"}", b",}"), (b"{", b"{,"), (b"]", b",]"), (b",", b" "))
        ):
            yield Bad(name=f"{path} broken {i}", path=path, body=text.replace(old, new), may_pass=text.count(old) == 0)
        yield Bad(name=f"{path} twice", path=path, body=text + text)
        for depth in (600, 5000, 60_000):
            for opening, closing in ((b"[", b"]"), (b'{"a":', b"}")):
                yield Bad(
                    name=f"{path} {depth} times {opening!r}", path=path, body=opening * depth + b"1" + closing * depth
                )
                yield Bad(name=f"{path} {depth} times {opening!r}, open", path=path, body=opening * depth)
        first = next(iter(good))
        twice = text.replace(b"{", b'{"' + first.encode() + b'":[],', 1)
        yield Bad(name=f"{path} key twice", path=path, body=twice)
        escaped = b'{"\\u00' + b"%02x" % ord(first[0]) + first[1:].encode() + b'":[],' + text[1:]
        yield Bad(name=f"{path} key twice, once in escapes", path=path, body=escaped)
    for number in (
        "1e999",
        "-1e999",
        "NaN",
        "Infinity",
        "-Infinity",
        "9" * 5000,
        "01",
        "1.",
        ".5",
        "+1",
        "0x10",
        "1e",
        "--1",
    ):
        body = json.dumps({"rows": [{**ROW, "amount": 12345}]}).replace("12345", number).encode()
        yield Bad(name=f"number {number[:12]}", path="/predict", body=body)


def compressed() -> Iterator[Bad]:
    text = json.dumps(GOOD["/predict"]).encode()
    for name, data in (("gzip", gzip.compress(text)), ("deflate", zlib.compress(text))):
        headers = (*JSON.items(), ("content-encoding", name))
        for n in (0, 1, 5, len(data) // 2, len(data) - 4, len(data) - 1):
            yield Bad(name=f"{name} cut after {n}", path="/predict", body=data[:n], headers=headers)
        yield Bad(name=f"{name} followed by more", path="/predict", body=data + b"more", headers=headers)
        yield Bad(name=f"{name} that is none", path="/predict", body=text, headers=headers)
        flipped = data[:-6] + bytes([data[-6] ^ 255]) + data[-5:]
        yield Bad(name=f"{name} with a wrong byte", path="/predict", body=flipped, headers=headers)
        bomb = gzip.compress(b" " * 20_000_000) if name == "gzip" else zlib.compress(b" " * 20_000_000)
        yield Bad(name=f"{name} bomb", path="/predict", body=bomb, headers=headers)
        yield Bad(name=f"{name} in {name}", path="/predict", body=gzip.compress(data), headers=headers)
    for name in ("br", "zstd", "compress", "gzip, gzip", "identity, gzip", "x", "\x7f", "é"):
        yield Bad(
            name=f"encoding {name!r}", path="/predict", body=text, headers=(*JSON.items(), ("content-encoding", name))
        )


def headers_and_methods() -> Iterator[Bad]:
    text = json.dumps(GOOD["/predict"]).encode()
    kinds = ("", "text/plain", "text/html", "application/xml", "multipart/form-data; boundary=x", "application/jsonp", "json",
             "application/json; charset=utf-16", "application/x-www-form-urlencoded", "*/*", "é", "a" * 5000)  # fmt: skip
    for kind in kinds:
        yield Bad(name=f"content type {kind[:40]!r}", path="/predict", body=text, headers=(("content-type", kind),))
    for value in ("0", "-1", "x", "1.5", "9" * 40, "", "²", "1e3", " 5"):
        yield Bad(
            name=f"deadline {value!r}", path="/predict", body=text, headers=(*JSON.items(), ("x-deadline-ms", value)),
            may_pass=value in {"", " 5"},
        )  # fmt: skip
    for value in ("0", "-1", "x", "9" * 30, "1.5", "", "3"):
        yield Bad(
            name=f"binary header length {value!r}", path=INFER, body=json.dumps(GOOD[INFER]).encode(),
            headers=(("content-type", "application/octet-stream"), ("inference-header-content-length", value)),
            may_pass=not value,
        )  # fmt: skip
    for path in sorted({route.path for route in ROUTES}):
        known = {route.method for route in ROUTES if route.path == path}
        known |= {"HEAD"} if "GET" in known else set()
        real = path.replace("{model}", "tickets").replace("{version}", "1")
        for method in METHODS:
            if method not in known and not (method == "HEAD" and "POST" in known):
                yield Bad(name=f"{method} {path}", path=real, body=b"", method=method)
    for path in ADDRESSES:
        yield Bad(name=f"address {path[:40]!r}", path=path, body=text)


KINDS = tuple(
    {
        bad.name: bad for make in (wrong_types, cut_and_broken, compressed, headers_and_methods) for bad in make()
    }.values()
)


def told(client: Client, bad: Bad) -> str:
    """What is wrong with the answer to a bad request; nothing if it is as it should be."""
    response = client.loop.run_until_complete(client.ask(bad.method, bad.path, bad.body, dict(bad.headers)))
    if response is None:
        return "no answer"
    if response.status == 200:
        return "" if bad.may_pass else f"was taken: {response.body[:100]!r}"
    if response.status >= 500:
        return f"{response.status}: {response.body[:200]!r}"
    if bad.method == "HEAD":
        return ""
    body = response.json()
    if body["code"] not in DOCUMENTED:
        return f"code {body['code']} has no page"
    if not (body["what"] and body["fix"] and body["request_id"] == response.headers["x-request-id"]):
        return f"says too little: {body}"
    return ""


def test_the_corpus_is_large_and_every_kind_is_another():
    assert len(KINDS) >= 200
    assert len({(bad.path, bad.method, bad.headers, bad.body) for bad in KINDS}) >= 200


def test_every_bad_request_is_answered_by_a_documented_error(client):
    wrong = {bad.name: fault for bad in KINDS if (fault := told(client, bad))}
    assert wrong == {}
    assert client.post("/predict", {"rows": [ROW]}).status == 200


def test_statuses_of_bad_bodies_are_in_the_description(client):
    paths = description("tickets", client.app.worker.current)["paths"]
    for bad in KINDS:
        template = bad.path.replace("/tickets/", "/{model}/")
        if bad.method == "POST" and bad.path in GOOD:
            response = client.loop.run_until_complete(client.ask("POST", bad.path, bad.body, dict(bad.headers)))
            assert str(response.status) in paths[template]["post"]["responses"], bad.name
