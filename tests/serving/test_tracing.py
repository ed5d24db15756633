"""Spans of requests: their parts, their parents, their way to a collector, and none of it when nobody asked."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving_fakes import Client, make_parts

from classward.errors import UsageError
from classward.serving.app import create_app
from classward.serving.parts import ServingParts
from classward.serving.tracing import Tracing, otlp_exporter
from classward.settings import Settings
from classward.wiring import _tracing, wants_traces

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
ROWS = {"rows": [{"text": "a refund"}, {"text": "an outage"}]}


def traced(folder: Path, exporter: object) -> ServingParts:
    parts = make_parts(folder)
    parts.journal.deploy(1, "hash-1")
    return replace(parts, tracing=Tracing(exporter, clock=parts.clock, task="tickets", process_id="p-1"))


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Callable[..., tuple[Client, dict[str, ReadableSpan]]]]:
    exporter = InMemorySpanExporter()
    client = Client(create_app(traced(tmp_path, exporter)))

    def _ask(path: str, body: object, **headers: str) -> tuple[Client, dict[str, ReadableSpan]]:
        client.post(path, body, {"content-type": "application/json", **headers})
        client.app.worker.parts.tracing._provider.force_flush()
        return client, {span.name: span for span in exporter.get_finished_spans()}

    yield _ask
    client.close()


def test_an_answer_has_its_stages_in_order_with_the_version_on_each(ask) -> None:
    _, spans = ask("/predict", ROWS, traceparent=f"00-{TRACE}-{PARENT}-01")
    request = spans["predict"]
    stages = [spans[name] for name in ("features", "model", "decide", "log")]
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == PARENT
    for span in stages:
        assert span.parent.span_id == request.context.span_id
        assert span.context.trace_id == request.context.trace_id
    for span in (request, *stages):
        assert span.attributes["classward.version"] == 1
        assert span.attributes["classward.bundle_hash"] == "hash-1"
        assert span.attributes["classward.n_rows"] == 2
    assert request.attributes["http.response.status_code"] == 200
    assert request.attributes["http.route"] == "/predict"
    moments = [request.start_time, *(t for s in stages for t in (s.start_time, s.end_time)), request.end_time]
    assert moments == sorted(moments)
    assert [s.end_time for s in stages[:-1]] == [s.start_time for s in stages[1:]]
    assert request.resource.attributes["service.name"] == "classward"


@pytest.mark.parametrize("given", ["", "nonsense", "00-0-0-00", f"00-{'0' * 32}-{PARENT}-01"])
def test_without_a_usable_parent_a_trace_begins_here(ask, given: str) -> None:
    _, spans = ask("/predict", ROWS, **({"traceparent": given} if given else {}))
    assert spans["predict"].parent is None


def test_a_caller_that_does_not_sample_is_followed(ask) -> None:
    _, spans = ask("/predict", ROWS, traceparent=f"00-{TRACE}-{PARENT}-00")
    assert spans == {}


def test_refusals_and_faults_end_their_span_and_logs_name_the_trace(ask, caplog: pytest.LogCaptureFixture) -> None:
    _, spans = ask("/predict", {"rows": [{"text": 3}]})
    assert spans["predict"].attributes["http.response.status_code"] == 422
    assert spans["predict"].status.is_unset
    _, spans = ask("/predict", {"rows": [{"text": "explode"}]}, traceparent=f"00-{TRACE}-{PARENT}-01")
    assert not spans["predict"].status.is_ok
    assert [r.fields["trace_id"] for r in caplog.records if r.message == "request failed"] == [TRACE]


def test_labels_and_tensors_are_traced_and_probes_are_not(ask) -> None:
    client, spans = ask("/labels", {"labels": [{"id": "x"}]})
    assert set(spans) == {"labels"}
    client.get("/health")
    client.get("/metrics")
    tensor = {"name": "text", "shape": [1], "datatype": "BYTES", "data": ["a refund"]}
    _, spans = ask("/v2/models/tickets/infer", {"inputs": [tensor]})
    assert set(spans) == {"labels", "v2_infer", "features", "model", "decide", "log"}
    assert spans["v2_infer"].attributes["http.route"] == "/v2/models/{model}/infer"


class Collector:
    """A real OTLP/HTTP receiver on loopback that keeps what it decodes."""

    def __init__(self) -> None:
        self.requests: list[ExportTraceServiceRequest] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                data = self.rfile.read(int(self.headers["content-length"]))
                data = gzip.decompress(data) if self.headers.get("content-encoding") == "gzip" else data
                assert self.headers["content-type"] == "application/x-protobuf"
                collector.requests.append(ExportTraceServiceRequest.FromString(data))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def collector() -> Iterator[Collector]:
    made = Collector()
    yield made
    made.close()


@pytest.mark.parametrize("how", ["setting", "standard variable"])
def test_spans_reach_a_collector_over_http(
    tmp_path: Path, collector: Collector, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    if how == "setting":
        exporter = otlp_exporter(f"{collector.url}/v1/traces")
    else:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test")
        exporter = otlp_exporter("")
    client = Client(create_app(traced(tmp_path, exporter)))
    client.post("/predict", ROWS, {"content-type": "application/json", "traceparent": f"00-{TRACE}-{PARENT}-01"})
    client.close()
    (resource,) = [r for request in collector.requests for r in request.resource_spans]
    spans = {span.name: span for scope in resource.scope_spans for span in scope.spans}
    assert set(spans) == {"predict", "features", "model", "decide", "log"}
    assert {span.trace_id.hex() for span in spans.values()} == {TRACE}
    assert spans["model"].parent_span_id == spans["predict"].span_id
    names = {attribute.key: attribute.value.string_value for attribute in resource.resource.attributes}
    assert names["service.name"] == "classward"
    assert names["service.instance.id"] == "p-1"
    assert ("deployment.environment" in names) is (how != "setting")


def test_a_collector_that_is_away_costs_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classward.serving.tracing._FLUSH_MS", 50)
    client = Client(create_app(traced(tmp_path, otlp_exporter("http://127.0.0.1:9/v1/traces"))))
    assert client.post("/predict", ROWS, {"content-type": "application/json"}).status == 200
    client.close()


def test_traces_are_off_unless_somebody_says_where_they_go() -> None:
    assert not wants_traces(Settings(), {})
    assert wants_traces(Settings(traces_endpoint="http://c:4318/v1/traces"), {})
    standard = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318"}
    assert wants_traces(Settings(), standard)
    assert wants_traces(Settings(), {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://c:4318/v1/traces"})
    assert not wants_traces(Settings(), standard | {"OTEL_SDK_DISABLED": "true"})
    assert not wants_traces(Settings(), standard | {"OTEL_TRACES_EXPORTER": "none"})


def test_without_the_extra_the_start_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "classward.serving.tracing", None)
    with pytest.raises(UsageError) as caught:
        _tracing(Settings(traces_endpoint="http://c/"), {}, None, "p")  # type: ignore[arg-type]
    assert caught.value.code == "CW440"


def test_a_server_without_traces_loads_nothing_of_them() -> None:
    code = "import sys, json, classward.serving.app, classward.wiring; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not [name for name in json.loads(out.stdout) if name.startswith("opentelemetry")]
