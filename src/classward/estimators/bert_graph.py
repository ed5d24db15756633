"""The weights of a BERT-like encoder → an ONNX graph with pooling inside. Needs the package onnx, and no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BertShape", "bert_to_onnx"]

_OPSET = 20  # the first with Gelu


@dataclass(frozen=True, slots=True, kw_only=True)
class BertShape:
    """What the weights do not tell: how many heads share a layer, and the small number of its normalisation."""

    n_layers: int
    n_heads: int
    epsilon: float


@dataclass(slots=True)
class _Graph:
    """Nodes and constants, as they are added."""

    onnx: Any
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add(self, kind: str, *inputs: str, n: int = 1, **attributes: Any) -> Any:
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(n)]
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), names, **attributes))
        return names[0] if n == 1 else names

    def constant(self, value: NDArray[Any]) -> str:
        name = f"c{len(self.constants)}"
        self.constants.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def linear(self, x: str, weight: NDArray[Any], bias: NDArray[Any]) -> str:
        made: str = self.add("Add", self.add("MatMul", x, self.constant(weight.T)), self.constant(bias))
        return made

    def normalise(self, x: str, weights: Mapping[str, NDArray[Any]], name: str, epsilon: float) -> str:
        scale, bias = self.constant(weights[f"{name}.weight"]), self.constant(weights[f"{name}.bias"])
        made: str = self.add("LayerNormalization", x, scale, bias, axis=-1, epsilon=epsilon)
        return made


def bert_to_onnx(weights: Mapping[str, NDArray[Any]], shape: BertShape, *, layers: tuple[int, ...]) -> bytes:
    """Build a graph from ``input_ids`` (n, n_tokens) to one vector a text.

    The vector is the mean over tokens after each of the named layers, each scaled to length 1, side by side. There is
    no mask: texts of one batch must have the same number of tokens, as :class:`OnnxEncoder` sends them.

    Parameters
    ----------
    weights : mapping of name to float array
        Named as the BertModel of transformers names them.
    shape : BertShape
        Heads, layers, epsilon.
    layers : tuple of int
        Layers to read, 1 to ``n_layers``; ``(n_layers,)`` is what sentence-transformers does.

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
    """
    import onnx

    graph = _Graph(onnx)
    x = _embed(graph, weights, shape)
    made = []
    for layer in range(max(layers)):
        x = _layer(graph, x, weights, f"encoder.layer.{layer}", shape)
        if layer + 1 in layers:
            mean = graph.add("ReduceMean", x, graph.constant(np.array([1])), keepdims=0)
            made.append(graph.add("LpNormalization", mean, axis=-1, p=2))
    out = graph.add("Concat", *made, axis=-1)
    return _file(graph, out, len(layers) * weights["embeddings.LayerNorm.bias"].shape[0])


def _embed(graph: _Graph, weights: Mapping[str, NDArray[Any]], shape: BertShape) -> str:
    words = graph.add("Gather", graph.constant(weights["embeddings.word_embeddings.weight"]), "input_ids")
    places = weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
    n_tokens = graph.add("Shape", "input_ids", start=1, end=2)
    place = graph.add("Slice", graph.constant(places), graph.constant(np.array([0])), n_tokens)
    return graph.normalise(graph.add("Add", words, place), weights, "embeddings.LayerNorm", shape.epsilon)


def _layer(graph: _Graph, x: str, weights: Mapping[str, NDArray[Any]], name: str, shape: BertShape) -> str:
    def linear(x: str, part: str) -> str:
        return graph.linear(x, weights[f"{name}.{part}.weight"], weights[f"{name}.{part}.bias"])

    width = weights[f"{name}.attention.self.query.bias"].shape[0]
    by_head = graph.constant(np.array([0, 0, shape.n_heads, width // shape.n_heads]))
    query, key, value = (
        graph.add("Reshape", linear(x, f"attention.self.{part}"), by_head) for part in ("query", "key", "value")
    )
    query, value = (graph.add("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
    key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
    scale = graph.constant(np.array(np.sqrt(width / shape.n_heads), dtype=np.float32))
    share = graph.add("Softmax", graph.add("Div", graph.add("MatMul", query, key), scale), axis=-1)
    mixed = graph.add("Transpose", graph.add("MatMul", share, value), perm=[0, 2, 1, 3])
    mixed = graph.add("Reshape", mixed, graph.constant(np.array([0, 0, width])))
    mixed = graph.add("Add", linear(mixed, "attention.output.dense"), x)
    mixed = graph.normalise(mixed, weights, f"{name}.attention.output.LayerNorm", shape.epsilon)
    wide = graph.add("Gelu", linear(mixed, "intermediate.dense"))
    out = graph.add("Add", linear(wide, "output.dense"), mixed)
    return graph.normalise(out, weights, f"{name}.output.LayerNorm", shape.epsilon)


def _file(graph: _Graph, out: str, width: int) -> bytes:
    onnx = graph.onnx
    graph.nodes.append(onnx.helper.make_node("Identity", [out], ["vectors"]))
    made = onnx.helper.make_model(
        onnx.helper.make_graph(
            graph.nodes,
            "sentence_encoder",
            [onnx.helper.make_tensor_value_info("input_ids", onnx.TensorProto.INT64, ["n", "n_tokens"])],
            [onnx.helper.make_tensor_value_info("vectors", onnx.TensorProto.FLOAT, ["n", width])],
            graph.constants,
        ),
        opset_imports=[onnx.helper.make_opsetid("", _OPSET)],
        ir_version=9,
    )
    onnx.checker.check_model(made)
    data: bytes = made.SerializeToString()
    return data
