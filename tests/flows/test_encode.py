"""Texts are read once and within the time; so are images, and what reads them is learned without labels."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from drawn_images import drawings
from numpy.typing import NDArray

from classward.domain import Feature, InputSchema, LabelSpace
from classward.errors import DataError
from classward.flows.budget import Budget
from classward.flows.encode import encode_all
from classward.flows.encode_images import encode_images, encoder_id
from classward.inference import OnnxPictures, PlainPictures, StaticEncoder
from classward.lifecycle.train import LabelledRows

SPACE = LabelSpace.of(["a", "b", "c"])


class CountingEncoder(StaticEncoder):
    """Counts the texts that it really reads, and lets a clock go on for each."""

    __slots__ = ()
    seen: list[str] = []  # noqa: RUF012

    def _encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.seen.extend(texts)
        return StaticEncoder._encode(self, texts)


def encoder() -> CountingEncoder:
    CountingEncoder.seen = []
    return CountingEncoder(
        tokens=("word", "other"), vectors=np.eye(2, 4, dtype=np.float16), weights=np.ones(2, np.float32)
    )


def ticking(step_s: float, ends_s: float) -> Budget:
    """A clock that moves on each time it is asked."""
    ticks = itertools.count()
    return Budget(clock_s=lambda: next(ticks) * step_s, ends_s=ends_s)


def by_work(cost_s: Callable[[], float], ends_s: float) -> Budget:
    """A clock that shows how much was done."""
    return Budget(clock_s=cost_s, ends_s=ends_s)


def texts(n: int) -> LabelledRows:
    values = [f"word {i % (n // 2)}" for i in range(n - 1)] + [None]
    return LabelledRows(
        columns={"text": values, "more": ["other"] * n, "x": [1.0] * n}, n=n, y_index=np.arange(n) % 3,
        schema=InputSchema(features=(
            Feature(name="text", kind="text"), Feature(name="more", kind="text"), Feature(name="x", kind="numeric"),
        )), label_space=SPACE,
    )  # fmt: skip


def test_each_text_of_every_text_column_is_read_once_and_remembered() -> None:
    rows, reader, told = texts(60), encoder(), []
    assert encode_all(rows, reader, budget=ticking(0.001, 100.0), n_threads=1, tell=told.append) == ""
    assert sorted(reader.seen) == sorted({*(v for v in rows.columns["text"] if v), "other", ""})
    assert "reading 31 texts" in told[0]
    reader.encode([v for v in rows.columns["text"] if v] + ["other"])
    assert len(reader.seen) == 32, "nothing is read again"


def test_reading_that_would_take_most_of_the_time_is_left_out_with_its_reason() -> None:
    rows, reader, told = texts(2000), encoder(), []
    budget = by_work(lambda: 0.1 * len(CountingEncoder.seen), 100.0)
    reason = encode_all(rows, reader, budget=budget, n_threads=1, tell=told.append)
    assert reason == "left out: reading 1,001 texts needs about 100 s, and 60 s may go into it"
    assert len(reader.seen) <= 300
    assert not told


def test_an_overdrawn_budget_reads_a_few_and_says_so() -> None:
    reason = encode_all(texts(50), encoder(), budget=ticking(1.0, -5.0), n_threads=1, tell=lambda _: None)
    assert reason.endswith("and 0 s may go into it")


def pictures(n: int = 40) -> LabelledRows:
    images, kinds = drawings(n)
    images[1], images[2] = images[0], images[0]
    return LabelledRows(
        columns={"photo": [*images[:-1], None]}, n=n, y_index=np.array([len(k) - 3 for k in kinds]) % 3,
        schema=InputSchema(features=(Feature(name="photo", kind="image"),)), label_space=SPACE,
    )  # fmt: skip


def test_each_image_is_read_once_and_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []
    real = PlainPictures.encode
    monkeypatch.setattr(PlainPictures, "encode", lambda self, images: (seen.extend(images), real(self, images))[1])
    rows = pictures()
    found = encode_images(rows, None, budget=ticking(0.001, 100.0), tell=lambda _: None)
    assert found.reader is not None
    assert found.remarks == ()
    seen.clear()
    made = found.reader.read([v for v in rows.columns["photo"] if v])
    assert not seen
    assert made.shape == (39, 18), "half as many directions as different images"
    again = encode_images(
        replace(rows, y_index=rows.y_index[::-1].copy()), None, budget=ticking(0.001, 100.0), tell=print
    )
    assert again.reader == found.reader, "labels are not looked at"


def test_rows_without_images_need_nothing() -> None:
    assert encode_images(texts(6), None, budget=ticking(1.0, -1.0), tell=print).reader is None


def backbone() -> OnnxPictures:
    onnx = pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    helper = onnx.helper
    info = lambda name, shape: helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, shape)  # noqa: E731
    graph = helper.make_graph(
        [
            helper.make_node("AveragePool", ["x"], ["p"], kernel_shape=[4, 4], strides=[4, 4]),
            helper.make_node("Flatten", ["p"], ["y"]),
        ],
        "toy", [info("x", ["n", 3, 16, 16])], [info("y", ["n", 48])],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    model = np.frombuffer(made.SerializeToString(), dtype=np.uint8)
    return OnnxPictures(model=model, name="toy", height=16, width=16, n_columns=48)


def test_a_backbone_is_used_if_there_is_time_and_replaced_with_a_remark_if_not(monkeypatch: pytest.MonkeyPatch) -> None:
    toy = backbone()
    found = encode_images(pictures(), toy, budget=ticking(0.001, 100.0), tell=lambda _: None)
    assert found.reader is not None
    assert found.reader.encoder is toy
    assert encoder_id(toy).startswith("toy@")
    assert encoder_id(replace(toy, model=np.concatenate([toy.model, toy.model[:1]]))) != encoder_id(toy)
    seen: list[bytes] = []
    real = OnnxPictures.encode
    monkeypatch.setattr(OnnxPictures, "encode", lambda self, images: (seen.extend(images), real(self, images))[1])
    slow = encode_images(pictures(), toy, budget=by_work(lambda: float(len(seen)), 60.0), tell=lambda _: None)
    assert slow.reader is not None
    assert isinstance(slow.reader.encoder, PlainPictures)
    assert "images were read by the plain features instead of toy@" in slow.remarks[0]


def test_a_budget_too_small_for_any_image_is_refused_with_one_that_is_not() -> None:
    with pytest.raises(DataError, match=r"(?s)CW276.*at least \d+s"):
        encode_images(pictures(), None, budget=ticking(1.0, 1.0), tell=lambda _: None)
