"""An audited manifest → pieces of ``inference``, each field checked against its declared type."""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping
from dataclasses import Field, fields, is_dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from classward.artifact.fewer_bits import unpacked
from classward.artifact.files import BundleFiles, damaged
from classward.artifact.kinds import KINDS, SHARED
from classward.artifact.layout import DTYPES, MAX_DEPTH
from classward.domain import LATER, canonical_json

__all__ = ["build", "construct", "exact_keys", "noun"]

_T = TypeVar("_T")


def exact_keys(value: object, wanted: set[str], where: str) -> dict[str, Any]:
    """Check that a value is an object with these keys and no other.

    Raises
    ------
    ArtifactError
        CW504 otherwise.
    """
    if not isinstance(value, dict) or set(value) != wanted:
        got = sorted(set(value) ^ wanted) if isinstance(value, dict) else type(value).__name__
        raise damaged("CW504", f"{where} of the manifest has missing or unknown keys", got=str(got)[:200])
    return value


def construct(node: object, files: BundleFiles, where: str, *, depth: int = 0) -> object:
    """Build the value a node of the manifest stands for.

    Raises
    ------
    ArtifactError
        CW504 for a kind or key that does not exist; CW505 for a value of another type than declared, or pieces that
        do not fit together.
    """
    if depth > MAX_DEPTH:
        raise damaged("CW505", f"{where} is nested too deeply")
    if isinstance(node, list):
        return tuple(construct(item, files, f"{where}.{i}", depth=depth + 1) for i, item in enumerate(node))
    if isinstance(node, dict):
        return _construct_object(node, files, where, depth)
    if node is None:
        raise damaged("CW505", f"{where} is null")
    return node


def _construct_object(node: dict[str, Any], files: BundleFiles, where: str, depth: int) -> object:
    if "packed" in node:
        return _unpacked(node, files, where)
    if "array" in node:
        return _array(exact_keys(node, {"array", "dtype", "shape"}, where), files, where)
    if "terms" in node:
        exact_keys(node, {"terms", "n"}, where)
        return files.terms(str(node["terms"]), node["n"])
    exact_keys(node, {"kind", "fields"}, where)
    if not isinstance(node["kind"], str) or node["kind"] not in KINDS:
        raise damaged("CW504", f"{where} is of a kind this version does not know", got=repr(node["kind"])[:100])
    kind = KINDS[node["kind"]]
    same = canonical_json(node) if node["kind"] in SHARED else ""
    if same in files.shared:
        return files.shared[same]
    public = {f.name for f in fields(kind) if f.init}
    values = {
        name: construct(value, files, f"{where}.{name}", depth=depth + 1)
        for name, value in exact_keys(node["fields"], public, where).items()
    }
    made = build(kind, values, where)
    if same:
        files.shared[same] = made
    return made


def _array(node: dict[str, Any], files: BundleFiles, where: str) -> NDArray[Any]:
    shape = node["shape"]
    if not isinstance(shape, list) or not all(type(size) is int and size >= 0 for size in shape):
        raise damaged("CW505", f"{where} has no valid shape")
    return files.array(str(node["array"]), str(node["dtype"]), tuple(shape))


def _unpacked(node: dict[str, Any], files: BundleFiles, where: str) -> NDArray[Any]:
    exact_keys(node, {"packed", "dtype", "steps"} if "steps" in node else {"packed", "dtype"}, where)
    parts = []
    for name in ("packed", "steps"):
        if name in node:
            told = exact_keys(node[name], {"array", "dtype", "shape"}, f"{where}.{name}")
            parts.append(_array(told, files, f"{where}.{name}"))
    if node["dtype"] not in DTYPES:
        raise damaged("CW505", f"{where} is to become numbers of a kind no bundle has", got=repr(node["dtype"])[:50])
    try:
        return unpacked(parts[0], parts[1] if len(parts) > 1 else None, node["dtype"])
    except ValueError as error:
        raise damaged("CW505", f"{where} does not fit together", got=str(error)) from None


def noun(kind: type[_T], node: object, where: str) -> _T:
    """Rebuild a noun of ``domain`` from plain values, refusing unknown keys and other types."""
    hints = typing.get_type_hints(kind)
    public: list[Field[Any]] = [f for f in fields(kind) if f.init]  # type: ignore[arg-type]
    later = {f.name for f in public if f.metadata.get(LATER)} | set(getattr(kind, "LATER", ()))
    absent = later - set(node) if isinstance(node, dict) else set()
    given = exact_keys(node, {f.name for f in public} - absent, where)
    return build(kind, {name: _plain(hints[name], value, f"{where}.{name}") for name, value in given.items()}, where)


def _plain(hint: Any, value: object, where: str) -> object:
    if is_dataclass(hint) and isinstance(hint, type):
        return noun(hint, value, where)
    if typing.get_origin(hint) is tuple and isinstance(value, list):
        item = typing.get_args(hint)[0]
        return tuple(_plain(item, v, f"{where}.{i}") for i, v in enumerate(value))
    return value


def build(kind: type[_T], values: Mapping[str, object], where: str) -> _T:
    """Construct from values whose types are checked against the declared ones.

    Raises
    ------
    ArtifactError
        CW505 if a value is of another type, or the values do not fit together.
    """
    hints = typing.get_type_hints(kind)
    for name, value in values.items():
        if not _fits(hints[name], value):
            raise damaged(
                "CW505", f"{where}.{name} has a value of another type than declared", got=type(value).__name__
            )
    try:
        return kind(**values)
    except (ValueError, TypeError) as error:
        raise damaged("CW505", f"{where} does not fit together", got=str(error).splitlines()[0]) from None


def _fits(hint: Any, value: object) -> bool:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(_fits(option, value) for option in args)
    if origin is tuple:
        return isinstance(value, tuple) and all(_fits(args[0], item) for item in value)
    if origin is np.ndarray:
        return isinstance(value, np.ndarray) and value.dtype == np.dtype(typing.get_args(args[1])[0])
    if hint is float:
        return type(value) in (float, int)
    return type(value) is hint
