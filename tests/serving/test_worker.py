from __future__ import annotations

import asyncio
import json
import threading

import pytest
from serving_fakes import Client, KeywordModel, make_parts

from classward.serving.app import create_app

ROWS = {"rows": [{"text": "refund"}]}


def test_without_a_live_version_it_is_alive_but_not_ready(start):
    client = start(version=0)
    assert client.get("/health").status == 200
    ready = client.get("/ready")
    assert (ready.status, ready.json()["problem"]) == (503, "no version is live")
    response = client.post("/predict", ROWS)
    assert (response.status, response.json()["code"]) == (503, "CW801")
    assert "retry-after" in response.headers
    client.look()
    assert client.app.worker.parts.writer.counts["failed"] == 1


def test_a_deployment_is_picked_up_and_taken_back(start):
    client = start(version=0)
    journal, heartbeats = client.app.worker.parts.journal, client.app.worker.parts.heartbeats
    for version in (1, 2, 1):
        journal.deploy(version, f"hash-{version}")
        client.look()
        assert client.post("/predict", ROWS).json()["predictions"][0]["version"] == version
        (beat,) = heartbeats.beats.values()
        assert (beat.version, beat.bundle_hash, beat.head_seq) == (version, f"hash-{version}", journal.head().seq)
    journal.deploy(0, "")
    client.look()
    assert client.post("/predict", ROWS).status == 503
    assert client.get("/ready").json()["version"] is None


def test_the_poll_loop_does_it_by_itself(start):
    client = start(version=0)

    async def wait():
        while client.app.worker.current is None:
            await asyncio.sleep(0.005)

    client.app.worker.parts.journal.deploy(7, "hash-7")
    client.loop.run_until_complete(asyncio.wait_for(wait(), 10))
    assert client.get("/ready").json()["version"] == 7


def test_other_tasks_change_nothing(client):
    before = client.app.worker.current
    client.app.worker.parts.journal.deploy(9, "hash-9", task="other")
    client.look()
    assert client.app.worker.current is before


@pytest.mark.parametrize("bundle", ["damaged-2"])
def test_a_version_that_cannot_be_loaded_leaves_the_old_one_answering(client, bundle):
    client.app.worker.parts.journal.deploy(2, bundle)
    client.look()
    assert client.post("/predict", ROWS).json()["predictions"][0]["version"] == 1
    ready = client.get("/ready").json()
    assert ready["ready"] is True
    assert "version 2" in ready["problem"]
    assert 'classward_poll_errors_total{task="tickets"} 1.0' in client.get("/metrics").body.decode()
    client.app.worker.parts.journal.deploy(3, "hash-3")
    for _ in range(20):  # a look that comes while the last one is still at work changes nothing
        client.app.worker._retry_load_s = 0.0
        client.look()
        if client.get("/ready").json()["version"] == 3:
            break
    assert client.get("/ready").json()["problem"] == ""
    assert client.get("/ready").json()["version"] == 3


def test_a_broken_journal_is_survived_and_recovered_from(client):
    journal = client.app.worker.parts.journal
    journal.is_broken = True
    client.look()
    assert client.post("/predict", ROWS).status == 200
    assert "journal" in client.get("/ready").json()["problem"]
    journal.is_broken = False
    client.look()
    assert client.get("/ready").json()["problem"] == ""


def test_a_damaged_live_version_does_not_keep_the_server_from_starting(tmp_path):
    parts = make_parts(tmp_path)
    parts.journal.deploy(1, "damaged-1")
    client = Client(create_app(parts))
    assert client.get("/health").status == 200
    assert client.get("/ready").status == 503
    client.close()


def test_a_request_in_flight_keeps_the_version_it_began_with(client):
    entered, release = threading.Event(), threading.Event()
    model = client.app.worker.current.model
    predict = KeywordModel.predict_proba

    def slow(columns, n):
        entered.set()
        assert release.wait(10)
        return predict(model, columns, n)

    model.predict_proba = slow

    async def scenario():
        large = asyncio.create_task(
            client.ask("POST", "/predict", json.dumps({"rows": [{"text": "a"}] * 100}).encode())
        )
        while not entered.is_set():
            await asyncio.sleep(0.001)
        client.app.worker.parts.journal.deploy(2, "hash-2")
        await client.app.worker.look()
        small = await client.ask("POST", "/predict", json.dumps(ROWS).encode())
        release.set()
        return await large, small

    large, small = client.loop.run_until_complete(scenario())
    assert {row["version"] for row in large.json()["predictions"]} == {1}
    assert {row["version"] for row in small.json()["predictions"]} == {2}


def test_the_same_bundle_under_another_version_is_not_loaded_again(client):
    model = client.app.worker.current.model
    client.app.worker.parts.journal.deploy(2, "hash-1")
    client.look()
    assert client.app.worker.current.version == 2
    assert client.app.worker.current.model is model


def test_draining_says_so_and_still_answers(client):
    client.app._drain()
    assert client.get("/ready").status == 503
    response = client.post("/predict", ROWS)
    assert (response.status, response.headers["connection"]) == (200, "close")


def test_stopping_closes_the_segment_and_forgets_the_heartbeat(tmp_path):
    parts = make_parts(tmp_path)
    client = Client(create_app(parts))
    assert list(parts.heartbeats.beats) == [parts.process_id]
    client.close()
    assert parts.heartbeats.beats == {}
    assert parts.writer.is_closed
    assert parts.writer.n_ticks >= 1


def test_each_head_of_the_journal_is_noted_once(start):
    client = start()
    journal = client.app.worker.parts.journal
    heads = [journal.head()]
    for _ in range(2):
        client.look()
    journal.deploy(2, "hash-2")
    heads.append(journal.head())
    for _ in range(2):
        client.look()
    assert client.app.worker.parts.writer.heads == [(head.seq, head.hash) for head in heads]
