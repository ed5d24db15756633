"""Arrays in fewer bits: how far off, how large, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from classward.artifact.fewer_bits import packed, unpacked
from classward.artifact.layout import sha256
from classward.artifact.read import read_bundle
from classward.artifact.write import write_bundle
from classward.domain import Feature, InputSchema, LabelSpace, canonical_json
from classward.errors import ArtifactError
from classward.estimators import (
    LinearSettings,
    NetworkSettings,
    fit_featuriser,
    fit_linear,
    fit_network,
    fit_smooth_featuriser,
)
from classward.inference import Blend, BlendMember, FittedModel, Identity

SPACE = LabelSpace.of(["a", "b", "c"])
TEXT = InputSchema(features=(Feature(name="text", kind="text"), Feature(name="x", kind="numeric")))
WORDS = (["invoice", "charged"], ["password", "login"], ["parcel", "courier"])


def columns_of(n: int = 300) -> tuple[dict[str, list[object]], np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, n)
    texts = [f"{rng.choice(WORDS[c])} please {rng.integers(1000)}" for c in y]
    return {"text": texts, "x": (y + rng.normal(size=n)).tolist()}, y


def blend() -> Blend:
    columns, y = columns_of()
    text, smooth = fit_featuriser(TEXT, columns, 300), fit_smooth_featuriser(TEXT, columns, 300)
    linear = fit_linear(text.transform(columns, 300), y, n_classes=3, settings=LinearSettings(), seed=0)
    network = fit_network(
        smooth.transform(columns, 300),
        y,
        n_classes=3,
        settings=NetworkSettings(epochs=5),
        seed=0,
        should_stop=lambda: False,
    )
    models = [
        FittedModel(schema=TEXT, label_space=SPACE, featuriser=f, scorer=s, calibrator=Identity(), family="any")
        for f, s in ((text, linear), (smooth, network))
    ]
    members = tuple(BlendMember(models=(m,), calibrator=Identity(), weight=0.5) for m in models)
    return Blend(schema=TEXT, label_space=SPACE, members=members, calibrator=Identity())


def n_bytes(folder: Path) -> int:
    return sum(p.stat().st_size for p in (folder / "arrays").iterdir())


@pytest.mark.parametrize(("packing", "most_bytes", "most_off"), [("int8", 0.4, 0.05), ("float16", 0.6, 0.002)])
def test_a_bundle_in_fewer_bits_is_smaller_and_answers_almost_alike(
    tmp_path: Path, packing: str, most_bytes: float, most_off: float
) -> None:
    model, folders = blend(), (tmp_path / "exact", tmp_path / "packed")
    for folder in folders:
        folder.mkdir()
    write_bundle(folders[0], model, extras={})
    bundle_hash = write_bundle(folders[1], model, extras={}, packing=packing)
    columns, _ = columns_of()
    restored = read_bundle(folders[1], expected_hash=bundle_hash).model
    off = np.abs(restored.predict_proba(columns, 300).matrix - model.predict_proba(columns, 300).matrix)
    assert 0.0 < off.max() < most_off
    assert n_bytes(folders[1]) < most_bytes * n_bytes(folders[0])
    assert json.loads((folders[1] / "manifest.json").read_text())["format_version"] == 3
    (tmp_path / "again").mkdir()
    again = write_bundle(
        tmp_path / "again", restored, extras={}, packing=packing
    )  # what was rounded is not rounded again
    twice = read_bundle(tmp_path / "again", expected_hash=again).model
    np.testing.assert_allclose(
        twice.predict_proba(columns, 300).matrix, restored.predict_proba(columns, 300).matrix, atol=1e-6
    )


def test_rows_of_zeros_and_huge_numbers_survive() -> None:
    array = np.array([[0.0, 0.0], [1e30, -1e30], [1e-30, 5e-31]], dtype=np.float32)
    back = unpacked(*packed(array, "int8"), "<f4")
    np.testing.assert_allclose(back, array, rtol=0.01, atol=0.0)
    assert not back.flags.writeable
    assert np.isfinite(unpacked(*packed(array, "float16"), "<f4")).all()


def test_only_a_blend_is_packed_and_only_in_known_ways(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="int4"):
        write_bundle(tmp_path, blend(), extras={}, packing="int4")
    with pytest.raises(ValueError, match="FittedModel"):
        write_bundle(tmp_path, blend().members[0].models[0], extras={}, packing="int8")


@pytest.mark.parametrize("change", ["steps", "dtype", "key"])
def test_a_manifest_that_was_changed_is_refused(tmp_path: Path, change: str) -> None:
    write_bundle(tmp_path, blend(), extras={}, packing="int8")
    manifest = json.loads((tmp_path / "manifest.json").read_text())
    node = manifest["model"]["members"][0]["models"][0]["scorer"]["fields"]["weights"]
    if change == "steps":
        node["steps"] = node["packed"]
    elif change == "dtype":
        node["dtype"] = "|O8"
    else:
        node["more"] = 1
    raw = canonical_json(manifest).encode()
    (tmp_path / "manifest.json").write_bytes(raw)
    with pytest.raises(ArtifactError, match="CW50"):
        read_bundle(tmp_path, expected_hash=sha256(raw))
