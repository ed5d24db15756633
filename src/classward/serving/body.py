"""Reading a request body: bounded in size and time, whatever the client claims."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from classward.errors import InvalidInput
from classward.serving.messages import ASGIReceive

__all__ = ["ClientGone", "Patience", "check_content"]

_BODY_TIMEOUT_S = 30.0
_BYTES = "application/octet-stream"


class ClientGone(Exception):
    """The client went away before its request was complete; nobody waits for an answer."""


def check_content(
    headers: Sequence[tuple[bytes, bytes]], *, max_bytes: int, takes: Sequence[str] = ("application/json",)
) -> None:
    """Look at the headers before a byte of the body is read.

    A body without a content type is taken as JSON, unless a browser page sends it (``Origin``): such a page could
    otherwise reach a server on loopback without asking.

    Raises
    ------
    InvalidInput
        CW412 when the announced length is too large, CW414 for a content type that is not in ``takes``, or any encoding.
    """
    content_type, origin = None, False
    for name, value in headers:
        if name == b"content-type":
            content_type = value
        elif name == b"content-length":
            if value.isdigit() and int(value[:20]) > max_bytes:
                raise _too_large(max_bytes)
        elif name == b"content-encoding" and value.strip().lower() not in {b"", b"identity"}:
            raise InvalidInput("CW414", "compressed bodies are not accepted", fix="send the JSON as it is")
        elif name == b"inference-header-content-length" and _BYTES not in takes:
            raise InvalidInput("CW414", "binary tensors are not accepted here", fix="send JSON")
        elif name == b"origin":
            origin = True
    if content_type is None and not origin:
        return
    if content_type is not None and _is_one_of(content_type, takes):
        return
    raise InvalidInput(
        "CW414", f"the body must be {' or '.join(takes)}", fix=f"send the header 'Content-Type: {takes[0]}'"
    )


def _is_one_of(content_type: bytes, takes: Sequence[str]) -> bool:
    kind, _, rest = content_type.lower().partition(b";")
    if kind.strip().decode("latin-1") not in takes:
        return False
    charset = rest.replace(b" ", b"").replace(b'"', b"")
    return b"charset=" not in charset or b"charset=utf-8" in charset or b"charset=utf8" in charset


class Patience:
    """How long bodies may take: one sweep now and then instead of a timer per request."""

    def __init__(self, timeout_s: float = _BODY_TIMEOUT_S) -> None:
        self._timeout_s = timeout_s
        self._since_s: dict[asyncio.Task[Any], float] = {}
        self._overdue: set[asyncio.Task[Any]] = set()

    def sweep(self, now_s: float) -> None:
        """Give up on every body that has been on its way for too long."""
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
        task = asyncio.current_task()
        assert task is not None
        self._since_s[task] = now_s
        try:
            return await _pieces(receive, max_bytes)
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


async def _pieces(receive: ASGIReceive, max_bytes: int) -> bytes:
    pieces: list[bytes] = []
    n_bytes = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece: bytes = message.get("body", b"")
        n_bytes += len(piece)
        if n_bytes > max_bytes:
            raise _too_large(max_bytes)
        pieces.append(piece)
        if not message.get("more_body", False):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large(max_bytes: int) -> InvalidInput:
    return InvalidInput(
        "CW412",
        "the body is too large",
        got=f"more than {max_bytes} bytes",
        fix="send fewer rows per request, or raise CLASSWARD_MAX_BODY_BYTES",
    )
