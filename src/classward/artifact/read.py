"""Folder → model: parse, audit, construct. Never unpickles, never imports what trains."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from classward.artifact.construct import build, construct, exact_keys, noun
from classward.artifact.files import BundleFiles, damaged, open_files
from classward.artifact.layout import (
    BLEND_FORMAT,
    EXTRAS,
    MANIFEST,
    MAX_MANIFEST_BYTES,
    PACKED_FORMAT,
    SINGLE_FORMAT,
    sha256,
)
from classward.domain import DecisionRule, InputSchema, LabelSpace, canonical_json
from classward.errors import ArtifactError
from classward.inference import Blend, BlendMember, FittedModel, Model

__all__ = ["Bundle", "read_bundle", "read_extra", "verify_bundle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A restored model, its hash, and the names of what lies beside it."""

    model: Model
    bundle_hash: str
    extras: tuple[str, ...]


def read_bundle(folder: Path, *, expected_hash: str) -> Bundle:
    """Restore a model from its bundle, every byte checked first.

    Arrays stay in the file: they are mapped read-only, and processes on one machine share them.

    Parameters
    ----------
    folder : Path
        The bundle.
    expected_hash : str
        From the journal or whoever the caller trusts; never from the folder itself.

    Raises
    ------
    ArtifactError
        CW501 no readable manifest; CW502 content was changed; CW503 files missing, added or elsewhere; CW504 a format
        or kind that this version does not know; CW505 values that do not fit together.
    """
    manifest, files = _audit(folder, expected_hash)
    model = _CONSTRUCT[manifest["format_version"]](manifest, files)
    return Bundle(model=model, bundle_hash=expected_hash, extras=_extras(files))


def verify_bundle(folder: Path, *, expected_hash: str) -> None:
    """Check a bundle as :func:`read_bundle` does, and keep nothing."""
    read_bundle(folder, expected_hash=expected_hash)


def read_extra(folder: Path, name: str, *, expected_hash: str) -> bytes:
    """Read one extra of a checked bundle.

    Raises
    ------
    ArtifactError
        As :func:`read_bundle`; CW507 if there is no extra of that name.
    """
    _, files = _audit(folder, expected_hash)
    if f"{EXTRAS}/{name}" not in files.contents:
        raise ArtifactError(
            "CW507", f"the bundle has no extra called {name!r}", got=", ".join(_extras(files)) or "no extras"
        )
    return files.read(f"{EXTRAS}/{name}")


def _audit(folder: Path, expected_hash: str) -> tuple[dict[str, Any], BundleFiles]:
    raw = _read_manifest(folder)
    if sha256(raw) != expected_hash:
        raise damaged(
            "CW502", "the manifest is not the one expected", got=f"{sha256(raw)[:16]}…, not {expected_hash[:16]}…"
        )
    try:
        manifest = json.loads(raw)
        is_canonical = canonical_json(manifest).encode() == raw
    except (ValueError, RecursionError):
        raise damaged("CW501", "the manifest cannot be parsed") from None
    version = manifest.get("format_version") if isinstance(manifest, dict) else None
    if type(version) is not int or version not in _CONSTRUCT:
        raise ArtifactError(
            "CW504",
            "the bundle has a format this version does not know",
            got=f"format {version!r}; known: {', '.join(map(str, _CONSTRUCT))}",
            fix="use a newer classward",
        )
    exact_keys(manifest, {"format_version", "family", "schema", "label_space", "model", "files"}, "the top")
    if not is_canonical:
        raise damaged("CW501", "the manifest is not in canonical form")
    return manifest, open_files(folder, _declared(manifest["files"]))


def _read_manifest(folder: Path) -> bytes:
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        raise damaged("CW501", f"{folder.name} holds no bundle", got=f"no {MANIFEST}")
    with path.open("rb") as file:
        raw = file.read(MAX_MANIFEST_BYTES + 1)
    if len(raw) > MAX_MANIFEST_BYTES:
        raise damaged("CW505", "the manifest is larger than a manifest may be")
    return raw


def _declared(node: object) -> Mapping[str, tuple[str, int]]:
    if not isinstance(node, dict):
        raise damaged("CW504", "the list of files has another form", got=type(node).__name__)
    declared = {}
    for path, told in node.items():
        exact_keys(told, {"sha256", "n_bytes"}, f"file {path}")
        if not isinstance(told["sha256"], str) or type(told["n_bytes"]) is not int or told["n_bytes"] < 0:
            raise damaged("CW505", f"file {path} is not described properly")
        declared[path] = (told["sha256"], told["n_bytes"])
    return declared


def _extras(files: BundleFiles) -> tuple[str, ...]:
    return tuple(sorted(path.partition("/")[2] for path in files.contents if path.startswith(f"{EXTRAS}/")))


_PIECES = {"featuriser", "scorer", "calibrator"}


def _nouns(manifest: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": noun(InputSchema, manifest["schema"], "schema"),
        "label_space": noun(LabelSpace, manifest["label_space"], "label_space"),
    }


def _construct_single(manifest: dict[str, Any], files: BundleFiles) -> FittedModel:
    node = exact_keys(manifest["model"], _PIECES, "model")
    pieces: dict[str, Any] = {name: construct(value, files, name) for name, value in node.items()}
    return build(FittedModel, {**_nouns(manifest), **pieces, "family": manifest["family"]}, "model")


def _construct_blend(manifest: dict[str, Any], files: BundleFiles) -> Blend:
    nouns = _nouns(manifest)
    given = manifest["model"] if isinstance(manifest["model"], dict) else {}
    node = exact_keys(
        manifest["model"], {"members", "calibrator", *({"rule", "novelty", "gates"} & set(given))}, "model"
    )
    rule = noun(DecisionRule, node["rule"], "rule") if "rule" in node else None
    novelty: Any = construct(node["novelty"], files, "novelty") if "novelty" in node else None
    members = tuple(
        _member(member, nouns, files, f"members.{i}") for i, member in enumerate(_list(node["members"], "members"))
    )
    calibrator: Any = construct(node["calibrator"], files, "calibrator")
    values = {**nouns, "members": members, "calibrator": calibrator, "family": manifest["family"], "rule": rule}
    values["novelty"] = novelty
    if "gates" in node:
        values["gates"] = construct(node["gates"], files, "gates")
    return build(Blend, values, "model")


def _member(node: object, nouns: dict[str, Any], files: BundleFiles, where: str) -> BlendMember:
    given = exact_keys(node, {"weight", "calibrator", "models"}, where)
    models = []
    for j, told in enumerate(_list(given["models"], f"{where}.models")):
        pieces = exact_keys(told, {"family", *_PIECES}, f"{where}.models.{j}")
        built: dict[str, Any] = {name: construct(pieces[name], files, f"{where}.models.{j}.{name}") for name in _PIECES}
        models.append(build(FittedModel, {**nouns, **built, "family": pieces["family"]}, f"{where}.models.{j}"))
    calibrator: Any = construct(given["calibrator"], files, f"{where}.calibrator")
    return build(BlendMember, {"models": tuple(models), "calibrator": calibrator, "weight": given["weight"]}, where)


def _list(node: object, where: str) -> list[Any]:
    if not isinstance(node, list):
        raise damaged("CW505", f"{where} is not a list", got=type(node).__name__)
    return node


_CONSTRUCT: Mapping[int, Callable[[dict[str, Any], BundleFiles], Model]] = MappingProxyType(
    {SINGLE_FORMAT: _construct_single, BLEND_FORMAT: _construct_blend, PACKED_FORMAT: _construct_blend}
)
