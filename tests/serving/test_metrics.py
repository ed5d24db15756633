from __future__ import annotations

import os
import subprocess
import sys

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
    assert sum(float(line.split()[-1]) for line in counted if 'class="other"' in line) == 2.0


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
