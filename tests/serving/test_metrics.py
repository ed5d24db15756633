from __future__ import annotations

import os
import subprocess
import sys
from types import SimpleNamespace

import numpy as np
from serving_fakes import Client, KeywordModel, make_parts

from classward.serving.app import create_app
from classward.serving.metrics import MAX_CLASSES


def lines(client):
    return client.get("/metrics").body.decode().splitlines()


def test_answers_are_counted_by_class_version_and_status(client):
    client.post("/predict", {"rows": [{"text": "refund"}]})
    client.post("/predict", {"rows": [{"text": "refund"}, {"text": "refund"}, {"text": "outage"}]})
    client.post("/predict", b"{")
    client.get("/nowhere")
    text = lines(client)
    labels = 'route="live",task="tickets",version="1"'
    assert f'classward_predictions_total{{class="refund",{labels}}} 3.0' in text
    assert f'classward_predictions_total{{class="outage",{labels}}} 1.0' in text
    assert 'classward_requests_total{endpoint="predict",status="200",task="tickets"} 2.0' in text
    assert 'classward_requests_total{endpoint="predict",status="400",task="tickets"} 1.0' in text
    assert 'classward_requests_total{endpoint="none",status="404",task="tickets"} 1.0' in text
    assert 'classward_request_seconds_count{endpoint="predict",task="tickets"} 3.0' in text
    assert 'classward_version_info{bundle_hash="hash-1",task="tickets",version="1"} 1.0' in text


def test_a_swap_moves_the_version_gauge(client):
    client.app.worker.parts.journal.deploy(2, "hash-2")
    client.look()
    client.post("/predict", {"rows": [{"text": "refund"}]})
    text = lines(client)
    assert 'classward_version_info{bundle_hash="hash-1",task="tickets",version="1"} 0.0' in text
    assert 'classward_version_info{bundle_hash="hash-2",task="tickets",version="2"} 1.0' in text
    assert 'classward_predictions_total{class="refund",route="live",task="tickets",version="2"} 1.0' in text


def test_many_classes_share_a_counter(tmp_path):
    names = [f"class{i:04d}!" for i in range(MAX_CLASSES + 50)]
    parts = make_parts(tmp_path)
    object.__setattr__(parts, "load_bundle", lambda _: KeywordModel(names))
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    client.post("/predict", {"rows": [{"text": names[0]}, {"text": names[-1]}, {"text": names[-2]}]})
    text = lines(client)
    client.close()
    counted = [line for line in text if line.startswith("classward_predictions_total")]
    assert len(counted) == MAX_CLASSES + 1
    assert sum(float(line.split()[-1]) for line in counted if 'class="(other)"' in line) == 2.0


def counters_of(tmp_path, names, *asked):
    tmp_path.mkdir()
    parts = make_parts(tmp_path)
    object.__setattr__(parts, "load_bundle", lambda _: KeywordModel(names))
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    client.post("/predict", {"rows": [{"text": text} for text in asked]})
    text = lines(client)
    client.close()
    counted = [line for line in text if line.startswith("classward_predictions_total")]
    return {line.split('class="')[1].split('"')[0]: float(line.split()[-1]) for line in counted}


def test_a_class_called_other_is_not_mixed_with_the_rest(tmp_path):
    few = counters_of(tmp_path / "few", ["other", "refund", "outage"], "other")
    assert few == {"other": 1.0, "refund": 0.0, "outage": 0.0}, "no rest is told of where there is none"
    names = ["other", "(other)", *(f"class{i:04d}!" for i in range(MAX_CLASSES))]
    many = counters_of(tmp_path / "many", names, names[-1])
    assert (many["other"], many["(other)"], many["((other))"]) == (0.0, 0.0, 1.0)


def test_addresses_that_do_not_exist_share_a_counter(client):
    for i in range(20):
        client.get(f"/scan/{i}")
    assert sum("classward_requests_total" in line and "404" in line for line in lines(client)) == 1


_WORKER = """
import os, sys
from classward.serving.metrics import Metrics
metrics = Metrics("tickets")
for _ in range(int(sys.argv[1])):
    metrics.request("predict", 200, 0.001)
metrics.lost(1)
class Version: version, bundle_hash = 1, "hash-1"
metrics.loaded(Version)
metrics.flush()
if len(sys.argv) > 2:
    print(metrics.render().decode())
"""


def test_workers_add_up_and_dead_ones_are_not_live(tmp_path):
    env = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for n in ("3", "4"):
        subprocess.run([sys.executable, "-c", _WORKER, n], env=env, check=True)
    done = subprocess.run(
        [sys.executable, "-c", _WORKER, "5", "show"], env=env, check=True, capture_output=True, text=True
    )
    assert 'classward_requests_total{endpoint="predict",status="200",task="tickets"} 12.0' in done.stdout
    assert 'classward_records_lost_total{task="tickets"} 3.0' in done.stdout
    assert 'classward_version_info{bundle_hash="hash-1",task="tickets",version="1"} 1.0' in done.stdout


def test_rows_left_to_a_person_are_counted_too(client):
    current = client.app.worker.plane.current
    object.__setattr__(current, "decider", _Abstains())
    response = client.post("/predict", {"rows": [{"text": "refund"}]})
    assert response.json()["predictions"][0]["label"] == "(abstained)"
    text = client.get("/metrics").body.decode()
    assert 'class="(abstained)",route="live",task="tickets",version="1"} 1.0' in text


class _Abstains:
    def decide(self, proba):
        n = len(proba.matrix)
        return SimpleNamespace(predicted=np.zeros(n, int), is_abstained=np.ones(n, bool), paths=["abstain:cost"] * n)


def test_classes_are_not_told_apart_when_that_is_turned_off_and_the_heartbeat_says_so(start):
    client = start(class_metrics=False)
    client.post("/predict", {"rows": [{"text": "refund"}, {"text": "outage"}]})
    client.look()
    text = client.get("/metrics").body.decode()
    assert 'classward_predictions_total{class="all",route="live",task="tickets",version="1"} 2.0' in text
    (beat,) = client.app.worker.parts.heartbeats.beats.values()
    assert beat.turned_off == ("per-class metrics",)


def test_skew_and_cold_start_are_told(start):
    client = start()
    text = client.get("/metrics").body.decode()
    assert 'classward_version_skew{task="tickets"} 0.0' in text
    assert 'classward_worker_starts_total{task="tickets"} 1.0' in text
    cold = next(line for line in text.splitlines() if line.startswith("classward_cold_start_seconds{"))
    assert 0.0 < float(cold.split()[1]) < 3600.0
    client.app.worker.parts.journal.deploy(2, "damaged-2")
    client.look()
    assert 'classward_version_skew{task="tickets"} 1.0' in client.get("/metrics").body.decode()
    client.app.worker.parts.journal.deploy(3, "hash-3")
    client.app.worker._retry_load_s = 0.0
    client.look()
    assert 'classward_version_skew{task="tickets"} 0.0' in client.get("/metrics").body.decode()
