"""The server as a bare ASGI application: find the address, let pass, read, delegate, answer, count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from classward.errors import ClasswardError, InvalidInput
from classward.serving.admission import deadline_of
from classward.serving.auth import Gate, check_bind
from classward.serving.body import ClientGone, check_content
from classward.serving.drain import DrainSignals
from classward.serving.failures import note_fault, note_refusal
from classward.serving.health import health, metrics, ready
from classward.serving.infer import v2_infer, v2_live, v2_model, v2_model_ready, v2_ready, v2_server
from classward.serving.inflate import inflate
from classward.serving.keys import NOBODY
from classward.serving.labels import labels
from classward.serving.messages import ASGIReceive, ASGIScope, ASGISend, Reply, Request, error_reply
from classward.serving.openapi import openapi
from classward.serving.pages import docs, landing
from classward.serving.parts import ServingParts
from classward.serving.predict import predict
from classward.serving.routes import MethodNotAllowed, Route, match
from classward.serving.side_doors import SideDoors
from classward.serving.stream import NDJSON, predict_stream
from classward.serving.worker import Worker

__all__ = ["App", "create_app"]

_Handler = Callable[[Worker, Request], Awaitable[Reply]]

_HANDLERS: dict[str, _Handler] = {
    handler.__name__: handler
    for handler in (
        docs, health, labels, landing, metrics, openapi, predict, ready, v2_infer, v2_live, v2_model, v2_model_ready,
        v2_ready, v2_server,
    )
}  # fmt: skip


def create_app(parts: ServingParts) -> App:
    """Make the application for one server process.

    Nothing is loaded until the server starts it (ASGI lifespan). Without a live version it starts all the same: it is
    alive, not ready, and answers predictions with 503 until something is deployed.

    Raises
    ------
    UsageError
        CW911 when the settings open it to other machines without an API key; CW435 and CW438 for keys and tokens that
        cannot be checked.
    """
    check_bind(parts.settings)
    return App(parts)


def _peer(scope: ASGIScope) -> bytes:
    """The address a request comes from, which stands for its caller when there are no keys."""
    client = scope.get("client")
    return str(client[0]).encode() if client else b""


class App:
    """One process's ASGI application; ``worker`` holds its state."""

    def __init__(self, parts: ServingParts) -> None:
        self.worker = Worker(parts)
        self.doors = SideDoors(self.worker)
        self._gate = Gate(parts.settings, now_s=lambda: parts.clock.now().timestamp())
        self._max_bytes = parts.settings.max_body_bytes
        self._clock = parts.clock
        self._ids = parts.ids
        self._tracing = parts.tracing

    async def __call__(self, scope: ASGIScope, receive: ASGIReceive, send: ASGISend) -> None:
        """Answer one request, or follow the life of the server."""
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 1003})

    async def _http(self, scope: ASGIScope, receive: ASGIReceive, send: ASGISend) -> None:
        started_s = self._clock.monotonic_s()
        request = Request(
            id=self._ids.new(),
            method=scope["method"],
            path=scope["path"],
            params={},
            body=b"",
            headers=scope["headers"],
            query=scope.get("query_string", b""),
        )
        try:
            reply = await self._reply(request, scope, receive, started_s)
            await self._send(reply, request, send)
        except ClientGone:
            reply = Reply(body=b"", status=499)
        finally:
            if request.is_admitted:
                self.worker.admission.leave()
        self.worker.metrics.request(request.endpoint, reply.status, self._clock.monotonic_s() - started_s)
        if request.trace:
            request.trace.end(reply.status)

    async def _reply(self, request: Request, scope: ASGIScope, receive: ASGIReceive, started_s: float) -> Reply:
        try:
            found = match(request.method, request.path)
            request.endpoint, request.params = found.route.endpoint, found.params
            caller = NOBODY if found.route.is_open else self._gate.check(request.headers, role=found.route.role)
            request.caller = caller.logged
            if found.route.takes_body:
                if self._tracing:
                    request.trace = self._tracing.begin(
                        request.headers, request_id=request.id, endpoint=request.endpoint, route=found.route.path
                    )
                self.worker.admission.enter(caller.name or _peer(scope), started_s)
                request.is_admitted = True
                request.deadline_s = deadline_of(request.header(b"x-deadline-ms"), started_s)
            return await self._handle(found.route, request, receive, started_s)
        except ClientGone:
            raise
        except ClasswardError as error:
            return self._refuse(error, request)
        except Exception as error:  # noqa: BLE001 - process boundary: a fault of ours is logged, counted and answered
            return self._fail(error, request)

    async def _handle(self, route: Route, request: Request, receive: ASGIReceive, now_s: float) -> Reply:
        if route.takes_body:
            content = check_content(request.headers, max_bytes=self._max_bytes, takes=route.takes)
            if content.kind == NDJSON:
                if content.encoding:
                    raise InvalidInput(
                        "CW414", "a stream of rows may not be compressed", fix="send the lines as they are"
                    )
                request.pieces = self.worker.patience.pieces(receive)
                return await predict_stream(self.worker, request)
            request.body = await self.worker.patience.read_body(receive, max_bytes=self._max_bytes, now_s=now_s)
            if content.encoding:
                request.body = inflate(request.body, content.encoding, max_bytes=self._max_bytes)
        return await _HANDLERS[route.endpoint](self.worker, request)

    def _refuse(self, error: ClasswardError, request: Request) -> Reply:
        note_refusal(self.worker, error, request_id=request.id, trace=request.trace)
        reply = error_reply(error, request_id=request.id, path=request.path)
        if isinstance(error, MethodNotAllowed):
            reply.headers = ((b"allow", error.allow.encode()),)
        return reply

    def _fail(self, error: Exception, request: Request) -> Reply:
        fault = note_fault(self.worker, error, request_id=request.id, trace=request.trace)
        return error_reply(fault, request_id=request.id, path=request.path)

    async def _send(self, reply: Reply, request: Request, send: ASGISend) -> None:
        headers = [
            (b"content-type", reply.content_type),
            (b"x-request-id", request.id.encode()),
            *reply.headers,
        ]
        if reply.rest is None:
            headers.append((b"content-length", b"%d" % len(reply.body)))
        if self.worker.is_draining:
            headers.append((b"connection", b"close"))
        await send({"type": "http.response.start", "status": reply.status, "headers": headers})
        if reply.rest is not None:
            async for piece in reply.rest:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        body = b"" if request.method == "HEAD" else reply.body
        await send({"type": "http.response.body", "body": body})

    async def _lifespan(self, receive: ASGIReceive, send: ASGISend) -> None:
        signals = DrainSignals(self._drain)
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self.worker.start()
                await self.doors.open()
                signals.install()
                await send({"type": "lifespan.startup.complete"})
            else:
                signals.restore()
                await self.doors.close()
                await self.worker.stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    def _drain(self) -> None:
        self.worker.is_draining = True
