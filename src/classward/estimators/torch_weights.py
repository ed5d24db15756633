"""Arrays out of a file of torch's first format (``.pth`` before 2020), without torch and without running anything in it."""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

__all__ = ["read_torch_weights"]

_MAGIC = 0x1950A86A20F9469CFC6C
_PROTOCOL = 1001
_DTYPES: Mapping[str, np.dtype[Any]] = {"FloatStorage": np.dtype("<f4"), "LongStorage": np.dtype("<i8")}


@dataclass(slots=True)
class _Storage:
    dtype: np.dtype[Any]
    size: int
    data: NDArray[Any] | None = None


@dataclass(frozen=True, slots=True)
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]


class _Reader(pickle.Unpickler):
    """Knows five harmless names, and refuses every other: a file cannot make it run anything."""

    def __init__(self, file: BinaryIO, storages: dict[str, _Storage]) -> None:
        super().__init__(file)
        self._storages = storages

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in of a name that tensors are written with."""
        known: dict[tuple[str, str], Callable[..., Any] | str] = {
            ("collections", "OrderedDict"): OrderedDict,
            ("torch._utils", "_rebuild_tensor_v2"): _rebuilt,
            **{("torch", kind): kind for kind in _DTYPES},
        }
        if (module, name) not in known:
            raise ValueError(f"the file names {module}.{name}, which no weights need")
        return known[module, name]

    def persistent_load(self, pid: Any) -> _Storage:
        """A storage whose numbers come later in the file."""
        _, kind, key, _, size, *_ = pid
        return self._storages.setdefault(str(key), _Storage(_DTYPES[kind], int(size)))


def read_torch_weights(path: Path) -> Mapping[str, NDArray[Any]]:
    """Read a state dict: name → array.

    Raises
    ------
    ValueError
        If it is no such file, is cut short, or names anything but tensors.
    """
    storages: dict[str, _Storage] = {}
    with path.open("rb") as file:
        try:
            if _Reader(file, {}).load() != _MAGIC or _Reader(file, {}).load() != _PROTOCOL:
                raise ValueError("no weights in torch's first format")
            if not _Reader(file, {}).load()["little_endian"]:
                raise ValueError("weights of a big-endian machine")
            tensors = _Reader(file, storages).load()
            keys = _Reader(file, {}).load()
        except (pickle.UnpicklingError, EOFError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no weights in torch's first format ({type(error).__name__})") from None
        for key in keys:
            storage = storages[key]
            n = int.from_bytes(file.read(8), "little")
            raw = file.read(n * storage.dtype.itemsize) if n == storage.size else b""
            if len(raw) != n * storage.dtype.itemsize:
                raise ValueError("the file is cut short")
            storage.data = np.frombuffer(raw, dtype=storage.dtype)
    return {name: _array(tensor) for name, tensor in tensors.items()}


def _rebuilt(storage: _Storage, offset: int, size: tuple[int, ...], stride: tuple[int, ...], *_: object) -> _Tensor:
    return _Tensor(storage, offset, size, stride)


def _array(tensor: _Tensor) -> NDArray[Any]:
    data = tensor.storage.data
    if data is None:
        raise ValueError("a tensor without numbers")
    size, stride = np.array(tensor.size, dtype=np.int64), np.array(tensor.stride, dtype=np.int64)
    last = tensor.offset + int(((size - 1) * stride).sum())
    if tensor.offset < 0 or (size < 0).any() or (stride < 0).any() or last >= len(data):
        raise ValueError("a tensor reaches beyond its numbers")
    view = np.lib.stride_tricks.as_strided(
        data[tensor.offset :], tensor.size, tuple(int(s) * data.itemsize for s in tensor.stride), writeable=False
    )
    return np.ascontiguousarray(view)
