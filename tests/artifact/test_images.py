"""Models over images and vectors come back from their bundle as they were; two encoders never meet in one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classward.artifact.read import read_bundle
from classward.artifact.write import check_equal, write_bundle
from classward.domain import Feature, InputSchema, LabelSpace, to_plain
from classward.errors import ArtifactError
from classward.estimators import fit_picture_reader
from classward.inference import (
    Blend,
    BlendMember,
    Featuriser,
    FittedModel,
    Identity,
    ImagePart,
    LinearScorer,
    OnnxPictures,
    PictureReader,
    PlainPictures,
    VectorPart,
    picture_bytes,
)

SCHEMA = InputSchema(
    features=(Feature(name="photo", kind="image"), Feature(name="vec", kind="vector", length=3, encoder="toy-1"))
)
SPACE = LabelSpace.of(["a", "b", "c"])
RNG = np.random.default_rng(0)
IMAGES = [picture_bytes(RNG.integers(0, 255, (9, 7, 3), dtype=np.uint8)) for _ in range(12)]
COLUMNS = {"photo": [*IMAGES, None], "vec": [*RNG.normal(size=(12, 3)).astype(np.float32), None]}


def model(reader: PictureReader) -> FittedModel:
    vectors = VectorPart(column="vec", length=3, mean=np.zeros(3, np.float32), scale=np.ones(3, np.float32))
    dense = (ImagePart(column="photo", reader=reader, width=4), vectors)
    scorer = LinearScorer(
        mean=np.zeros(7), scale=np.ones(7), weights=np.random.default_rng(1).normal(size=(7, 3)).astype(np.float32),
        intercept=np.zeros(3),
    )  # fmt: skip
    return FittedModel(
        schema=SCHEMA, label_space=SPACE, featuriser=Featuriser(dense=dense), scorer=scorer, calibrator=Identity(),
        family="linear",
    )  # fmt: skip


def blend(*readers: PictureReader) -> Blend:
    members = tuple(BlendMember(models=(model(r),), calibrator=Identity(), weight=1 / len(readers)) for r in readers)
    return Blend(schema=SCHEMA, label_space=SPACE, members=members, calibrator=Identity())


def test_a_model_over_images_and_vectors_comes_back_bit_for_bit(tmp_path: Path) -> None:
    made = blend(fit_picture_reader(IMAGES), fit_picture_reader(IMAGES))
    found = read_bundle(tmp_path, expected_hash=write_bundle(tmp_path, made, extras={})).model
    check_equal(made, found, columns=COLUMNS, n=13, tolerance=0.0)
    assert isinstance(found, Blend)
    first, second = (m.models[0].featuriser.dense[0] for m in found.members)
    assert first.reader is second.reader, "an image of a request is decoded once"
    assert found.schema == SCHEMA
    assert sum(p.stat().st_size for p in (tmp_path / "arrays").glob("*directions*")) < 60_000, "stored once"


def test_rows_do_not_depend_on_those_beside_them() -> None:
    reader = fit_picture_reader(IMAGES)
    whole = reader.read(IMAGES)
    for i, data in enumerate(IMAGES):
        assert (fit_picture_reader(IMAGES).read([data])[0] == whole[i]).all()


def test_members_that_read_images_by_two_encoders_are_refused(tmp_path: Path) -> None:
    def fake(name: str) -> PictureReader:
        encoder = OnnxPictures(model=np.ones(3, np.uint8), name=name, height=8, width=8, n_columns=5)
        return PictureReader(
            encoder=encoder, mean=np.zeros(5, np.float32), directions=np.eye(5, dtype=np.float32), scale=np.ones(5)
        )

    assert blend(fake("v1"), fake("v1")).members
    with pytest.raises(ValueError, match="images of one model are read by two encoders"):
        blend(fake("v1"), fake("v2"))
    with pytest.raises(ValueError, match="two encoders"):
        blend(fake("v1"), fit_picture_reader(IMAGES))


def test_a_schema_of_before_vectors_keeps_its_hash_and_form() -> None:
    assert to_plain(Feature(name="x", kind="numeric")) == {
        "name": "x", "kind": "numeric", "is_required": False, "description": "",
    }  # fmt: skip
    assert set(to_plain(SCHEMA.features[1])) >= {"length", "encoder"}


@pytest.mark.parametrize(
    "change",
    [
        {"directions": np.full((1761, 6), 0.5, np.float32)},
        {"directions": np.full((1761, 6), 1e14, np.float32)},
        {"mean": np.full(1761, np.nan, np.float32)},
        {"scale": np.ones(5)},
        {"encoder": OnnxPictures(model=np.ones(1, np.uint8), name="x", height=1, width=1, n_columns=7)},
    ],
)
def test_pieces_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"whole|exact|finite|mean"):
        replace(fit_picture_reader(IMAGES), **change)


def test_a_network_that_cannot_run_says_so() -> None:
    pytest.importorskip("onnxruntime")
    broken = OnnxPictures(model=np.ones(30, np.uint8), name="x", height=8, width=8, n_columns=4)
    with pytest.raises(ArtifactError, match="CW277 the image network cannot be read"):
        broken.encode(IMAGES[:1])
    assert PlainPictures() == PlainPictures()
