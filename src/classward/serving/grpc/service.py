"""The six methods of the protocol: who asks, what they ask, what comes back, and what is counted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import msgspec

from classward.errors import ClasswardError, Refused
from classward.serving.auth import Gate
from classward.serving.failures import note_fault, note_refusal
from classward.serving.grpc.messages import METHODS, SERVICE, messages
from classward.serving.grpc.status import code_of
from classward.serving.grpc.translate import body_of, fill_response
from classward.serving.keys import NOBODY
from classward.serving.oip import EXTENSIONS, PLATFORM, SERVER, find_model, infer, tensors_of
from classward.serving.shed import Shed
from classward.serving.status import status_of
from classward.serving.trace import RequestTrace
from classward.serving.worker import Worker

__all__ = ["Service"]

_CARRIED = {"traceparent", "tracestate"}
_OPEN = frozenset({"ServerLive", "ServerReady"})

_Method = Callable[[Any, "_Call"], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class _Call:
    """What a method knows of its call beside the request."""

    request_id: str
    caller: str
    deadline_s: float | None
    trace: RequestTrace | None = None


def _deadline(context: grpc.aio.ServicerContext, now_s: float) -> float | None:
    remaining_s = context.time_remaining()
    return None if remaining_s is None else now_s + remaining_s


class Service:
    """Answers calls for one worker; ``handler`` is what a gRPC server is given."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        self._gate = Gate(worker.parts.settings, now_s=lambda: worker.parts.clock.now().timestamp())
        self._messages = messages()
        self._methods: dict[str, _Method] = {
            "ServerLive": self._server_live,
            "ServerReady": self._server_ready,
            "ModelReady": self._model_ready,
            "ServerMetadata": self._server_metadata,
            "ModelMetadata": self._model_metadata,
            "ModelInfer": self._model_infer,
        }

    @property
    def handler(self) -> grpc.GenericRpcHandler:
        """The methods under their names on the wire."""
        return grpc.method_handlers_generic_handler(SERVICE, {name: self._handler(name) for name in METHODS})

    def _handler(self, name: str) -> grpc.RpcMethodHandler:
        method, endpoint, clock = self._methods[name], f"grpc_{name}", self._worker.parts.clock

        async def call(request: Any, context: grpc.aio.ServicerContext) -> Any:
            started_s, request_id = clock.monotonic_s(), self._worker.parts.ids.new()
            status, trace, http_status = grpc.StatusCode.OK, self._trace(name, context, request_id), 200
            admitted = False
            try:
                caller, logged = self._let_pass(name, context)
                if name == "ModelInfer":
                    self._worker.admission.enter(caller, started_s)
                    admitted = True
                response = await method(request, _Call(request_id, logged, _deadline(context, started_s), trace))
            except ClasswardError as error:
                note_refusal(self._worker, error, request_id=request_id, trace=trace)
                http_status = status_of(error)
                status, refused = code_of(error), error
            except Exception as error:  # noqa: BLE001 - process boundary: a fault of ours is logged, counted and answered
                refused = note_fault(self._worker, error, request_id=request_id, trace=trace)
                status, http_status = grpc.StatusCode.INTERNAL, 500
            finally:
                if admitted:
                    self._worker.admission.leave()
            self._worker.metrics.request(endpoint, status.name, clock.monotonic_s() - started_s)
            if trace:
                trace.end(http_status)
            if status is grpc.StatusCode.OK:
                context.set_trailing_metadata((("x-request-id", request_id),))
                return response
            told = [("x-request-id", request_id), ("code", refused.code)]
            if isinstance(refused, Shed):
                told.append(("grpc-retry-pushback-ms", str(1000 * refused.retry_after_s)))
            return await context.abort(status, str(refused), tuple(told))

        return grpc.unary_unary_rpc_method_handler(
            call,
            request_deserializer=self._messages[f"{name}Request"].FromString,
            response_serializer=self._messages[f"{name}Response"].SerializeToString,
        )

    def _trace(self, name: str, context: grpc.aio.ServicerContext, request_id: str) -> RequestTrace | None:
        """A trace of an inference, if traces are on; the caller's ``traceparent`` comes in the metadata."""
        tracing = self._worker.parts.tracing
        if tracing is None or name != "ModelInfer":
            return None
        given = (
            (key.encode(), value.encode()) for key, value in context.invocation_metadata() or () if key in _CARRIED
        )
        return tracing.begin(given, request_id=request_id, endpoint="grpc_ModelInfer", route=f"/{SERVICE}/{name}")

    def _let_pass(self, name: str, context: grpc.aio.ServicerContext) -> tuple[bytes, str]:
        """Check the key; gives who calls, for rates and as it is logged."""
        if name not in _OPEN and self._gate.is_on:
            given = context.invocation_metadata() or ()
            headers = [(k.encode(), v if isinstance(v, bytes) else v.encode()) for k, v in given]
            caller = self._gate.check(headers, role="predict" if name == "ModelInfer" else "")
            return caller.name, caller.logged
        return context.peer().rpartition(":")[0].encode(), NOBODY.logged

    async def _server_live(self, request: Any, call: _Call) -> Any:
        return self._messages["ServerLiveResponse"](live=True)

    async def _server_ready(self, request: Any, call: _Call) -> Any:
        return self._messages["ServerReadyResponse"](ready=self._worker.is_ready)

    async def _model_ready(self, request: Any, call: _Call) -> Any:
        try:
            find_model(self._worker, request.name, request.version or None)
        except Refused:
            return self._messages["ModelReadyResponse"](ready=False)
        return self._messages["ModelReadyResponse"](ready=self._worker.is_ready)

    async def _server_metadata(self, request: Any, call: _Call) -> Any:
        name, version = SERVER
        return self._messages["ServerMetadataResponse"](name=name, version=version, extensions=EXTENSIONS)

    async def _model_metadata(self, request: Any, call: _Call) -> Any:
        loaded = find_model(self._worker, request.name, request.version or None)
        inputs, outputs = tensors_of(loaded)
        return self._messages["ModelMetadataResponse"](
            name=request.name,
            versions=[str(loaded.version)],
            platform=PLATFORM,
            inputs=inputs,
            outputs=outputs,
            properties={
                "label_space": msgspec.json.encode(loaded.class_names).decode(),
                "label_space_version": str(loaded.model.label_space.version),
                "label_space_hash": loaded.label_space_hash,
            },
        )

    async def _model_infer(self, request: Any, call: _Call) -> Any:
        loaded = find_model(self._worker, request.model_name, request.model_version or None)
        body = body_of(request, max_rows=self._worker.parts.settings.max_rows)
        done = await infer(
            self._worker,
            loaded,
            body,
            request_id=call.request_id,
            caller=call.caller,
            deadline_s=call.deadline_s,
            trace=call.trace,
        )
        is_raw = bool(request.raw_input_contents)
        return fill_response(self._messages["ModelInferResponse"](), done, is_raw=is_raw)
