"""Frames: length, CRC-32, MessagePack. What a segment holds, and what is left of one after a crash."""

from __future__ import annotations

import re
import struct
import sys
import zlib
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec

from classward.domain import Attribution, Label, Prediction, QuarantinedLabel

__all__ = [
    "HEADER",
    "SegmentState",
    "encode_attributions",
    "encode_counters",
    "encode_labels",
    "encode_predictions",
    "encode_quarantine",
    "frame",
    "payloads_of",
    "state_of",
]

HEADER = b"CWSEG001"
"""First bytes of a segment: five letters and the number of the format."""
_HEAD = struct.Struct("<II")
_MOST = 1 << 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_START = re.compile(rb"[\x92\x93]\xa1[plqca]")
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentState:
    """How far a segment can be read, and why not further.

    A *torn* end is what a killed writer leaves: the beginning of a frame, or nothing but zeros. Anything else
    that stops reading is a ``problem``: frames behind it are not read, since nothing vouches for where they begin.
    """

    end: int
    n_torn_bytes: int
    problem: str = ""


def frame(payload: bytes) -> bytes:
    """A payload with its length and checksum before it."""
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def encode_predictions(batch: Sequence[Prediction]) -> bytes:
    """Frames of answers: one for each run of rows with the same request, time, version and route, which stand once."""
    return b"".join(
        frame(_pack(("p", (head[0], _micros(head[1]), *head[2:]), [_row(p) for p in rows])))
        for head, rows in groupby(batch, key=_shared)
    )


def _shared(p: Prediction) -> tuple[Any, ...]:
    return p.request_id, p.at, p.version, p.bundle_hash, p.label_space_hash, p.route, p.kind, p.latency_ms


def _row(p: Prediction) -> tuple[Any, ...]:
    vector = array("f", p.probabilities)
    if sys.byteorder == "big":
        vector.byteswap()
    return (
        p.id, p.key, p.label, p.probability, vector.tobytes(), p.path, p.flags, p.features, p.payload_weight, p.caller,
        p.features_hash,
    )  # fmt: skip


def encode_labels(batch: Sequence[Label]) -> bytes:
    """One frame of accepted labels."""
    rows = [
        (x.id, x.label, _micros(x.event_at), _micros(x.received_at), x.source, x.annotator, x.weight, x.digest)
        for x in batch
    ]
    return frame(_pack(("l", rows)))


def encode_quarantine(batch: Sequence[QuarantinedLabel]) -> bytes:
    """One frame of labels set aside."""
    return frame(_pack(("q", [(x.raw, x.reason, _micros(x.received_at)) for x in batch])))


def encode_attributions(batch: Sequence[Attribution]) -> bytes:
    """One frame of explanations of answers."""
    rows = [(x.id, _micros(x.at), x.version, x.bundle_hash, x.class_name, x.explanation, x.took_ms) for x in batch]
    return frame(_pack(("a", rows)))


def encode_counters(counts: Sequence[tuple[int, str, int]], *, writer: str) -> bytes:
    """One frame of (second since 1970, name, n, writer)."""
    return frame(_pack(("c", [(*count, writer) for count in counts])))


def payloads_of(data: bytes, kinds: str = "plqca") -> Iterator[Any]:
    """Decoded payloads of the given kinds (first letters), in order, as far as the segment is whole."""
    letters = kinds.encode()
    for start, end in _frames(data):
        if data[start + 2] in letters:
            yield _unpack(data[start:end])


def state_of(data: bytes) -> SegmentState:
    """Check every frame of a segment."""
    if not data.startswith(HEADER):
        return _without_header(data)
    end = len(HEADER)
    for _, end in _frames(data):  # noqa: B007
        pass
    rest = data[end:]
    n_after = _n_frames_after(data, end)
    is_complete = len(rest) >= _HEAD.size and 0 < _HEAD.unpack_from(rest)[0] <= len(rest) - _HEAD.size
    if not is_complete and not n_after:
        return SegmentState(end=end, n_torn_bytes=len(rest))
    problem = f"damaged at byte {end}; the {len(rest)} bytes from there ({n_after} whole frames behind) are not read"
    return SegmentState(end=end, n_torn_bytes=len(rest), problem=problem)


def _without_header(data: bytes) -> SegmentState:
    if HEADER.startswith(data) or not data.strip(b"\0"):
        return SegmentState(end=0, n_torn_bytes=len(data))
    is_other = data.startswith(HEADER[:5]) and data[5:8].isdigit()
    problem = f"format {data[5:8].decode()} is not known to this release" if is_other else "not a record segment"
    return SegmentState(end=0, n_torn_bytes=0, problem=f"{problem}; not read")


def _frames(data: bytes) -> Iterator[tuple[int, int]]:
    """Begin and end of each sound payload; stops before the first that is not."""
    offset, size = len(HEADER), len(data)
    if not data.startswith(HEADER):
        return
    while offset + _HEAD.size <= size:
        end = _sound(data, offset)
        if not end:
            return
        yield offset + _HEAD.size, end
        offset = end


def _sound(data: bytes, offset: int) -> int:
    """End of the frame that begins at an offset, or 0 if there is no sound one."""
    length, checksum = _HEAD.unpack_from(data, offset)
    start = offset + _HEAD.size
    end = start + int(length)
    if not 3 <= length <= _MOST or end > len(data) or not _START.match(data, start):
        return 0
    return end if zlib.crc32(memoryview(data)[start:end]) == checksum else 0


def _n_frames_after(data: bytes, offset: int) -> int:
    """Whole frames behind a damage, found by how payloads begin."""
    n = 0
    for found in _START.finditer(data, offset + _HEAD.size + 1):
        start = found.start() - _HEAD.size
        if start >= offset and _sound(data, start):
            n += 1
    return n


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
