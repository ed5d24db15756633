from __future__ import annotations

import asyncio

import pytest
from serving_fakes import CLASSES

from classward.domain import LabelSpace

ROW = {"text": "refund please", "amount": 12.5, "country": "at", "vip": True, "since": "2026-01-31"}


def test_a_row_is_answered_in_the_promised_form_and_logged_before(client):
    response = client.post("/predict", {"rows": [ROW], "ids": ["ticket-1"], "keys": ["customer-9"], "top_k": 2})
    body = response.json()
    assert response.status == 200
    assert list(body) == [
        "request_id", "label_space", "label_space_version", "label_space_hash", "calibrated", "predictions",
    ]  # fmt: skip
    assert body["calibrated"] is False
    assert body["label_space"] == list(CLASSES)
    assert (body["label_space_version"], body["label_space_hash"]) == (1, LabelSpace.of(CLASSES).hash)
    (row,) = body["predictions"]
    assert list(row) == ["id", "version", "label", "probability", "top", "path", "flags"]
    assert (row["id"], row["version"], row["label"], row["path"], row["flags"]) == (
        "ticket-1",
        1,
        "refund",
        "model",
        [],
    )
    assert row["probability"] == pytest.approx(0.8)
    assert [entry["label"] for entry in row["top"]] == ["refund", "billing"]
    assert client.app.worker.parts.writer.rows() == [["ticket-1", "refund", 1, body["request_id"], "customer-9"]]


def test_optional_features_may_be_missing_and_the_server_makes_ids(client):
    body = client.post("/predict", {"rows": [{"text": "outage"}, {"text": "hello"}]}).json()
    ids = [row["id"] for row in body["predictions"]]
    assert [row["label"] for row in body["predictions"]] == ["outage", "billing"]
    assert "missing:amount" in body["predictions"][0]["flags"]
    assert len(set(ids)) == 2
    assert all(ids)


def test_all_adds_probabilities_in_label_space_order(client):
    body = client.post("/predict", {"rows": [{"text": "outage"}], "all": True}).json()
    assert body["predictions"][0]["probabilities"] == pytest.approx([0.1, 0.8, 0.1])


def test_top_k_beyond_the_classes_gives_them_all(client):
    body = client.post("/predict", {"rows": [{"text": "outage"}], "top_k": 50}).json()
    assert {entry["label"] for entry in body["predictions"][0]["top"]} == set(CLASSES)


def test_a_repeated_id_is_answered_and_logged_again(client):
    for _ in range(2):
        assert client.post("/predict", {"rows": [ROW, ROW], "ids": ["same", "same"]}).status == 200
    assert [row[0] for row in client.app.worker.parts.writer.rows()] == ["same"] * 4


def test_unseen_values_are_flagged(client):
    body = client.post("/predict", {"rows": [{**ROW, "country": "atlantis"}]}).json()
    assert body["predictions"][0]["flags"] == ["unseen:country"]


def test_a_bad_row_names_row_and_field_and_logs_nothing(client):
    response = client.post("/predict", {"rows": [ROW, {**ROW, "amount": "a lot"}]})
    assert response.status == 422
    text = " ".join(response.json().values())
    assert "1" in text
    assert "amount" in text
    assert "a lot" not in text
    assert client.app.worker.parts.writer.rows() == []
    client.look()
    assert client.app.worker.parts.writer.counts["refused"] == 1


def test_a_full_disk_flags_the_answer_and_never_fails_it(client):
    client.app.worker.parts.writer.is_full = True
    response = client.post("/predict", {"rows": [ROW]})
    assert response.status == 200
    assert response.json()["predictions"][0]["flags"] == ["unlogged"]
    client.look()
    metrics = client.get("/metrics").body.decode()
    assert 'classward_unlogged_total{task="tickets"} 1.0' in metrics
    assert 'classward_records_lost_total{task="tickets"} 1.0' in metrics


@pytest.mark.parametrize(("n_rows", "thread"), [(64, "MainThread"), (65, "rows_0")])
def test_large_requests_leave_the_event_loop_free(client, n_rows, thread):
    response = client.post("/predict", {"rows": [ROW] * n_rows})
    assert len(response.json()["predictions"]) == n_rows
    assert client.app.worker.current.model.threads[1:] == [thread]


def test_small_requests_pass_while_a_large_one_runs(client):
    async def both():
        import json

        large = client.ask("POST", "/predict", json.dumps({"rows": [ROW] * 2000}).encode())
        small = client.ask("POST", "/predict", json.dumps({"rows": [ROW]}).encode())
        return await asyncio.gather(large, small)

    large, small = client.loop.run_until_complete(both())
    assert (large.status, small.status) == (200, 200)
    assert len(client.app.worker.parts.writer.rows()) == 2001


def test_a_fault_of_ours_is_a_500_with_a_request_id_and_counted(client):
    response = client.post("/predict", {"rows": [{"text": "explode"}]})
    body = response.json()
    assert (response.status, body["code"]) == (500, "CW430")
    assert body["request_id"] == response.headers["x-request-id"]
    assert "ZeroDivisionError" not in response.body.decode()
    client.look()
    assert client.app.worker.parts.writer.counts["failed"] == 1
    assert client.post("/predict", {"rows": [ROW]}).status == 200


def test_limits_on_rows_and_bytes(start):
    client = start(max_rows=3, max_body_bytes=2000)
    assert client.post("/predict", {"rows": [ROW] * 3}).status == 200
    many, big = (
        client.post("/predict", {"rows": [ROW] * 4}),
        client.post("/predict", {"rows": [{"text": "x" * 3000}]}),
    )
    assert (many.status, many.json()["code"]) == (413, "CW413")
    assert (big.status, big.json()["code"]) == (413, "CW412")


def test_an_answer_is_told_of_the_version_that_gave_it_though_another_came_in_while_it_waited(client):
    worker = client.app.worker
    begin = worker.run_rows

    async def swapped_before(work, **more):
        worker.parts.journal.deploy(2, "hash-2")
        await worker.look()
        return await begin(work, **more)

    worker.run_rows = swapped_before
    offered = []
    worker.explaining.offer = lambda loaded, answer, rows: offered.append((loaded.version, answer.version))
    body = client.post("/predict", {"rows": [ROW] * 65}).json()
    assert {row["version"] for row in body["predictions"]} == {2}
    assert offered == [(2, 2)]
