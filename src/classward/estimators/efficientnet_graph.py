"""The weights of EfficientNet-Lite0 → an ONNX graph up to the pooled features. Needs the package onnx, and no torch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["efficientnet_lite0_to_onnx"]

_OPSET = 18
_EPSILON = 1e-3
_REPEATS = (1, 2, 2, 3, 3, 4, 1)
_STRIDES = (1, 2, 2, 2, 1, 2, 1)
_SIDE = 224

Weights = Mapping[str, NDArray[Any]]


def efficientnet_lite0_to_onnx(weights: Weights, *, with_classes: bool = False) -> bytes:
    """Build a graph from images (n, 3, 224, 224) to 1,280 features an image, or to 1,000 ImageNet scores.

    Parameters
    ----------
    weights : mapping of name to float array
        Named as the PyTorch port of EfficientNet-Lite names them. Normalisation is folded into the convolutions.
    with_classes : bool
        Whether the last layer is kept.

    Returns
    -------
    bytes
        A checked ONNX file in float32.

    Raises
    ------
    ImportError
        If the package onnx is not installed.
    KeyError
        If a weight is missing.

    References
    ----------
    Tan, Le (2019). EfficientNet. ICML. Liu (2020). Higher accuracy on vision models with EfficientNet-Lite (no squeeze and
    excitation, ReLU6).
    """
    import onnx

    graph = _Graph(onnx, weights)
    x = graph.convolution("images", "_conv_stem", "_bn0", stride=2)
    block = 0
    for repeats, stride in zip(_REPEATS, _STRIDES, strict=True):
        for i in range(repeats):
            x = graph.block(x, f"_blocks.{block}", stride=stride if i == 0 else 1)
            block += 1
    x = graph.convolution(x, "_conv_head", "_bn1")
    out = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    if with_classes:
        out = graph.add(
            "Gemm", out, graph.constant(weights["_fc.weight"]), graph.constant(weights["_fc.bias"]), transB=1
        )
    return graph.file(out, 1000 if with_classes else 1280)


class _Graph:
    """Nodes and constants, as they are added."""

    def __init__(self, onnx: Any, weights: Weights) -> None:
        self._onnx, self._weights = onnx, weights
        self._nodes: list[Any] = []
        self._constants: list[Any] = []
        self._six = (self.constant(np.float32(0)), self.constant(np.float32(6)))

    def add(self, kind: str, *inputs: str, **attributes: Any) -> str:
        name = f"{kind}_{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def constant(self, value: Any) -> str:
        name = f"c{len(self._constants)}"
        self._constants.append(self._onnx.numpy_helper.from_array(np.asarray(value, dtype=np.float32), name))
        return name

    def convolution(self, x: str, name: str, norm: str, *, stride: int = 1, is_bent: bool = True) -> str:
        """One convolution with its normalisation folded in, then ReLU6."""
        kernel = self._weights[f"{name}.weight"]
        scale = self._weights[f"{norm}.weight"] / np.sqrt(self._weights[f"{norm}.running_var"] + _EPSILON)
        bias = self._weights[f"{norm}.bias"] - self._weights[f"{norm}.running_mean"] * scale
        is_by_channel = kernel.shape[1] == 1 and kernel.shape[0] > 1
        made = self.add(
            "Conv", x, self.constant(kernel * scale[:, None, None, None]), self.constant(bias), auto_pad="SAME_UPPER",
            strides=[stride, stride], group=len(kernel) if is_by_channel else 1,
        )  # fmt: skip
        return self.add("Clip", made, *self._six) if is_bent else made

    def block(self, x: str, name: str, *, stride: int) -> str:
        """Widen, look at each channel, narrow; with a way around where nothing changes its size."""
        inner, norms = x, ("_bn0", "_bn1", "_bn2")
        if f"{name}._expand_conv.weight" in self._weights:
            inner = self.convolution(x, f"{name}._expand_conv", f"{name}.{norms[0]}")
        inner = self.convolution(inner, f"{name}._depthwise_conv", f"{name}.{norms[1]}", stride=stride)
        narrow = self.convolution(inner, f"{name}._project_conv", f"{name}.{norms[2]}", is_bent=False)
        expand = self._weights.get(f"{name}._expand_conv.weight")
        n_in = expand.shape[1] if expand is not None else -1
        is_same = stride == 1 and n_in == self._weights[f"{name}._project_conv.weight"].shape[0]
        return self.add("Add", narrow, x) if is_same else narrow

    def file(self, out: str, width: int) -> bytes:
        onnx = self._onnx
        self._nodes.append(onnx.helper.make_node("Identity", [out], ["features"]))
        kind = onnx.TensorProto.FLOAT
        made = onnx.helper.make_model(
            onnx.helper.make_graph(
                self._nodes, "efficientnet_lite0",
                [onnx.helper.make_tensor_value_info("images", kind, ["n", 3, _SIDE, _SIDE])],
                [onnx.helper.make_tensor_value_info("features", kind, ["n", width])],
                self._constants,
            ),
            opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
            ir_version=9,
        )  # fmt: skip
        onnx.checker.check_model(made)
        data: bytes = made.SerializeToString()
        return data
