"""Open the files of a bundle, each checked against the manifest, and give bytes, terms or arrays."""

from __future__ import annotations

import io
import json
import mmap
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.artifact.layout import DTYPES, MANIFEST, MAX_BYTES, MAX_FILES, PATH, sha256
from classward.errors import ArtifactError

__all__ = ["BundleFiles", "damaged", "open_files"]

_MAGIC = b"\x93NUMPY\x01\x00"
_HEADER_BYTES = 1024
_HEADER = re.compile(
    re.escape(_MAGIC) + rb"(?P<length>..)\{'descr': '(?P<dtype>[<|][a-z]\d)', 'fortran_order': False, "
    rb"'shape': \((?P<shape>(?:\d{1,18}, ?)*(?:\d{1,18})?)\), \} *\n",
    re.DOTALL,
)


def damaged(code: str, what: str, *, got: str = "") -> ArtifactError:
    """An error that says how to get a sound bundle."""
    return ArtifactError(
        code,
        what,
        got=got,
        why="a model that was changed after it was measured must not answer",
        fix="restore the bundle from a copy, or deploy another version; 'classward verify' checks them all",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFiles:
    """Verified contents of a bundle, mapped into memory read-only so that processes share the pages."""

    contents: Mapping[str, memoryview]
    shared: dict[str, object] = field(default_factory=dict, repr=False)
    """Pieces that several members may share, by their description; made once per bundle."""

    def read(self, path: str) -> bytes:
        """Bytes of one file."""
        return bytes(self._find(path))

    def terms(self, path: str, n: int) -> tuple[str, ...]:
        """A tuple of ``n`` texts."""
        try:
            found = json.loads(self.read(path))
        except (ValueError, RecursionError) as error:
            raise damaged("CW505", f"{path} is not a JSON list", got=type(error).__name__) from None
        if not isinstance(found, list) or len(found) != n or not all(isinstance(item, str) for item in found):
            raise damaged("CW505", f"{path} is not a list of {n} texts")
        return tuple(found)

    def array(self, path: str, dtype: str, shape: tuple[int, ...]) -> NDArray[Any]:
        """An array whose type and shape are as declared; a view of the file, never a copy."""
        view = self._find(path)
        start, found_dtype, found_shape = _header(view, path)
        if dtype not in DTYPES or found_dtype != dtype or found_shape != shape:
            raise damaged(
                "CW505", f"{path} is not the declared array", got=f"{found_dtype} {found_shape} for {dtype} {shape}"
            )
        kind, count = np.dtype(dtype), 1
        for size in shape:
            count *= size
        if len(view) - start != count * kind.itemsize:
            raise damaged("CW505", f"{path} has not the size its shape needs", got=f"{len(view) - start} bytes")
        return np.frombuffer(view[start:], dtype=kind, count=count).reshape(shape) if count else np.zeros(shape, kind)

    def _find(self, path: str) -> memoryview:
        if path not in self.contents:
            raise damaged("CW503", f"{path!r} is used by the model but not listed")
        return self.contents[path]


def open_files(folder: Path, declared: Mapping[str, tuple[str, int]]) -> BundleFiles:
    """Check that a folder holds exactly the declared files with the declared content, and map them.

    Parameters
    ----------
    folder : Path
        The bundle.
    declared : mapping of path to (sha256, size in bytes)
        From a manifest whose own hash was checked.

    Raises
    ------
    ArtifactError
        CW503 for a path that leads elsewhere, a file missing or added, a link; CW502 for changed content; CW505
        beyond the limits.
    """
    for path in declared:
        if not PATH.fullmatch(path):
            raise damaged("CW503", "the manifest names a path that no bundle has", got=repr(path))
    if len(declared) > MAX_FILES or sum(size for _, size in declared.values()) > MAX_BYTES:
        raise damaged("CW505", "the bundle is larger than a bundle may be", got=f"{len(declared)} files")
    present = _listing(folder)
    if present != set(declared):
        missing, added = sorted(set(declared) - present), sorted(present - set(declared))
        raise damaged("CW503", "the bundle has not the files it lists", got=f"missing {missing[:5]}, added {added[:5]}")
    return BundleFiles(contents={path: _map(folder, path, *told) for path, told in declared.items()})


def _listing(folder: Path) -> set[str]:
    found = set()
    for entry in folder.rglob("*"):
        mode, name = entry.lstat().st_mode, entry.relative_to(folder).as_posix()
        if stat.S_ISDIR(mode):
            continue
        if not stat.S_ISREG(mode):
            raise damaged("CW503", "the bundle holds something that is no plain file", got=name)
        if name != MANIFEST:
            found.add(name)
    return found


def _map(folder: Path, path: str, digest: str, n_bytes: int) -> memoryview:
    with (folder / path).open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        same_size = size == n_bytes
        view = (
            memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)) if size and same_size else memoryview(b"")
        )
    if not same_size or sha256(view) != digest:
        raise damaged("CW502", f"{path} was changed after it was written", got=f"{size} bytes, {n_bytes} declared")
    return view


def _header(view: memoryview, path: str) -> tuple[int, str, tuple[int, ...]]:
    """Where the numbers begin, their type and shape. Stricter than NumPy's own reader, which evaluates the text."""
    found = _HEADER.match(bytes(view[:_HEADER_BYTES]))
    if not found or found.end() != len(_MAGIC) + 2 + int.from_bytes(found["length"], "little"):
        raise damaged("CW505", f"{path} is not a plain .npy file")
    return found.end(), found["dtype"].decode(), tuple(int(size) for size in re.findall(rb"\d+", found["shape"]))
