"""A request as handlers see it, and what they give back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from classward.errors import ClasswardError
from classward.serving.shed import Shed
from classward.serving.status import status_of
from classward.serving.trace import RequestTrace

__all__ = ["ASGIReceive", "ASGIScope", "ASGISend", "Reply", "Request", "error_reply", "json_reply"]

ASGIScope = MutableMapping[str, Any]
ASGIReceive = Callable[[], Awaitable[MutableMapping[str, Any]]]
ASGISend = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_JSON = b"application/json"
_RETRY_AFTER = (b"retry-after", b"2")
_encoder = msgspec.json.Encoder()


@dataclass(slots=True, kw_only=True)
class Request:
    """One request; ``params`` are the named parts of the path.

    ``caller`` is who asks, as it is logged. Its ``body`` is read, unless the handler takes a stream: then ``pieces`` are
    still to come.
    """

    id: str
    method: str
    path: str
    params: dict[str, str]
    body: bytes
    headers: Sequence[tuple[bytes, bytes]] = ()
    query: bytes = b""
    deadline_s: float | None = None
    endpoint: str = "none"
    caller: str = ""
    is_admitted: bool = False
    pieces: AsyncIterator[bytes] | None = None
    trace: RequestTrace | None = None

    def header(self, name: bytes) -> str:
        """First value of a header (name in lower case), or nothing."""
        return next((value.decode("latin-1") for key, value in self.headers if key == name), "")


@dataclass(slots=True, kw_only=True)
class Reply:
    """Status, body and headers; length, request id and connection are added when it is sent.

    With ``rest`` the body is sent piece by piece, without a length.
    """

    body: bytes
    status: int = 200
    content_type: bytes = _JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    rest: AsyncIterator[bytes] | None = None


def json_reply(value: object, *, status: int = 200) -> Reply:
    """Encode a value as the body; dataclasses and tuples are understood."""
    return Reply(body=_encoder.encode(value), status=status)


def error_reply(error: ClasswardError, *, request_id: str, path: str) -> Reply:
    """Turn an error into its status and JSON body.

    The body has ``code, what, got, why, fix, request_id``; under ``/v2`` also ``error``, as the Open Inference
    Protocol asks.
    """
    status = status_of(error)
    body: dict[str, str] = {**error.as_dict(), "request_id": request_id}
    if path.startswith("/v2"):
        body["error"] = f"{error.code} {error.what}"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    if isinstance(error, Shed):
        headers = ((b"retry-after", b"%d" % error.retry_after_s),)
    elif status == 503:
        headers = (_RETRY_AFTER,)
    elif status == 401:
        headers = ((b"www-authenticate", b'Bearer realm="classward"'),)
    elif status in {408, 413}:
        headers = ((b"connection", b"close"),)
    reply = json_reply(body, status=status)
    reply.headers = headers
    return reply
