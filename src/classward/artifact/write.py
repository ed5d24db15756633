"""Model → folder."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.artifact.fewer_bits import PACKED, PACKINGS, packed
from classward.artifact.kinds import KINDS
from classward.artifact.layout import (
    ARRAYS,
    BLEND_FORMAT,
    DTYPES,
    EXTRAS,
    MANIFEST,
    PACKED_FORMAT,
    PATH,
    SINGLE_FORMAT,
    TERMS,
    TERMS_FROM,
    sha256,
)
from classward.domain import canonical_json, to_plain
from classward.errors import ArtifactError
from classward.inference import Blend, Columns, FittedModel, Model

__all__ = ["bundle_bytes", "check_equal", "write_bundle"]


@dataclass(slots=True)
class _Files:
    """Bytes to write, by path."""

    contents: dict[str, bytes] = field(default_factory=dict)
    packing: str = ""
    _by_hash: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, data: bytes) -> str:
        if not PATH.fullmatch(path) or path in self.contents:
            raise ArtifactError(
                "CW508",
                "a file of the bundle cannot have this name",
                got=repr(path),
                fix="use letters, digits, '_', '-' and '.'",
            )
        self.contents[path] = data
        return path

    def add_once(self, path: str, data: bytes) -> str:
        """Add, unless the same content is there under another path already: members may share an encoder."""
        digest = sha256(data)
        if digest not in self._by_hash:
            self._by_hash[digest] = self.add(path, data)
        return self._by_hash[digest]


def write_bundle(folder: Path, model: Model, *, extras: Mapping[str, bytes], packing: str = "") -> str:
    """Freeze a model into an empty folder.

    The same model and extras give the same bytes, so the same hash. The folder is not made durable here: the store
    moves it to its place.

    Parameters
    ----------
    folder : Path
        Existing and empty.
    model : FittedModel or Blend
        What to freeze; a blend is written in format 2, or 3 when packed.
    extras : mapping of file name to bytes
        Report, card, lineage and the like; found again with ``read_extra``.
    packing : str
        ``int8`` or ``float16``: weights and vectors of a blend take a quarter or half of the space, and are a little off
        when they are read back (format 3). Empty for exact numbers.

    Returns
    -------
    bundle_hash : str
        SHA-256 of the manifest, which holds the SHA-256 of every other file.

    Raises
    ------
    ArtifactError
        CW508 if the folder is not empty or the model holds what a bundle cannot. Nothing is complete until this
        returns: throw the folder away.
    """
    if any(folder.iterdir()):
        raise ArtifactError(
            "CW508", "a bundle needs an empty folder", got=str(folder), why="what lies in it would become part of it"
        )
    contents = _contents(model, extras, packing)
    for path, data in contents.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_bytes(data)
    return sha256(contents[MANIFEST])


def bundle_bytes(model: Model, *, packing: str = "") -> int:
    """How many bytes :func:`write_bundle` would write, without extras; nothing is written."""
    return sum(map(len, _contents(model, {}, packing).values()))


def _contents(model: Model, extras: Mapping[str, bytes], packing: str) -> dict[str, bytes]:
    if packing and (packing not in PACKINGS or not isinstance(model, Blend)):
        raise ValueError(f"a {type(model).__name__} cannot be stored as {packing!r}")
    files = _Files(packing=packing)
    tree = _freeze_blend(model, files) if isinstance(model, Blend) else _freeze_pieces(model, "", files)
    for name, data in extras.items():
        files.add(f"{EXTRAS}/{name}", data)
    manifest = canonical_json(
        {
            "format_version": PACKED_FORMAT if packing else BLEND_FORMAT if isinstance(model, Blend) else SINGLE_FORMAT,
            "family": model.family,
            "schema": to_plain(model.schema),
            "label_space": to_plain(model.label_space),
            "model": tree,
            "files": {path: {"sha256": sha256(data), "n_bytes": len(data)} for path, data in files.contents.items()},
        }
    ).encode()
    return {**files.contents, MANIFEST: manifest}


def check_equal(model: Model, restored: Model, *, columns: Columns, n: int, tolerance: float = 1e-6) -> None:
    """Prove on golden rows that a restored model answers like the one that was trained.

    Parameters
    ----------
    model, restored : FittedModel or Blend
        Before and after.
    columns, n : Columns, int
        Golden rows.
    tolerance : float
        Largest difference of any probability.

    Raises
    ------
    ArtifactError
        CW506 if a label differs, or any probability by more than the tolerance.
    """
    before, after = model.predict_proba(columns, n), restored.predict_proba(columns, n)
    same_space = model.label_space == restored.label_space and model.schema == restored.schema
    gap = float(np.abs(before.matrix - after.matrix).max(initial=0.0)) if same_space else float("inf")
    if before.gates is not None or after.gates is not None:
        pair = [np.zeros((n, 0)) if p.gates is None else p.gates for p in (before, after)]
        is_alike = pair[0].shape == pair[1].shape
        gap = max(gap, float(np.abs(pair[0] - pair[1]).max(initial=0.0)) if is_alike else float("inf"))
    n_moved = int((before.predicted != after.predicted).sum()) if same_space else n
    if not gap <= tolerance or n_moved:
        raise ArtifactError(
            "CW506",
            "the stored model answers differently from the one that was trained",
            got=f"{n_moved} of {n} golden rows change class; largest difference of a probability {gap:.3g}",
            why=f"what was measured must be what answers (tolerance {tolerance:g})",
            fix="do not register it; report the model family and this message",
        )


def _freeze_pieces(model: FittedModel, path: str, files: _Files) -> dict[str, object]:
    return {name: _freeze(getattr(model, name), path + name, files) for name in ("featuriser", "scorer", "calibrator")}


def _freeze_blend(blend: Blend, files: _Files) -> dict[str, object]:
    members = [
        {
            "weight": member.weight,
            "calibrator": _freeze(member.calibrator, f"members.{i}.calibrator", files),
            "models": [
                {"family": model.family, **_freeze_pieces(model, f"members.{i}.models.{j}.", files)}
                for j, model in enumerate(member.models)
            ],
        }
        for i, member in enumerate(blend.members)
    ]
    tree: dict[str, object] = {"members": members, "calibrator": _freeze(blend.calibrator, "calibrator", files)}
    if blend.rule is not None:
        tree["rule"] = to_plain(blend.rule)
    if blend.novelty is not None:
        tree["novelty"] = _freeze(blend.novelty, "novelty", files)
    if blend.gates:
        tree["gates"] = _freeze(blend.gates, "gates", files)
    return tree


def _freeze(value: object, path: str, files: _Files, *, is_packed: bool = False) -> object:
    if isinstance(value, np.ndarray):
        if is_packed and files.packing and value.dtype.itemsize > np.dtype(files.packing).itemsize:
            return _freeze_packed(value, path, files)
        return {
            "array": files.add_once(f"{ARRAYS}/{path}.npy", _npy(value, path)),
            "dtype": _dtype(value),
            "shape": value.shape,
        }
    if is_dataclass(value) and KINDS.get(type(value).__name__) is type(value):
        public = [f.name for f in fields(value) if not f.name.startswith("_")]
        return {
            "kind": type(value).__name__,
            "fields": {
                name: _freeze(
                    getattr(value, name),
                    f"{path}.{name}",
                    files,
                    is_packed=name in PACKED.get(type(value).__name__, ()),
                )
                for name in public
            },
        }
    if isinstance(value, tuple):
        return _freeze_tuple(value, path, files, is_packed)
    if isinstance(value, bool | int | str) or (isinstance(value, float) and np.isfinite(value)):
        return value
    raise ArtifactError("CW508", f"a bundle cannot hold {path}", got=type(value).__name__)


def _freeze_packed(value: NDArray[Any], path: str, files: _Files) -> object:
    stored, steps = packed(value, files.packing)
    node = {"packed": _freeze(stored, path, files), "dtype": _dtype(value)}
    return node if steps is None else {**node, "steps": _freeze(steps, f"{path}.steps", files)}


def _freeze_tuple(value: tuple[Any, ...], path: str, files: _Files, is_packed: bool) -> object:
    if len(value) >= TERMS_FROM and all(isinstance(item, str) for item in value):
        text = json.dumps(value, ensure_ascii=False, separators=(",\n", ":")).encode()
        return {"terms": files.add_once(f"{TERMS}/{path}.json", text), "n": len(value)}
    return [_freeze(item, f"{path}.{i}", files, is_packed=is_packed) for i, item in enumerate(value)]


def _dtype(array: NDArray[Any]) -> str:
    return array.dtype.newbyteorder("<").str


def _npy(array: NDArray[Any], path: str) -> bytes:
    if _dtype(array) not in DTYPES:
        raise ArtifactError("CW508", f"a bundle cannot hold {path}", got=f"an array of {array.dtype}")
    out = io.BytesIO()
    plain = np.ascontiguousarray(array, dtype=_dtype(array)).reshape(array.shape)
    np.lib.format.write_array(out, plain, version=(1, 0), allow_pickle=False)
    return out.getvalue()
