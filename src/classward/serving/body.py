"""Reading a request body: bounded in size and time, whatever the client claims."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Sequence
from typing import Any, NamedTuple, TypeVar

from classward.errors import InvalidInput
from classward.serving.messages import ASGIReceive

__all__ = ["ENCODINGS", "ClientGone", "Content", "Patience", "check_content", "too_large"]

_BODY_TIMEOUT_S = 30.0
_BYTES = "application/octet-stream"


_PLAIN = frozenset({b"", b"identity"})

ENCODINGS = frozenset({b"gzip", b"x-gzip", b"deflate"})
"""Values of ``Content-Encoding`` that are understood."""

_T = TypeVar("_T")


class Content(NamedTuple):
    """What a body is: its type, and how it is compressed (nothing if it is not)."""

    kind: str
    encoding: bytes


class ClientGone(Exception):
    """The client went away before its request was complete; nobody waits for an answer."""


def check_content(
    headers: Sequence[tuple[bytes, bytes]], *, max_bytes: int, takes: Sequence[str] = ("application/json",)
) -> Content:
    """Look at the headers before a byte of the body is read.

    A body without a content type is taken as JSON, unless a browser page sends it (``Origin``): such a page could
    otherwise reach a server on loopback without asking. The content type is one of
    ``takes``.

    Raises
    ------
    InvalidInput
        CW412 when the announced length is too large, CW414 for a content type not in ``takes`` or an unknown encoding.
    """
    content_type, origin, encoding = None, False, b""
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            if value.isdigit() and int(value[:20]) > max_bytes:
                raise too_large(max_bytes)
        elif name == b"content-encoding":
            encoding = value.strip().lower()
        elif name == b"inference-header-content-length" and _BYTES not in takes:
            raise InvalidInput("CW414", "binary tensors are not accepted here", fix="send JSON")
        elif name == b"origin":
            origin = True
    if content_type is None and not origin:
        return Content(takes[0], _known(encoding))
    if content_type is not None and (kind := _kind_of(content_type)) in takes:
        return Content(kind, _known(encoding))
    raise InvalidInput(
        "CW414", f"the body must be {' or '.join(takes)}", fix=f"send the header 'Content-Type: {takes[0]}'"
    )


def _known(encoding: bytes) -> bytes:
    if encoding in _PLAIN:
        return b""
    if encoding not in ENCODINGS:
        raise InvalidInput("CW414", "the body is compressed in a way that is not known here", fix="use gzip or deflate")
    return encoding


def _kind_of(content_type: bytes) -> str:
    """The type without parameters; nothing if it names another charset than UTF-8."""
    if content_type == b"application/json":
        return "application/json"
    kind, _, rest = content_type.lower().partition(b";")
    charset = rest.replace(b" ", b"").replace(b'"', b"")
    is_utf8 = b"charset=" not in charset or b"charset=utf-8" in charset or b"charset=utf8" in charset
    return kind.strip().decode("latin-1") if is_utf8 else ""


class Patience:
    """How long bodies may take: one sweep now and then instead of a timer per request."""

    def __init__(self, timeout_s: float = _BODY_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._since_s: dict[asyncio.Task[Any], float] = {}
        self._overdue: set[asyncio.Task[Any]] = set()
        self._swept_s = 0.0

    def sweep(self, now_s: float) -> None:
        """Give up on every body that has been on its way for too long."""
        self._swept_s = now_s
        for task, since_s in tuple(self._since_s.items()):
            if now_s - since_s > self._timeout_s:
                self._overdue.add(task)
                task.cancel()

    async def read_body(self, receive: ASGIReceive, *, max_bytes: int, now_s: float) -> bytes:
        """Read the whole body, chunked or not, of the announced length or not.

        Raises
        ------
        ClientGone
            If the client disconnects first.
        InvalidInput
            CW412 when it grows too large, CW417 when it takes too long.
        """
        return await self._in_time(_whole(receive, max_bytes), now_s)

    async def pieces(self, receive: ASGIReceive) -> AsyncIterator[bytes]:
        """Give a body of any size as it comes; each piece has its time, the whole has none.

        Raises
        ------
        ClientGone
            If the client disconnects first.
        InvalidInput
            CW417 when a piece takes too long.
        """
        is_over = False
        while not is_over:
            message = await self._in_time(receive(), self._swept_s)
            if message["type"] == "http.disconnect":
                raise ClientGone
            is_over = not message.get("more_body", False)
            yield message.get("body", b"")

    async def _in_time(self, coming: Awaitable[_T], since_s: float) -> _T:
        task = asyncio.current_task()
        assert task is not None
        self._since_s[task] = since_s
        try:
            return await coming
        except asyncio.CancelledError:
            if task not in self._overdue:
                raise
            task.uncancel()
            raise InvalidInput(
                "CW417",
                "the body did not arrive in time",
                got=f"not complete after {self._timeout_s:g} s",
                fix="send fewer rows per request, or from nearer by",
            ) from None
        finally:
            del self._since_s[task]
            self._overdue.discard(task)


async def _whole(receive: ASGIReceive, max_bytes: int) -> bytes:
    pieces: list[bytes] = []
    n_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = message.get("body", b"")
        n_bytes += len(piece)
        if n_bytes > max_bytes:
            raise too_large(max_bytes)
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def too_large(max_bytes: int) -> InvalidInput:
    """A body, a line or what a compressed body holds is larger than allowed."""
    return InvalidInput(
        "CW412",
        "the body is too large",
        got=f"more than {max_bytes} bytes",
        fix="send fewer rows per request, or raise CLASSWARD_MAX_BODY_BYTES",
    )
