"""A real gRPC channel on loopback against the application on its own loop."""

from __future__ import annotations

import json
import socket
import struct
from dataclasses import replace

import grpc
import pytest
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from serving_fakes import CLASSES, KeywordModel

from classward.domain import DecisionRule, SetRule
from classward.serving.grpc import service
from classward.serving.grpc.messages import METHODS, SERVICE, messages
from classward.serving.tracing import Tracing

M = messages()


class Channel:
    def __init__(self, client, port: int, metadata=()) -> None:
        self._client, self._address, self.metadata = client, f"127.0.0.1:{port}", metadata
        self._channel = None

    async def _call(self, method, request, timeout):
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self._address)
        call = self._channel.unary_unary(
            f"/{SERVICE}/{method}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=M[f"{method}Response"].FromString,
        )
        return await call(request, metadata=self.metadata, timeout=timeout)

    def call(self, method: str, request=None, *, timeout: float = 10.0, **fields):
        request = request if request is not None else M[f"{method}Request"](**fields)
        return self._client.loop.run_until_complete(self._call(method, request, timeout))

    def refused(self, method: str, request=None, **fields) -> grpc.aio.AioRpcError:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            self.call(method, request, **fields)
        return caught.value

    def close(self) -> None:
        if self._channel is not None:
            self._client.loop.run_until_complete(self._channel.close())


@pytest.fixture
def grpc_of(start):
    channels = []

    def _open(metadata=(), **settings):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        client = start(grpc_port=port, **settings)
        channels.append(Channel(client, port, metadata))
        channels[-1].worker = client.app.worker
        channels[-1].client = client
        return channels[-1]

    yield _open
    for channel in channels:
        channel.close()


def infer_request(*, raw: bool, texts=("refund", "outage"), amounts=(1.5, 2.5), **fields):
    message = M["ModelInferRequest"](model_name="tickets", **fields)
    text = message.inputs.add(name="text", datatype="BYTES", shape=[len(texts), 1])
    amount = message.inputs.add(name="amount", datatype="FP64", shape=[len(amounts)])
    if raw:
        message.raw_input_contents.append(b"".join(struct.pack("<I", len(t.encode())) + t.encode() for t in texts))
        message.raw_input_contents.append(struct.pack(f"<{len(amounts)}d", *amounts))
    else:
        text.contents.bytes_contents.extend(t.encode() for t in texts)
        amount.contents.fp64_contents.extend(amounts)
    return message


def test_health_and_metadata(grpc_of):
    channel = grpc_of()
    assert channel.call("ServerLive").live
    assert channel.call("ServerReady").ready
    assert channel.call("ModelReady", name="tickets").ready
    assert channel.call("ServerMetadata").name == "classward"
    told = channel.call("ModelMetadata", name="tickets", version="1")
    assert [t.name for t in told.inputs] == ["text", "amount", "country", "vip", "since"]
    assert json.loads(told.properties["label_space"]) == list(CLASSES)
    assert told.properties["label_space_version"] == "1"


def test_without_a_live_version_it_is_alive_and_not_ready(grpc_of):
    channel = grpc_of(version=0)
    assert channel.call("ServerLive").live
    assert not channel.call("ServerReady").ready
    assert not channel.call("ModelReady", name="tickets").ready
    error = channel.refused("ModelInfer", infer_request(raw=True))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    assert "CW801" in error.details()


@pytest.mark.parametrize("raw", [True, False])
def test_rows_are_answered_and_logged_as_over_http(grpc_of, raw):
    channel = grpc_of()
    answer = channel.call("ModelInfer", infer_request(raw=raw, id="call-1"))
    assert (answer.model_name, answer.model_version, answer.id) == ("tickets", "1", "call-1")
    assert bool(answer.raw_output_contents) is raw
    shapes = {o.name: list(o.shape) for o in answer.outputs}
    assert shapes == {"id": [2], "label": [2], "probability": [2], "probabilities": [2, 3]}
    if not raw:
        assert list(answer.outputs[1].contents.bytes_contents) == [b"refund", b"outage"]
        probabilities = list(answer.outputs[3].contents.fp64_contents)
    else:
        probabilities = list(struct.unpack("<6d", answer.raw_output_contents[3]))
    rows = [{"text": "refund", "amount": 1.5}, {"text": "outage", "amount": 2.5}]
    http = channel.client.post("/predict", {"rows": rows, "all": True}).json()
    assert probabilities == [p for row in http["predictions"] for p in row["probabilities"]]
    assert [row[1] for row in channel.worker.parts.writer.rows()] == ["refund", "outage"] * 2
    assert answer.parameters["bundle_hash"].string_param == "hash-1"
    assert channel.worker.parts.writer.callers == ["local"] * 4


