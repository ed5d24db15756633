"""Encoders travel inside the bundle and answer bit for bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from classward.artifact.read import read_bundle
from classward.artifact.write import check_equal, write_bundle
from classward.domain import Feature, InputSchema, LabelSpace
from classward.inference import (
    Blend,
    BlendMember,
    EmbeddingPart,
    Encoder,
    Featuriser,
    FittedModel,
    Identity,
    LinearScorer,
    OnnxEncoder,
    StaticEncoder,
    Temperature,
)

TEXTS = ["card lost", "payment twice", "refund the payment", None, "ünknown", "card card card"]


def static() -> StaticEncoder:
    tokens = ("card", "lost", "payment", "##s", "ü", *(f"piece{i}" for i in range(80)))
    rng = np.random.default_rng(0)
    return StaticEncoder(
        tokens=tokens,
        vectors=rng.normal(size=(len(tokens), 6)).astype(np.float16),
        weights=rng.random(len(tokens)).astype(np.float32),
        inner="##",
    )


def network() -> OnnxEncoder:
    onnx = pytest.importorskip("onnx")
    tokenizers = pytest.importorskip("tokenizers")
    pytest.importorskip("onnxruntime")
    table = onnx.numpy_helper.from_array(np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32), "table")
    axis = onnx.numpy_helper.from_array(np.array([1]), "axis")
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [
            onnx.helper.make_node("Gather", ["table", "input_ids"], ["tokens"]),
            onnx.helper.make_node("ReduceMean", ["tokens", "axis"], ["out"], keepdims=0),
        ],
        "tiny",
        [info("input_ids", onnx.TensorProto.INT64, ["n", "t"])],
        [info("out", onnx.TensorProto.FLOAT, ["n", 6])],
        [table, axis],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9)
    words = tokenizers.models.WordLevel({"?": 0, "card": 1, "lost": 2, "payment": 3}, unk_token="?")
    tokenizer = tokenizers.Tokenizer(words)
    tokenizer.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    return OnnxEncoder(
        model=np.frombuffer(model.SerializeToString(), dtype=np.uint8),
        tokenizer=np.frombuffer(tokenizer.to_str().encode(), dtype=np.uint8),
        n_columns=6,
    )


@pytest.mark.parametrize("make", [static, network])
def test_a_restored_encoder_answers_bit_for_bit(make: object, tmp_path: Path) -> None:
    encoder: Encoder = make()  # type: ignore[operator]
    rng = np.random.default_rng(2)
    model = FittedModel(
        schema=InputSchema(features=(Feature(name="t", kind="text"),)),
        label_space=LabelSpace.of(["x", "y", "z"]),
        featuriser=Featuriser(dense=(EmbeddingPart(column="t", encoder=encoder),)),
        scorer=LinearScorer(
            mean=np.zeros(6),
            scale=np.ones(6),
            weights=rng.normal(size=(6, 3)).astype(np.float32),
            intercept=np.zeros(3),
        ),
        calibrator=Temperature(temperature=0.5),
        family="embedding",
    )
    restored = read_bundle(tmp_path, expected_hash=write_bundle(tmp_path, model, extras={})).model
    columns = {"t": TEXTS}
    np.testing.assert_array_equal(restored.logits(columns, 6), model.logits(columns, 6))
    check_equal(model, restored, columns=columns, n=6)


def test_no_text_of_a_request_is_written(tmp_path: Path) -> None:
    encoder = static()
    encoder.remember(100)
    encoder.encode(["card lost secretly"])
    model = FittedModel(
        schema=InputSchema(features=(Feature(name="t", kind="text"),)),
        label_space=LabelSpace.of(["x", "y", "z"]),
        featuriser=Featuriser(dense=(EmbeddingPart(column="t", encoder=encoder),)),
        scorer=LinearScorer(
            mean=np.zeros(6), scale=np.ones(6), weights=np.zeros((6, 3), np.float32), intercept=np.zeros(3)
        ),
        calibrator=Temperature(temperature=1.0),
        family="embedding",
    )
    write_bundle(tmp_path, model, extras={})
    assert not any(b"secretly" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_members_that_share_an_encoder_share_it_in_the_bundle_and_after(tmp_path: Path) -> None:
    encoder = static()
    rng = np.random.default_rng(4)
    schema, space = InputSchema(features=(Feature(name="t", kind="text"),)), LabelSpace.of(["x", "y", "z"])
    models = tuple(
        FittedModel(
            schema=schema,
            label_space=space,
            featuriser=Featuriser(dense=(EmbeddingPart(column="t", encoder=encoder, first=first),)),
            scorer=LinearScorer(
                mean=np.zeros(6 - first), scale=np.ones(6 - first),
                weights=rng.normal(size=(6 - first, 3)).astype(np.float32), intercept=np.zeros(3),
            ),
            calibrator=Identity(),
            family="embedding",
        )
        for first in (0, 2)
    )  # fmt: skip
    members = tuple(BlendMember(models=(m,), calibrator=Identity(), weight=0.5) for m in models)
    blend = Blend(schema=schema, label_space=space, members=members, calibrator=Identity())
    restored = read_bundle(tmp_path, expected_hash=write_bundle(tmp_path, blend, extras={})).model
    assert isinstance(restored, Blend)
    check_equal(blend, restored, columns={"t": TEXTS}, n=6)
    parts = [member.models[0].featuriser.dense[0] for member in restored.members]
    assert all(isinstance(part, EmbeddingPart) for part in parts)
    assert parts[0].encoder is parts[1].encoder  # type: ignore[union-attr]
    assert len(list(tmp_path.glob("arrays/*vectors*"))) == 1
    assert len(list(tmp_path.glob("terms/*tokens*"))) == 1
    again = tmp_path / "again"
    again.mkdir()
    first = tmp_path / "first"
    first.mkdir()
    assert write_bundle(first, blend, extras={}) == write_bundle(again, restored, extras={})
