"""What a bundle looks like on disk. Format 1 holds one model, format 2 a blend of several, format 3 a blend of which some
arrays are stored in fewer bits than they are used in.

::

    manifest.json               the model, with sha256 and size of every other file; its own sha256 is the bundle's
    arrays/scorer.weights.npy   arrays, little-endian, C order, never pickled
    terms/….json                long tuples of text, one JSON list
    extras/report.json          what people and flows want to find beside the model
"""

from __future__ import annotations

import hashlib
import re

__all__ = [
    "ARRAYS",
    "BLEND_FORMAT",
    "DTYPES",
    "EXTRAS",
    "MANIFEST",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_FILES",
    "MAX_MANIFEST_BYTES",
    "PACKED_FORMAT",
    "PATH",
    "SINGLE_FORMAT",
    "TERMS",
    "TERMS_FROM",
    "sha256",
]

SINGLE_FORMAT, BLEND_FORMAT, PACKED_FORMAT = 1, 2, 3
MANIFEST = "manifest.json"
ARRAYS, TERMS, EXTRAS = "arrays", "terms", "extras"
PATH = re.compile(rf"({ARRAYS}|{TERMS}|{EXTRAS})/[A-Za-z0-9_][A-Za-z0-9_.-]{{0,199}}")
DTYPES = ("<f2", "<f4", "<f8", "<i4", "<i8", "|i1", "|u1", "|b1")
TERMS_FROM = 64
"""Tuples of at least so many texts get a file of their own."""

MAX_MANIFEST_BYTES = 16_000_000
MAX_BYTES = 8_000_000_000
MAX_FILES = 10_000
MAX_DEPTH = 12


def sha256(data: bytes | memoryview) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
