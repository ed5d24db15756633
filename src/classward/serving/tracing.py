"""Traces of requests for OpenTelemetry: the one file that knows it, imported only when tracing is on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Span, SpanKind, StatusCode, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from classward.flows.predict import Answer
from classward.ports import Clock
from classward.serving.about import RELEASE

__all__ = ["SpanOfRequest", "Tracing", "otlp_exporter"]

_FLUSH_MS = 2000
_CARRIED = {b"traceparent", b"tracestate"}


def otlp_exporter(endpoint: str) -> SpanExporter:
    """Sends spans over OTLP/HTTP; without an endpoint to where the standard ``OTEL_EXPORTER_OTLP_…`` variables say."""
    return OTLPSpanExporter(endpoint=endpoint) if endpoint else OTLPSpanExporter()


class Tracing:
    """One process's spans: made beside each request, sent by a thread of their own, dropped when a collector is away.

    Sampling, headers, batch sizes and resource attributes follow the standard ``OTEL_…`` variables.
    """

    def __init__(self, exporter: SpanExporter, *, clock: Clock, task: str, process_id: str) -> None:
        self._clock, self._task = clock, task
        resource = Resource.create({"service.version": RELEASE, "service.instance.id": process_id})
        if str(resource.attributes.get("service.name", "unknown_service")).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "classward"}))
        self._provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("classward.serving", RELEASE)
        self._propagator = TraceContextTextMapPropagator()

    def begin(
        self, headers: Iterable[tuple[bytes, bytes]], *, request_id: str, endpoint: str, route: str
    ) -> SpanOfRequest:
        """Open the span of a request; a W3C ``traceparent`` makes it a part of the caller's trace."""
        carried = {name.decode(): value.decode("latin-1") for name, value in headers if name in _CARRIED}
        parent = self._propagator.extract(carried, Context()) if carried else Context()
        attributes = {"http.route": route, "classward.task": self._task, "classward.request_id": request_id}
        span = self._tracer.start_span(
            endpoint, context=parent, kind=SpanKind.SERVER, attributes=attributes, start_time=self.now_ns()
        )
        return SpanOfRequest(self, span)

    def stages(self, parent: Span, marks: Sequence[tuple[str, int]], attributes: dict[str, str | int]) -> None:
        """One child span after another, each from the mark before it to its own."""
        context = set_span_in_context(parent)
        for (_, begun), (name, ended) in itertools.pairwise(marks):
            span = self._tracer.start_span(name, context=context, attributes=attributes, start_time=begun)
            span.end(ended)

    def now_ns(self) -> int:
        """The time of day in nanoseconds since 1970."""
        return int(self._clock.now().timestamp() * 1e6) * 1000

    def close(self) -> None:
        """Send what is waiting, within two seconds."""
        self._provider.force_flush(_FLUSH_MS)
        self._provider.shutdown()


class SpanOfRequest:
    """The span of one request with those of its stages (fulfils ``trace.RequestTrace``)."""

    def __init__(self, tracing: Tracing, span: Span) -> None:
        self._tracing, self._span = tracing, span
        self._marks: list[tuple[str, int]] = []

    @property
    def trace_id(self) -> str:
        """The trace's id as W3C writes it."""
        return f"{self._span.get_span_context().trace_id:032x}"

    def mark(self, stage: str) -> None:
        """A stage of the answer ends now; the first call (``begin``) opens the first one."""
        self._marks.append((stage, self._tracing.now_ns()))

    def answered(self, answer: Answer, route: str) -> None:
        """Say which version answered, and make the spans of the stages."""
        attributes: dict[str, str | int] = {
            "classward.version": answer.version, "classward.bundle_hash": answer.bundle_hash,
            "classward.label_space_hash": answer.label_space_hash, "classward.route": route,
            "classward.n_rows": len(answer.predictions),
        }  # fmt: skip
        self._span.set_attributes(attributes)
        self._tracing.stages(self._span, self._marks, attributes)

    def end(self, status: int) -> None:
        """Close the span with the answer's status; faults of the server mark it as failed."""
        self._span.set_attribute("http.response.status_code", status)
        if status >= 500:
            self._span.set_status(StatusCode.ERROR)
        self._span.end(self._tracing.now_ns())
