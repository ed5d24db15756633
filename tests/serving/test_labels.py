from __future__ import annotations

from datetime import UTC, datetime

import pytest

from classward.domain import EventDraft, canonical_json
from classward.errors import JournalError

LABEL = {"id": "ticket-1", "label": "refund", "event_at": "2025-11-30T12:00:00Z", "source": "review"}


def test_labels_are_accepted_told_apart_and_quarantined(client):
    batch = [LABEL, {**LABEL, "annotator": "ana"}, LABEL, {**LABEL, "label": "refnd"}, {"id": "x"}]
    response = client.post("/labels", {"labels": batch})
    body = response.json()
    assert response.status == 200
    assert (body["accepted"], body["duplicate"], body["quarantined"]) == (2, 1, 2)
    assert [item["state"] for item in body["items"]] == [
        "accepted",
        "accepted",
        "duplicate",
        "quarantined",
        "quarantined",
    ]
    assert [item["index"] for item in body["items"]] == [0, 1, 2, 3, 4]
    assert body["items"][3]["reason"]
    writer = client.app.worker.parts.writer
    assert (writer.n_labels, writer.n_quarantined) == (2, 2)


def test_sending_twice_changes_nothing(client):
    first, second = (client.post("/labels", {"labels": [LABEL]}).json() for _ in range(2))
    assert (first["accepted"], second["accepted"], second["duplicate"]) == (1, 0, 1)
    assert client.app.worker.parts.writer.n_labels == 1


def test_what_is_set_aside_is_kept_once_however_often_it_is_sent(client):
    bad = {**LABEL, "label": "refnd"}
    said = [client.post("/labels", {"labels": [bad, bad, {"id": "x"}]}).json() for _ in range(2)]
    assert [body["quarantined"] for body in said] == [3, 3]
    assert said[0]["items"] == said[1]["items"]
    assert client.app.worker.parts.writer.n_quarantined == 2


def test_labels_that_cannot_be_written_are_503_and_can_be_sent_again(client):
    writer = client.app.worker.parts.writer
    writer.is_full = True
    response = client.post("/labels", {"labels": [LABEL]})
    assert (response.status, response.json()["code"]) == (503, "CW710")
    assert "retry-after" in response.headers
    client.look()
    assert writer.counts["failed"] == 1
    writer.is_full = False
    assert client.post("/labels", {"labels": [LABEL]}).json()["accepted"] == 1


@pytest.mark.parametrize(
    "item",
    [
        {}, {**LABEL, "id": 3}, {**LABEL, "label": None}, {**LABEL, "event_at": "yesterday"}, {**LABEL, "weight": -1},
        {**LABEL, "weight": "heavy"}, {**LABEL, "source": ["a"]}, {**LABEL, "event_at": "2025-11-30T12:00:00"},
        {**LABEL, "annotator": {"a": [1, None]}}, {**LABEL, "id": ""}, {**LABEL, "weight": 10**400},
    ],
)  # fmt: skip
def test_a_bad_label_is_quarantined_and_spoils_no_other(client, item):
    body = client.post("/labels", {"labels": [item, LABEL]}).json()
    assert [entry["state"] for entry in body["items"]] == ["quarantined", "accepted"]


def test_labels_run_beside_the_event_loop_and_are_counted(client):
    client.post("/labels", {"labels": [LABEL, LABEL]})
    metrics = client.get("/metrics").body.decode()
    assert 'classward_labels_total{state="accepted",task="tickets"} 1.0' in metrics
    assert 'classward_labels_total{state="duplicate",task="tickets"} 1.0' in metrics


def test_too_many_labels_are_refused(start):
    response = start(max_rows=2).post("/labels", {"labels": [LABEL] * 3})
    assert (response.status, response.json()["code"]) == (413, "CW413")


def test_labels_wait_when_nothing_is_live(start):
    client = start(version=0)
    declared = {"label_space": {"version": 1, "classes": [{"name": n} for n in ("billing", "outage", "refund")]}}
    draft = EventDraft(
        id="L", at=datetime(2026, 11, 30, tzinfo=UTC), task="tickets", kind="label_space_declared", actor="a", why="",
        payload=canonical_json(declared),
    )  # fmt: skip
    assert client.post("/labels", {"labels": [LABEL]}).status == 503, "nothing says yet what a label may be"
    client.app.worker.parts.journal.append(draft)
    client.look()
    body = client.post("/labels", {"labels": [LABEL, {**LABEL, "label": "refnd"}]}).json()
    assert (body["accepted"], body["quarantined"]) == (1, 1)


def test_labels_that_are_in_the_log_are_accepted_though_the_database_is_full(client):
    class Full:
        def known_digests(self, digests):
            return frozenset()

        def remember_digests(self, digests, *, received_at):
            raise JournalError("CW602", "full")

    parts = client.app.worker.parts
    object.__setattr__(parts, "log", Full())
    assert client.post("/labels", {"labels": [LABEL]}).json()["accepted"] == 1
    assert parts.writer.n_labels == 1


def test_what_could_not_be_set_aside_is_sent_again_and_the_rest_is_a_duplicate_then(client):
    writer = client.app.worker.parts.writer
    real, writer.quarantine = writer.quarantine, lambda batch: False
    batch = {"labels": [LABEL, {**LABEL, "label": "refnd"}]}
    refused = client.post("/labels", batch)
    assert (refused.status, refused.json()["got"]) == (503, "1 not written, 1 accepted and safe")
    writer.quarantine = real
    body = client.post("/labels", batch).json()
    assert (body["accepted"], body["duplicate"], body["quarantined"]) == (0, 1, 1)
