"""A tiny network through the real runtime: pooling, lengths, batches, processes, and what goes wrong."""

from __future__ import annotations

import builtins
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.errors import ArtifactError, UsageError
from classward.inference import EmbeddingPart, OnnxEncoder

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
tokenizers = pytest.importorskip("tokenizers")

WORDS = ["[UNK]", "[CLS]", "card", "lost", "payment", "refund", "twice"]
TABLE = np.random.default_rng(3).normal(size=(len(WORDS), 5)).astype(np.float32)


def tokenizer_json() -> np.ndarray:
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    made.enable_padding(length=32)  # as real files often say; the encoder must undo it
    made.enable_truncation(2)
    return np.frombuffer(made.to_str().encode(), dtype=np.uint8)


def network(*, pooled: bool = True, inputs: tuple[str, ...] = ("input_ids",), width: int = 5) -> np.ndarray:
    make = onnx.helper.make_node
    nodes = [make("Gather", ["table", "input_ids"], ["tokens"])]
    nodes += (
        [make("ReduceMean", ["tokens", "axis"], ["out"], keepdims=0)]
        if pooled
        else [make("Identity", ["tokens"], ["out"])]
    )
    info = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        nodes,
        "tiny",
        [info(name, onnx.TensorProto.INT64, ["n", "t"]) for name in inputs],
        [info("out", onnx.TensorProto.FLOAT, None)],
        [onnx.numpy_helper.from_array(TABLE[:, :width], "table"), onnx.numpy_helper.from_array(np.array([1]), "axis")],
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 20)], ir_version=9)
    return np.frombuffer(model.SerializeToString(), dtype=np.uint8)


def tiny(**changes: object) -> OnnxEncoder:
    return OnnxEncoder(**({"model": network(), "tokenizer": tokenizer_json(), "n_columns": 5} | changes))  # type: ignore[arg-type]


def by_hand(text: str, most_tokens: int = 256) -> np.ndarray:
    ids = [1] + [WORDS.index(w) if w in WORDS else 0 for w in text.split()]
    mean = TABLE[ids[:most_tokens]].mean(axis=0)
    return mean / np.linalg.norm(mean)


TEXTS = ["card lost", "payment twice refund", "card", "unknown words here lost", "lost card", ""]


@pytest.mark.parametrize("pooled", [True, False])
@pytest.mark.parametrize("inputs", [("input_ids",), ("input_ids", "attention_mask", "token_type_ids")])
def test_vectors_equal_those_by_hand(pooled: bool, inputs: tuple[str, ...]) -> None:
    made = tiny(model=network(pooled=pooled, inputs=inputs)).encode(TEXTS)
    np.testing.assert_allclose(made, [by_hand(t) for t in TEXTS], atol=1e-6)


def test_long_texts_are_cut() -> None:
    encoder = tiny(most_tokens=3)
    text = "card lost payment twice"
    np.testing.assert_allclose(encoder.encode([text])[0], by_hand(text, 3), atol=1e-6)


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(max_size=20) | st.sampled_from(TEXTS), min_size=1, max_size=8))
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str]) -> None:
    encoder = tiny()
    together = encoder.encode(texts)
    for row, text in zip(together, texts, strict=True):
        np.testing.assert_allclose(row, encoder.encode([text])[0], atol=1e-6)


def test_pickles_copies_and_threads_answer_alike() -> None:
    encoder = tiny()
    encoder.remember(10)
    first = encoder.encode(TEXTS)
    again = pickle.loads(pickle.dumps(encoder))  # noqa: S301  our own bytes
    assert again == encoder
    assert again._memory._rows == {}
    with ThreadPoolExecutor(4) as pool:
        for made in pool.map(lambda _: again.encode(TEXTS), range(8)):
            np.testing.assert_array_equal(made, first)
    again.use_threads(2)
    np.testing.assert_allclose(again.encode(TEXTS), first, atol=1e-6)


def test_a_part_without_a_text_needs_no_runtime(monkeypatch: pytest.MonkeyPatch) -> None:
    hide(monkeypatch, "onnxruntime")
    part = EmbeddingPart(column="t", encoder=tiny())
    assert np.isnan(part.transform({"t": [None, " "]}, 2)).all()


def hide(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    real: Callable[..., object] = builtins.__import__

    def without(module: str, *args: object, **kwargs: object) -> object:
        if module.partition(".")[0] == name:
            raise ImportError(f"No module named {name!r}", name=name)
        return real(module, *args, **kwargs)

    monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setattr(builtins, "__import__", without)


@pytest.mark.parametrize("name", ["onnxruntime", "tokenizers"])
def test_a_missing_runtime_says_what_to_install(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    encoder = tiny()
    hide(monkeypatch, name)
    with pytest.raises(UsageError, match=rf"CW320(.|\n)*no {name}(.|\n)*classward\[text\]"):
        encoder.encode(["card"])


@pytest.mark.parametrize(
    "broken", [{"model": np.ones(50, np.uint8)}, {"tokenizer": np.frombuffer(b"{}", dtype=np.uint8)}]
)
def test_what_is_no_encoder_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ArtifactError, match="CW321"):
        tiny(**broken).encode(["card"])


def test_another_width_or_input_is_refused() -> None:
    with pytest.raises(ArtifactError, match="CW322"):
        tiny(n_columns=4).encode(["card"])
    with pytest.raises(ArtifactError, match=r"CW322(.|\n)*pixels"):
        tiny(model=network(inputs=("input_ids", "pixels"))).encode(["card"])
    assert tiny(n_columns=1).measured().n_columns == 5


@pytest.mark.parametrize("bad", [{"model": np.zeros(0, np.uint8)}, {"n_columns": 0}, {"most_tokens": 0}])
def test_pieces_must_fit(bad: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="no encoder"):
        tiny(**bad)
