"""Values of tensors as little-endian bytes: the binary extension of the Open Inference Protocol, and gRPC's raw form."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.errors import InvalidInput

__all__ = ["FIXED", "TensorValues", "read_raw", "write_raw"]

TensorValues = Sequence[object] | NDArray[np.float64]

FIXED: dict[str, str] = {
    "BOOL": "|u1",
    "INT8": "|i1",
    "INT16": "<i2",
    "INT32": "<i4",
    "INT64": "<i8",
    "UINT8": "|u1",
    "UINT16": "<u2",
    "UINT32": "<u4",
    "UINT64": "<u8",
    "FP16": "<f2",
    "FP32": "<f4",
    "FP64": "<f8",
}
"""Tensor types of fixed width, as NumPy writes them. ``BYTES`` is a list of texts, each after its length in 4 bytes."""

_LENGTH = 4


def read_raw(raw: bytes | memoryview, *, name: str, datatype: str, n: int) -> list[object]:
    """Read ``n`` values.

    Bytes have no null, so NaN stands for a missing number; a missing text cannot be said (leave the input out, or send
    JSON).

    Raises
    ------
    InvalidInput
        CW421 when the bytes are not ``n`` values of the type.
    """
    if datatype == "BYTES":
        return _texts(memoryview(raw), name, n)
    code = FIXED.get(datatype)
    if code is None:
        raise _bad(name, f"the type {datatype[:20]!r} is not known", f"use one of BYTES, {', '.join(FIXED)}")
    dtype = np.dtype(code)
    if len(raw) != n * dtype.itemsize:
        raise _bad(
            name, f"{n} values of type {datatype} take {n * dtype.itemsize} bytes, not {len(raw)}", "make them agree"
        )
    values = np.frombuffer(raw, dtype)
    if datatype == "BOOL":
        if n and values.max() > 1:
            raise _bad(name, "a byte of type BOOL is neither 0 nor 1", "send 0 or 1")
        return list(values.astype(np.bool_).tolist())
    listed: list[object] = values.tolist()
    if dtype.kind == "f" and np.isnan(values).any():
        return [None if value != value else value for value in listed]
    return listed


def _texts(raw: memoryview, name: str, n: int) -> list[object]:
    texts: list[object] = []
    at = 0
    while at < len(raw) and len(texts) < n:
        end = at + _LENGTH + int.from_bytes(raw[at : at + _LENGTH], "little")
        if end > len(raw):
            break
        try:
            texts.append(str(raw[at + _LENGTH : end], "utf-8"))
        except UnicodeDecodeError:
            raise _bad(name, f"row {len(texts)} is not UTF-8", "send text as UTF-8") from None
        at = end
    if at != len(raw) or len(texts) != n:
        raise _bad(name, f"its bytes are not {n} texts, each after its length", "4 bytes of length before each text")
    return texts


def write_raw(datatype: str, values: TensorValues) -> bytes:
    """Write values of an output; texts as UTF-8 after their lengths.

    >>> write_raw("BYTES", ["ab"])
    b'\\x02\\x00\\x00\\x00ab'
    """
    if datatype != "BYTES":
        return np.asarray(values, FIXED[datatype]).tobytes()
    pieces = []
    for value in values:
        text = str(value).encode()
        pieces += [len(text).to_bytes(_LENGTH, "little"), text]
    return b"".join(pieces)


def _bad(name: str, problem: str, fix: str) -> InvalidInput:
    return InvalidInput("CW421", f"input {name[:100]!r} cannot be read: {problem}", fix=fix)