def test_ids_keys_and_asked_outputs(grpc_of):
    message = infer_request(raw=False)
    message.parameters["ids"].string_param = '["r1", "r2"]'
    message.parameters["keys"].string_param = '["k", "k"]'
    message.outputs.add(name="id")
    answer = grpc_of().call("ModelInfer", message)
    assert [o.name for o in answer.outputs] == ["id"]
    assert list(answer.outputs[0].contents.bytes_contents) == [b"r1", b"r2"]


@pytest.mark.parametrize("raw", [True, False])
def test_nan_is_a_missing_number_and_is_flagged(grpc_of, raw):
    answer = grpc_of().call("ModelInfer", infer_request(raw=raw, amounts=(float("nan"), 2.5)))
    flags = json.loads(answer.parameters["flags"].string_param)
    assert ["missing:amount" in row for row in flags] == [True, False]


def _spoiled(spoil):
    message = infer_request(raw=True)
    spoil(message)
    return message


BAD = {
    "another model": lambda m: setattr(m, "model_name", "other"),
    "another version": lambda m: setattr(m, "model_version", "7"),
    "half of the raw values": lambda m: m.raw_input_contents.pop(),
    "too few bytes": lambda m: m.raw_input_contents.__setitem__(1, b"\0" * 15),
    "texts cut off": lambda m: m.raw_input_contents.__setitem__(0, b"\x05\0\0\0ab"),
    "a length beyond the end": lambda m: m.raw_input_contents.__setitem__(0, b"\xff\xff\xff\xff"),
    "not UTF-8": lambda m: m.raw_input_contents.__setitem__(0, b"\x01\0\0\0\xff\x01\0\0\0a"),
    "values given twice": lambda m: m.inputs[0].contents.bytes_contents.append(b"a"),
    "unknown type": lambda m: setattr(m.inputs[1], "datatype", "FP80"),
    "type of another feature": lambda m: setattr(m.inputs[1], "datatype", "BOOL"),
    "unknown input": lambda m: setattr(m.inputs[1], "name", "amuont"),
    "negative shape": lambda m: m.inputs[1].shape.__setitem__(0, -1),
    "huge shape": lambda m: m.inputs[0].shape.__setitem__(0, 2**62),
    "no inputs": lambda m: (m.ClearField("inputs"), m.ClearField("raw_input_contents")),
    "unknown output": lambda m: m.outputs.add(name="lable"),
    "ids that are no list": lambda m: setattr(m.parameters["ids"], "string_param", "{"),
    "too few ids": lambda m: setattr(m.parameters["ids"], "string_param", '["a"]'),
    "an id with a line feed": lambda m: setattr(m, "id", "a\nb"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_requests_are_named_and_never_our_fault(grpc_of, what):
    channel = grpc_of()
    error = channel.refused("ModelInfer", _spoiled(BAD[what]))
    is_missing = what in {"another model", "another version"}
    assert error.code() is (grpc.StatusCode.NOT_FOUND if is_missing else grpc.StatusCode.INVALID_ARGUMENT)
    assert error.details().startswith("CW4")
    assert dict(error.trailing_metadata())["code"] == error.details()[:5]
    assert channel.worker.parts.writer.rows() == []
    channel.client.look()
    assert channel.worker.parts.writer.counts["refused"] == 1


def test_a_fault_of_ours_says_nothing_of_itself(grpc_of):
    channel = grpc_of()
    error = channel.refused("ModelInfer", infer_request(raw=True, texts=("explode", "a")))
    assert error.code() is grpc.StatusCode.INTERNAL
    assert "ZeroDivision" not in error.details()
    channel.client.look()
    assert channel.worker.parts.writer.counts["failed"] == 1


def test_keys_are_asked_for_as_over_http(grpc_of):
    channel = grpc_of(api_keys=("s3cret",))
    assert channel.call("ServerLive").live
    assert channel.refused("ModelMetadata", name="tickets").code() is grpc.StatusCode.UNAUTHENTICATED
    channel.metadata = (("x-api-key", "wrong"),)
    error = channel.refused("ModelInfer", infer_request(raw=True))
    assert error.code() is grpc.StatusCode.PERMISSION_DENIED
    assert "s3cret" not in error.details()
    channel.metadata = (("authorization", "Bearer s3cret"),)
    assert channel.call("ModelInfer", infer_request(raw=True)).model_version == "1"


def test_a_passed_deadline_is_not_begun(grpc_of, monkeypatch):
    channel = grpc_of()
    monkeypatch.setattr(service, "_deadline", lambda context, now_s: now_s - 0.1)
    error = channel.refused("ModelInfer", infer_request(raw=True))
    assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert "CW425" in error.details()
    assert channel.worker.parts.writer.rows() == []


def test_a_caller_who_asks_too_often_is_told_when_to_come_back(grpc_of):
    channel = grpc_of(rate_per_caller=1.0)
    channel.call("ModelInfer", infer_request(raw=True))
    error = channel.refused("ModelInfer", infer_request(raw=True))
    assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert dict(error.trailing_metadata())["grpc-retry-pushback-ms"] == "1000"
    assert channel.call("ServerReady").ready


def test_answers_are_counted_by_method_and_status(grpc_of):
    channel = grpc_of()
    channel.call("ModelInfer", infer_request(raw=True))
    channel.refused("ModelMetadata", name="other")
    channel.worker.metrics.flush()
    text = channel.worker.metrics.render().decode()
    assert 'classward_requests_total{endpoint="grpc_ModelInfer",status="OK",task="tickets"} 1.0' in text
    assert 'endpoint="grpc_ModelMetadata",status="NOT_FOUND"' in text


def test_a_stopped_server_takes_no_calls(grpc_of):
    channel = grpc_of()
    assert channel.call("ServerLive").live
    channel.client.loop.run_until_complete(_shut(channel))
    assert channel.refused("ServerLive", timeout=2.0).code() is grpc.StatusCode.UNAVAILABLE


async def _shut(channel) -> None:
    doors = channel.client.app.doors
    await doors.close()


def test_every_method_of_the_description_is_answered():
    assert set(METHODS) == {name.removesuffix("Request") for name in M if name.endswith("Request")}


def test_an_inference_is_a_part_of_its_callers_trace(grpc_of, monkeypatch):
    exporter = InMemorySpanExporter()
    trace, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    channel = grpc_of(metadata=(("traceparent", f"00-{trace}-{parent}-01"),))
    parts = channel.worker.parts
    tracing = Tracing(exporter, clock=parts.clock, task="tickets", process_id="p")
    object.__setattr__(parts, "tracing", tracing)
    channel.call("ServerLive")
    channel.refused("ModelInfer", model_name="nobody")
    tracing._provider.force_flush()
    (span,) = exporter.get_finished_spans()
    assert (span.name, f"{span.context.trace_id:032x}") == ("grpc_ModelInfer", trace)
    assert f"{span.parent.span_id:016x}" == parent
    assert span.attributes["http.response.status_code"] == 404


@pytest.mark.parametrize("raw", [True, False])
def test_prediction_sets_come_when_named(grpc_of, monkeypatch, raw):
    monkeypatch.setattr("serving_fakes.load_bundle", lambda bundle_hash: _with_sets())
    message = infer_request(raw=raw)
    message.outputs.add(name="set")
    answer = grpc_of().call("ModelInfer", message)
    (told,) = answer.outputs
    assert (told.name, told.datatype, list(told.shape)) == ("set", "BOOL", [2, 3])
    given = list(answer.raw_output_contents[0]) if raw else list(told.contents.bool_contents)
    assert given == [False, False, True, False, True, True]
    assert answer.parameters["set_miss"].double_param == 0.2


def test_sets_of_a_version_without_are_refused(grpc_of):
    message = infer_request(raw=False)
    message.outputs.add(name="set")
    error = grpc_of().refused("ModelInfer", message)
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert "CW294" in error.details()


def _with_sets() -> KeywordModel:
    model = KeywordModel()
    rule = SetRule(score="lac", alpha=0.2, thresholds=(0.5, 0.5, 0.95))
    model.rule = replace(DecisionRule.plain(model.label_space), sets=(rule,))
    return model
