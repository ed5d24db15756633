"""Which values are images: paths by their ending, bytes and base64 by how they begin."""

from __future__ import annotations

import base64
import binascii
import re

import polars as pl

__all__ = ["image_in_text", "looks_like_images"]

_PATH = re.compile(r"[^\n\0]{1,1000}\.(?:png|jpe?g|webp|gif|bmp)", re.IGNORECASE)
_DATA_URL = re.compile(r"data:image/[a-z.+-]{1,40};base64,", re.IGNORECASE)
_BEGINS = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM")
_FEWEST_CHARS = 64
_N_LOOKED_AT = 200
_MOST = 0.9


def image_in_text(text: str) -> bytes | None:
    """The image that a text holds in base64 (with ``data:image/…;base64,`` before it or not); ``None`` for a path.

    A text is base64 only if every letter of it is, and the bytes begin as an image file does; a path with a dot never is.
    """
    url = _DATA_URL.match(text)
    inside = text[url.end() :] if url else text
    if not url and len(inside) < _FEWEST_CHARS:
        return None
    try:
        data = base64.b64decode("".join(inside.split()), validate=True)
    except (binascii.Error, ValueError):
        return b"" if url else None
    return data if url or data.startswith(_BEGINS) else None


def looks_like_images(present: pl.Series) -> bool:
    """Whether nearly all of the first 200 values look like images, or like paths of some."""
    values = present.head(_N_LOOKED_AT).to_list()
    if present.dtype == pl.Binary:
        return bool(values) and sum(v.startswith(_BEGINS) for v in values) >= _MOST * len(values)
    if present.dtype != pl.String or not values:
        return False
    return sum(bool(_PATH.fullmatch(v) or image_in_text(v)) for v in values) >= _MOST * len(values)
