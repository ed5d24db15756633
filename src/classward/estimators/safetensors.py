"""Arrays out of a safetensors file, with NumPy alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_safetensors"]

_DTYPES = {"F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U8": "|u1"}
_MOST_HEADER_BYTES = 100_000_000


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """Read every array of a file; brain floats are not known to NumPy.

    Raises
    ------
    ValueError
        If the file is no safetensors file, is cut short, or holds a type that NumPy does not have.

    References
    ----------
    The safetensors format: 8 bytes of header length, a JSON header, then the arrays.
    """
    raw = path.read_bytes()
    n_header = int.from_bytes(raw[:8], "little")
    if len(raw) < 8 or n_header > min(_MOST_HEADER_BYTES, len(raw) - 8):
        raise ValueError("not a safetensors file")
    header = json.loads(raw[8 : 8 + n_header])
    if not isinstance(header, dict):
        raise ValueError("not a safetensors file")
    body = memoryview(raw)[8 + n_header :]
    arrays = {}
    for name, told in header.items():
        if name == "__metadata__":
            continue
        if told["dtype"] not in _DTYPES:
            raise ValueError(f"an array of {told['dtype']} cannot be read")
        start, stop = told["data_offsets"]
        arrays[name] = np.frombuffer(body[start:stop], dtype=_DTYPES[told["dtype"]]).reshape(told["shape"])
    return arrays
