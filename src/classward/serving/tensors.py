"""Open Inference Protocol tensors ⇄ rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from classward.domain import Feature, InputSchema
from classward.errors import InvalidInput, nearest
from classward.flows.predict import Answer
from classward.serving.binary import TensorValues
from classward.serving.decode import InferInput, InferOutput

__all__ = [
    "DATATYPES",
    "OUTPUTS",
    "SET",
    "OutputTensor",
    "check_outputs",
    "check_shape",
    "outputs_of",
    "rows_of",
    "shape_of",
]

_INTEGERS = ("INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64")
_NUMBERS = ("FP64", "FP32", "FP16", *_INTEGERS)

DATATYPES: dict[str, tuple[str, ...]] = {
    "text": ("BYTES",),
    "categorical": ("BYTES",),
    "date": ("BYTES",),
    "numeric": _NUMBERS,
    "boolean": ("BOOL",),
    "image": ("BYTES",),
    "vector": ("FP32", "FP64", "FP16", *_INTEGERS),
}
"""Feature kind → accepted tensor types; the first is the one that metadata announces."""

OUTPUTS = ("id", "label", "probability", "probabilities")
"""Output tensors; ``id`` is of each row, to label it later, ``probabilities`` has shape (n, classes)."""

SET = "set"
"""Output tensor that comes only when it is asked for: which classes stay possible, of shape (n, classes)."""


@dataclass(frozen=True, slots=True)
class OutputTensor:
    """One output: values flat, in row-major order, whatever form they leave in."""

    name: str
    datatype: str
    shape: tuple[int, ...]
    values: TensorValues


def shape_of(feature: Feature, n: int) -> list[int]:
    """Shape of the tensor of a feature for ``n`` rows."""
    return [n, feature.length] if feature.kind == "vector" else [n]


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _test_of(datatype: str) -> Callable[[object], bool]:
    if datatype == "BYTES":
        return lambda value: isinstance(value, str)
    if datatype == "BOOL":
        return lambda value: isinstance(value, bool)
    return _is_integer if datatype in _INTEGERS else _is_number


def rows_of(inputs: Sequence[InferInput], schema: InputSchema, *, max_rows: int) -> list[dict[str, object]]:
    """Turn one tensor per feature into rows; ``null`` stands for a missing value.

    Parameters
    ----------
    inputs : sequence of InferInput
        Each of shape ``[n]`` or ``[n, 1]``, data flat or nested, all with the same n; vectors of shape ``[n, length]``.
        Images are files in base64.

    Raises
    ------
    InvalidInput
        CW421 when shape, type and data of a tensor disagree, CW422 for a name that is no feature, CW413 beyond
        ``max_rows``.
    """
    known = {feature.name: feature for feature in schema.features}
    columns: dict[str, list[object]] = {}
    for tensor in inputs:
        if tensor.name not in known:
            raise InvalidInput(
                "CW422",
                f"no input is called {tensor.name[:100]!r}{nearest(tensor.name[:100], known)}",
                fix="GET /v2/models/{model} lists the inputs",
            )
        if tensor.name in columns:
            raise _bad(tensor, "it is given twice", "give each input once")
        feature = known[tensor.name]
        read = _vectors if feature.kind == "vector" else _column
        columns[tensor.name] = read(tensor, DATATYPES[feature.kind], max_rows)
    sizes = {len(column) for column in columns.values()}
    if len(sizes) != 1:
        raise InvalidInput(
            "CW421",
            "the inputs do not have one number of rows",
            got=f"sizes {sorted(sizes)}",
            fix="give each input n values",
        )
    names = list(columns)
    return [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def _column(tensor: InferInput, datatypes: tuple[str, ...], max_rows: int) -> list[object]:
    if tensor.datatype not in datatypes:
        raise _bad(tensor, f"its datatype must be {' or '.join(datatypes[:2])}", f"send it as {datatypes[0]}")
    shape = tensor.shape
    check_shape(tensor, max_rows=max_rows)
    data = tensor.data
    if len(shape) == 2 and data and all(isinstance(item, list) and len(item) == 1 for item in data):
        data = [item[0] for item in data]
    if len(data) != shape[0]:
        raise _bad(tensor, f"its shape says {shape[0]} values, its data has {len(data)}", "make them agree")
    fits = _test_of(tensor.datatype)
    for index, value in enumerate(data):
        if value is not None and not fits(value):
            raise _bad(
                tensor, f"row {index} does not hold a value of type {tensor.datatype}", "send that type, or null"
            )
    return data


def check_shape(tensor: InferInput, *, max_rows: int) -> None:
    """Make sure of one value per row, before values are read.

    Raises
    ------
    InvalidInput
        CW421 for another shape than ``[n]`` or ``[n, 1]``, CW413 beyond ``max_rows``.
    """
    shape = tensor.shape
    if not (len(shape) == 1 or (len(shape) == 2 and shape[1] == 1)) or shape[0] < 0:
        raise _bad(tensor, "its shape must be [n] or [n, 1]", "one value per row")
    if shape[0] > max_rows:
        raise _too_many(max_rows)


def _vectors(tensor: InferInput, datatypes: tuple[str, ...], max_rows: int) -> list[object]:
    """One list of numbers per row; how many there must be, and that they are finite, is checked with the row."""
    shape, data = tensor.shape, tensor.data
    if len(shape) != 2 or min(shape) < 0:
        raise _bad(tensor, "its shape must be [n, length]", "one vector per row")
    if len(data) == shape[0] and all(item is None or isinstance(item, list) for item in data):
        if shape[0] > max_rows:
            raise _too_many(max_rows)
        return data
    flat = InferInput(tensor.name, [shape[0] * shape[1]], tensor.datatype, data)
    numbers = _column(flat, datatypes, max_rows * max(shape[1], 1))
    if shape[0] > max_rows:
        raise _too_many(max_rows)
    return [numbers[i * shape[1] : (i + 1) * shape[1]] for i in range(shape[0])]


def _too_many(max_rows: int) -> InvalidInput:
    return InvalidInput("CW413", "too many rows in one request", why=f"at most {max_rows}", fix="split the request")


def _bad(tensor: InferInput, problem: str, fix: str) -> InvalidInput:
    return InvalidInput("CW421", f"input {tensor.name[:100]!r} cannot be read: {problem}", fix=fix)


def check_outputs(wanted: Sequence[InferOutput] | None) -> None:
    """Make sure that the outputs asked for exist, before anything is predicted.

    Raises
    ------
    InvalidInput
        CW422 for an output that does not exist.
    """
    for output in wanted or ():
        if output.name not in (*OUTPUTS, SET):
            name = output.name[:100]
            known = (*OUTPUTS, SET)
            raise InvalidInput("CW422", f"no output is called {name!r}{nearest(name, known)}", fix=", ".join(known))


def outputs_of(answer: Answer, wanted: Sequence[InferOutput] | None) -> tuple[OutputTensor, ...]:
    """Give the answer as output tensors, all of them or those asked for."""
    names = dict.fromkeys(OUTPUTS if not wanted else (output.name for output in wanted))
    return tuple(_output(name, answer) for name in names)


def _output(name: str, answer: Answer) -> OutputTensor:
    rows = answer.predictions
    if name == "probabilities":
        matrix = answer.probabilities
        return OutputTensor(name, "FP64", matrix.shape, matrix.ravel())
    if name == SET:
        possible = [frozenset(row.possible or ()) for row in rows]
        values = [one in names for names in possible for one in answer.class_names]
        return OutputTensor(name, "BOOL", (len(rows), len(answer.class_names)), values)
    if name == "probability":
        return OutputTensor(name, "FP64", (len(rows),), [row.probability for row in rows])
    return OutputTensor(name, "BYTES", (len(rows),), [row.id if name == "id" else row.label for row in rows])
