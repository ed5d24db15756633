from __future__ import annotations

import asyncio
import json

import pytest

from classward.domain import Repair

NDJSON = {"content-type": "application/x-ndjson"}


def line(text: object, **fields: object) -> bytes:
    return json.dumps({"row": {"text": text}, **fields}).encode() + b"\n"


def stream(client, *pieces, query=""):
    response = client.loop.run_until_complete(client.ask("POST", "/predict", list(pieces), NDJSON, query.encode()))
    return response, [json.loads(told) for told in response.body.splitlines()]


def test_every_line_is_answered_in_its_place_and_logged(client):
    n = 100
    body = b"".join(line("refund" if i % 2 else "outage", id=f"r{i}", key="k") for i in range(n))
    response, told = stream(client, body[:333], body[333:4000], body[4000:])
    assert response.status == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    assert "content-length" not in response.headers
    assert [row["index"] for row in told] == list(range(n))
    assert [row["label"] for row in told] == ["outage", "refund"] * 50
    assert [row[0] for row in client.app.worker.parts.writer.rows()] == [f"r{i}" for i in range(n)]
    assert {row[4] for row in client.app.worker.parts.writer.rows()} == {"k"}


def test_answers_are_those_of_a_request(client):
    _, (streamed,) = stream(client, line("refund", id="r"), query="top_k=2&all=true")
    whole = client.post("/predict", {"rows": [{"text": "refund"}], "ids": ["r"], "top_k": 2, "all": True}).json()
    assert streamed == {"index": 0, "label_space_version": 1, **whole["predictions"][0]}


def test_the_last_line_needs_no_line_feed_and_blank_lines_count_for_nothing(client):
    _, told = stream(client, b"\n\r\n" + line("a") + b"\n" + line("b").strip())
    assert [row["index"] for row in told] == [0, 1]


def test_a_stream_without_rows_is_empty(client):
    response, told = stream(client, b"")
    assert (response.status, told) == (200, [])


BAD = {
    "no JSON": (b"{\n", "CW410"),
    "no object": (b"[1]\n", "CW411"),
    "another field": (b'{"row": {"text": "a"}, "idd": "x"}\n', "CW411"),
    "a key twice": (b'{"row": {"text": "a", "text": "b"}}\n', "CW409"),
    "a wrong type": (line(3), "CW403"),
    "a missing field": (b'{"row": {}}\n', "CW401"),
    "an id that cannot be used": (line("a", id="a\nb"), "CW423"),
    "not UTF-8": (b'{"row": {"text": "\xff"}}\n', "CW410"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_line_spoils_no_other(client, what):
    bad, code = BAD[what]
    _, told = stream(client, line("refund") + bad + line("outage"))
    assert [row.get("label") for row in told] == ["refund", None, "outage"]
    assert told[1]["error"]["code"] == code
    assert told[1]["index"] == 1
    assert len(client.app.worker.parts.writer.rows()) == 2
    assert client.app.worker.parts.writer.counts == {"refused": 1}


def test_a_line_without_end_ends_the_stream_with_its_reason(start):
    client = start(max_body_bytes=1000)
    _, told = stream(client, line("refund"), b"x" * 600, b"x" * 600, line("outage"))
    assert told[0]["label"] == "refund"
    assert (told[1]["error"]["code"], len(told)) == ("CW412", 2)


def test_a_stream_may_be_larger_than_a_body(start):
    client = start(max_body_bytes=1000)
    _, told = stream(client, *[line("refund")] * 200)
    assert len(told) == 200


def test_a_fault_of_ours_is_the_last_line_and_says_nothing_of_itself(client):
    _, told = stream(client, line("refund"), line("explode"), line("outage"))
    assert [row["error"]["code"] for row in told if "error" in row] == ["CW430"]
    assert "ZeroDivision" not in json.dumps(told)


@pytest.mark.parametrize("query", ["top_k=0", "top_k=x", "all=1", "topk=3", "top_k=99999999999999999999"])
def test_options_that_cannot_be_used_are_refused_before_a_row_is_read(client, query):
    response, _ = stream(client, line("a"), query=query)
    assert response.status == 422
    assert client.app.worker.parts.writer.rows() == []


def test_without_a_live_version_nothing_is_begun(start):
    response, _ = stream(start(version=0), line("a"))
    assert response.status == 503


def test_a_client_that_leaves_is_counted(client):
    with pytest.raises(AssertionError):  # what came before the client left was sent; the end was not
        stream(client, line("refund"), None)
    assert len(client.app.worker.parts.writer.rows()) == 1
    client.app.worker.metrics.flush()
    assert 'status="499"' in client.app.worker.metrics.render().decode()


def test_other_requests_have_their_turn_between_batches(client):
    n_before = []

    async def both():
        async def streaming():
            response = await client.ask("POST", "/predict", [b"".join(line("a") for _ in range(3200))], NDJSON)
            n_before.append(len(response.body.splitlines()))

        async def single():
            await asyncio.sleep(0)
            await client.ask("POST", "/predict", json.dumps({"rows": [{"text": "b"}], "ids": ["online"]}).encode())

        await asyncio.gather(streaming(), single())

    client.loop.run_until_complete(both())
    place = [row[0] for row in client.app.worker.parts.writer.rows()].index("online")
    assert n_before == [3200]
    assert place <= 64


def test_repaired_rows_are_answered_flagged_and_counted(start):
    client = start(repairs=(Repair(feature="amount", value=1.0),))
    response = client.post("/predict", {"rows": [{"text": "refund", "amount": "many"}, {"text": "a", "amount": 2}]})
    first, second = response.json()["predictions"]
    assert {"repaired:amount", "degraded"} <= set(first["flags"])
    assert "degraded" not in second["flags"]
    client.app.worker.metrics.flush()
    assert 'classward_degraded_total{task="tickets"} 1.0' in client.app.worker.metrics.render().decode()
