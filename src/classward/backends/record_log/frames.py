"""Frames: length, CRC-32, MessagePack. What is in a segment before Parquet."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import numpy as np

from classward.domain import Label, Prediction, QuarantinedLabel

__all__ = ["HEADER", "encode_counters", "encode_labels", "encode_predictions", "encode_quarantine", "frame", "scan"]

HEADER = b"CWSEG001"
_HEAD = struct.Struct("<II")
_MOST = 1 << 30
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder().decode


def frame(payload: bytes) -> bytes:
    """A payload with its length and checksum before it."""
    return _HEAD.pack(len(payload), zlib.crc32(payload)) + payload


def encode_predictions(batch: Sequence[Prediction]) -> bytes:
    """One frame of answers; what is the same for a request stands once."""
    first = batch[0]
    rows = [
        (
            p.id, p.key, p.label, p.probability, np.asarray(p.probabilities, dtype="<f4").tobytes(), p.path, p.flags,
            p.features,
        )
        for p in batch
    ]  # fmt: skip
    head = (
        first.request_id, _micros(first.at), first.version, first.bundle_hash, first.label_space_hash, first.route,
        first.kind, first.latency_ms,
    )  # fmt: skip
    return frame(_pack(("p", head, rows)))


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


def encode_counters(counts: Sequence[tuple[int, str, int]]) -> bytes:
    """One frame of (second since 1970, name, n)."""
    return frame(_pack(("c", list(counts))))


def scan(data: bytes | memoryview, start: int) -> Iterator[tuple[int, Any]]:
    """Frames from an offset on, as (offset after the frame, decoded payload); ends before the first broken one."""
    offset = start
    while offset + _HEAD.size <= len(data):
        length, checksum = _HEAD.unpack_from(data, offset)
        end = offset + _HEAD.size + length
        if length > _MOST or end > len(data):
            return
        payload = bytes(data[offset + _HEAD.size : end])
        if zlib.crc32(payload) != checksum:
            return
        offset = end
        yield end, _unpack(payload)


def _micros(at: datetime) -> int:
    return (
        int(at.replace(tzinfo=UTC).timestamp()) * 1_000_000 + at.microsecond
        if at.tzinfo is UTC
        else round(at.timestamp() * 1_000_000)
    )
