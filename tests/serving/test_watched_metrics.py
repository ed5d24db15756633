from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from serving_fakes import Client, make_parts

from classward.domain import SLO, Alert, PromiseCount, Watched
from classward.errors import RecordError
from classward.serving.app import create_app

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ALERT = Alert(
    id="A1", key="recall:refund", severity="page", family="recall", class_name="refund", version=3, promised=0.8,
    state="firing", raised_at=NOW, n=40, n_hits=20, label_number=40, evidence=12.0, level=11.5, alpha=0.001,
)  # fmt: skip
WATCHED = Watched(
    counts=(PromiseCount(indicator="recall", class_name='re"fund', version=3, n=40, n_wrong=20),),
    alerts=(
        ALERT,
        replace(ALERT, id="A2"),
        replace(ALERT, id="A3", severity="ticket", family="feature", class_name=None),
    ),
    last_round_at=NOW,
)


def text_of(tmp_path, *, slos=(), watched=lambda: WATCHED):
    parts = make_parts(tmp_path)
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(replace(parts, watched=watched, task=replace(parts.task, slos=slos))))
    client.post("/predict", {"rows": [{"text": "refund"}]})
    text = client.get("/metrics").body.decode()
    client.close()
    return text.splitlines()


def test_what_watching_found_is_told(tmp_path):
    lines = text_of(tmp_path)
    labels = r'{class="re\"fund",indicator="recall",task="tickets",version="3"}'
    assert f"classward_promise_labels_total{labels} 40.0" in lines
    assert f"classward_promise_wrong_total{labels} 20.0" in lines
    page = '{class="refund",kind="recall",severity="page",task="tickets",version="3"}'
    assert f"classward_alerts_open{page} 2.0" in lines
    assert 'classward_alerts_open{class="",kind="feature",severity="ticket",task="tickets",version="3"} 1.0' in lines
    assert any(line.startswith("classward_watch_round_timestamp_seconds{") for line in lines)
    assert "# TYPE classward_promise_wrong_total counter" in lines


def test_evidence_that_cannot_be_read_leaves_the_other_metrics(tmp_path):
    def damaged():
        raise RecordError("CW620", "the evidence of watching cannot be read")

    lines = text_of(tmp_path, watched=damaged)
    assert not [line for line in lines if "promise" in line]
    assert 'classward_poll_errors_total{task="tickets"} 1.0' in lines


@pytest.mark.parametrize("target_ms", [120.0, 200.0, 250.0])
def test_the_promised_latency_is_a_bound_and_failures_count_from_zero(tmp_path, target_ms):
    slos = (SLO(indicator="latency_p95_ms", class_name=None, target=target_ms),)
    lines = text_of(tmp_path, slos=slos)
    bucket = f'classward_request_seconds_bucket{{endpoint="predict",le="{target_ms / 1000.0!r}",task="tickets"}} 1.0'
    assert lines.count(bucket) == 1
    assert 'classward_requests_total{endpoint="predict",status="503",task="tickets"} 0.0' in lines
