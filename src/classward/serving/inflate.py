"""Compressed bodies, opened only as far as a body may be large."""

from __future__ import annotations

import zlib

from classward.errors import InvalidInput
from classward.serving.body import too_large

__all__ = ["inflate"]

_WINDOWS = {b"gzip": 31, b"x-gzip": 31, b"deflate": 15}  # zlib's numbers for the three


def inflate(body: bytes, encoding: bytes, *, max_bytes: int) -> bytes:
    """Open a body.

    Never holds more than ``max_bytes`` of it, whatever a small body would grow to.

    Raises
    ------
    InvalidInput
        CW412 if it is larger than a body may be, CW428 if it is damaged, cut off, or followed by something else.
    """
    opener = zlib.decompressobj(_WINDOWS[encoding])
    try:
        opened = opener.decompress(body, max_bytes + 1)
    except zlib.error:
        raise _damaged(encoding, "damaged") from None
    if len(opened) > max_bytes:
        raise too_large(max_bytes)
    if not opener.eof:
        raise _damaged(encoding, "cut off")
    if opener.unused_data:
        raise _damaged(encoding, "followed by something else")
    return opened


def _damaged(encoding: bytes, what: str) -> InvalidInput:
    return InvalidInput(
        "CW428",
        "the compressed body cannot be opened",
        got=f"{encoding.decode()} data that is {what}",
        fix="send it again, or send it without Content-Encoding",
    )
