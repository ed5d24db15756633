"""Whatever is done to a bundle, it is either refused with a clear text or it was not a change."""

from __future__ import annotations

import hashlib
import io
import json
import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from classward.artifact.read import read_bundle, read_extra
from classward.domain import canonical_json
from classward.errors import ArtifactError

Bundle = tuple[Path, str]
CATEGORY = {"kind": "CategoryPart", "fields": {"column": "a", "categories": [], "grouped": ["b"]}}


def refused(folder: Path, expected_hash: str, code: str) -> ArtifactError:
    with pytest.raises(ArtifactError) as caught:
        read_bundle(folder, expected_hash=expected_hash)
    assert caught.value.code == code, str(caught.value)
    return caught.value


def edit(folder: Path, change: Callable[[dict[str, Any]], object]) -> str:
    """Change the manifest as an attacker would who can also make the reader expect the new hash."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(manifest)
    raw = canonical_json(manifest).encode()
    (folder / "manifest.json").write_bytes(raw)
    return hashlib.sha256(raw).hexdigest()


def replace_file(folder: Path, path: str, data: bytes) -> str:
    """Put other content into a listed file and describe it properly."""
    (folder / path).write_bytes(data)
    told = {"sha256": hashlib.sha256(data).hexdigest(), "n_bytes": len(data)}
    return edit(folder, lambda m: m["files"].update({path: told}))


def npy(array: np.ndarray, **kw: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, array, **kw)
    return out.getvalue()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_byte_is_found(bundle: Bundle, data: st.DataObject) -> None:
    folder, expected = bundle
    path = data.draw(st.sampled_from(sorted(p for p in folder.rglob("*") if p.is_file())))
    before = path.read_bytes()
    at = data.draw(st.integers(0, len(before) - 1))
    path.write_bytes(before[:at] + bytes([before[at] ^ data.draw(st.integers(1, 255))]) + before[at + 1 :])
    try:
        error = refused(folder, expected, "CW502")
        assert error.fix
    finally:
        path.write_bytes(before)
    read_bundle(folder, expected_hash=expected)


def test_removed_files_are_named(bundle: Bundle) -> None:
    folder, expected = bundle
    (folder / "extras" / "card.md").unlink()
    assert "extras/card.md" in refused(folder, expected, "CW503").got


@pytest.mark.parametrize("name", ["extra.py", "extras/more.json", "arrays/x.npy", "deep/er/file"])
def test_added_files_are_named(bundle: Bundle, name: str) -> None:
    folder, expected = bundle
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(b"")
    assert name in refused(folder, expected, "CW503").got


def test_truncated_and_lengthened_files_are_found(bundle: Bundle) -> None:
    folder, expected = bundle
    path = folder / "arrays" / "scorer.weights.npy"
    before = path.read_bytes()
    for other in (before[:-1], before + b"\0", b""):
        path.write_bytes(other)
        refused(folder, expected, "CW502")


def test_links_are_refused_even_to_equal_content(bundle: Bundle, tmp_path: Path) -> None:
    folder, expected = bundle
    path = folder / "extras" / "card.md"
    shutil.copy(path, tmp_path / "elsewhere.md")
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere.md")
    refused(folder, expected, "CW503")


def test_a_linked_folder_is_refused(bundle: Bundle, tmp_path: Path) -> None:
    folder, expected = bundle
    shutil.move(folder / "extras", tmp_path / "extras elsewhere")
    (folder / "extras").symlink_to(tmp_path / "extras elsewhere")
    refused(folder, expected, "CW503")


def test_named_pipes_do_not_hang(bundle: Bundle) -> None:
    folder, expected = bundle
    os.mkfifo(folder / "extras" / "pipe")
    refused(folder, expected, "CW503")


def test_an_edited_manifest_is_not_the_expected_one(bundle: Bundle) -> None:
    folder, expected = bundle
    edit(folder, lambda m: m["label_space"]["classes"].reverse())
    refused(folder, expected, "CW502")


def test_the_expected_hash_decides_not_the_folder(bundle: Bundle) -> None:
    refused(bundle[0], "0" * 64, "CW502")


@pytest.mark.parametrize("path", ["../x", "arrays/../../x", "/etc/passwd", "extras/..", "arrays/a/b", "other/x", "x"])
def test_paths_that_lead_elsewhere_are_refused(bundle: Bundle, path: str) -> None:
    folder, _ = bundle
    told = {"sha256": hashlib.sha256(b"").hexdigest(), "n_bytes": 0}
    refused(folder, edit(folder, lambda m: m["files"].update({path: told})), "CW503")
    with pytest.raises(ArtifactError):
        read_extra(folder, path, expected_hash=edit(folder, lambda m: m["files"].pop(path)))


class Evil:
    def __reduce__(self) -> tuple[object, ...]:
        return os.system, ("echo pwned > pwned.txt",)


@pytest.mark.parametrize(
    "data",
    [
        npy(np.array([Evil()], dtype=object), allow_pickle=True),
        pickle.dumps(Evil()),
        b"\x93NUMPY\x01\x00\xff\xff{",
        b"\x93NUMPY\x03\x00\x10\x00\x00\x00",
        b"",
        npy(np.zeros(4, dtype=[("a", "f4")])),
        npy(np.asfortranarray(np.zeros((3, 3)))),
        npy(np.zeros(4, dtype=">f8")),
        npy(np.zeros(4)).replace(b"False", b"print"),
        npy(np.zeros(4)).replace(b"(4,), }", b"(4,, }\n"),
        npy(np.zeros(4)).replace(b"v\x00{", b"w\x00{"),
    ],
    ids=[
        "pickled",
        "bare pickle",
        "torn header",
        "other version",
        "empty",
        "structured",
        "fortran",
        "big-endian",
        "code",
        "torn shape",
        "length",
    ],
)
def test_what_is_no_plain_array_is_refused_and_never_run(
    bundle: Bundle, data: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    folder, _ = bundle
    refused(folder, replace_file(folder, "arrays/calibrator.bias.npy", data), "CW505")
    assert not (tmp_path / "pwned.txt").exists()


@pytest.mark.parametrize("shape", [[10**12], [2**62, 2**62], [5], [2, 2], [-4], [4.0], "4", [True]])
def test_a_declared_shape_that_is_not_the_files_is_refused_before_memory_is_taken(
    bundle: Bundle, shape: object
) -> None:
    folder, _ = bundle

    def change(m: dict[str, Any]) -> None:
        m["model"]["calibrator"]["fields"]["bias"]["shape"] = shape

    refused(folder, edit(folder, change), "CW505")


def test_a_huge_shape_in_the_file_itself_is_refused(bundle: Bundle) -> None:
    folder, _ = bundle
    header = f"{{'descr': '<f8', 'fortran_order': False, 'shape': ({10**15},), }}".encode().ljust(117) + b"\n"
    raw = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + b"\0" * 32

    def change(m: dict[str, Any]) -> None:
        m["model"]["calibrator"]["fields"]["bias"]["shape"] = [10**15]

    replace_file(folder, "arrays/calibrator.bias.npy", raw)
    refused(folder, edit(folder, change), "CW505")


def _set(path: str, value: object) -> Callable[[dict[str, Any]], None]:
    def change(m: dict[str, Any]) -> None:
        *parents, last = path.split("/")
        node: Any = m
        for part in parents:
            node = node[int(part)] if isinstance(node, list) else node[part]
        node[last] = value

    return change


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("format_version", 2, "CW504"),
        ("format_version", 3, "CW504"),
        ("format_version", True, "CW504"),
        ("format_version", [1], "CW504"),
        ("added", 1, "CW504"),
        ("model/extra", 1, "CW504"),
        ("model/calibrator/kind", "Popen", "CW504"),
        ("model/calibrator/kind", "FittedModel", "CW504"),
        ("model/calibrator/kind", ["Identity"], "CW504"),
        ("model/calibrator/fields/added", 1, "CW504"),
        ("model/calibrator/fields/_bias", 1, "CW504"),
        ("model/calibrator/fields/bias", 1, "CW505"),
        ("model/calibrator/fields/bias", None, "CW505"),
        ("model/calibrator", 3, "CW505"),
        ("model/calibrator", {"kind": "Temperature", "fields": {"temperature": 0}}, "CW505"),
        ("model/calibrator", {"kind": "Temperature", "fields": {"temperature": "1"}}, "CW505"),
        ("model/calibrator", CATEGORY, "CW505"),
        ("model/scorer", {"kind": "Identity", "fields": {}}, "CW505"),
        ("model/featuriser/fields/dense", [[[[[[[[[[[[[[[]]]]]]]]]]]]]]], "CW505"),
        ("model/featuriser/fields/categories", [], "CW505"),
        ("family", 3, "CW505"),
        ("schema/added", 1, "CW504"),
        ("schema/features/0/kind", 5, "CW505"),
        ("label_space/classes", [], "CW505"),
        ("label_space/classes/0/is_critical", "yes", "CW505"),
        ("label_space/classes/0/_position", {}, "CW504"),
        ("files", [], "CW504"),
        ("files/extras~card.md", 1, "CW504"),
    ],
)  # fmt: skip
def test_manifests_that_say_something_else_are_refused(bundle: Bundle, path: str, value: object, code: str) -> None:
    folder, _ = bundle
    if "~" in path:
        refused(folder, edit(folder, lambda m: m["files"].update({"extras/card.md": value})), code)
    else:
        refused(folder, edit(folder, _set(path, value)), code)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"format_version": 1}', b'{"a":NaN}', b'{"a":1,"a":2}'],
    ids=["empty", "torn", "list", "null", "not utf-8", "deep", "spaces", "nan", "twice"],
)
def test_manifests_that_are_no_manifests_are_refused(bundle: Bundle, raw: bytes) -> None:
    folder, _ = bundle
    (folder / "manifest.json").write_bytes(raw)
    with pytest.raises(ArtifactError):
        read_bundle(folder, expected_hash=hashlib.sha256(raw).hexdigest())


def test_reformatted_manifests_are_refused(bundle: Bundle) -> None:
    folder, _ = bundle
    raw = json.dumps(json.loads((folder / "manifest.json").read_bytes()), indent=1).encode()
    (folder / "manifest.json").write_bytes(raw)
    refused(folder, hashlib.sha256(raw).hexdigest(), "CW501")


def test_no_bundle_at_all(tmp_path: Path) -> None:
    refused(tmp_path, "0" * 64, "CW501")
    refused(tmp_path / "nowhere", "0" * 64, "CW501")


@pytest.mark.parametrize("text", [b"{}", b"[1,2]", b"[", b'["a"]', b"[" * 100_000])
def test_vocabularies_that_are_no_lists_of_texts_are_refused(bundle: Bundle, text: bytes) -> None:
    folder, _ = bundle
    path = next(p.relative_to(folder).as_posix() for p in sorted((folder / "terms").iterdir()))
    refused(folder, replace_file(folder, path, text), "CW505")


def test_too_many_files_are_refused_before_any_is_opened(bundle: Bundle) -> None:
    folder, _ = bundle
    told = {"sha256": "0" * 64, "n_bytes": 1}
    many = {f"extras/f{i}": told for i in range(10_001)}
    refused(folder, edit(folder, lambda m: m["files"].update(many)), "CW505")
    huge = {"extras/f": {"sha256": "0" * 64, "n_bytes": 10**13}}
    refused(folder, edit(folder, lambda m: m.update({"files": m["files"] | huge})), "CW505")
