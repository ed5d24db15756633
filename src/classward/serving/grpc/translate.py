"""gRPC messages ⇄ the protocol's request and answer as every door hands them on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from classward.errors import InvalidInput
from classward.serving.binary import read_raw, write_raw
from classward.serving.decode import InferBody, InferInput, InferOutput, check_names
from classward.serving.oip import Inferred
from classward.serving.tensors import check_shape

__all__ = ["body_of", "fill_response"]

_CHOICES = {int: "int64_param", float: "double_param", str: "string_param"}
_CONTENTS = {
    "BOOL": "bool_contents",
    "INT8": "int_contents",
    "INT16": "int_contents",
    "INT32": "int_contents",
    "INT64": "int64_contents",
    "UINT8": "uint_contents",
    "UINT16": "uint_contents",
    "UINT32": "uint_contents",
    "UINT64": "uint64_contents",
    "FP32": "fp32_contents",
    "FP64": "fp64_contents",
    "BYTES": "bytes_contents",
}


def body_of(message: Any, *, max_rows: int) -> InferBody:
    """Read a ``ModelInferRequest``.

    Raises
    ------
    InvalidInput
        CW421 for values that do not fit their tensor, CW423 for an id that cannot be used.
    """
    raw = message.raw_input_contents
    if raw and len(raw) != len(message.inputs):
        raise InvalidInput(
            "CW421",
            "'raw_input_contents' does not have one entry per input",
            got=f"{len(raw)} for {len(message.inputs)} inputs",
            fix="send all inputs as bytes, or none",
        )
    inputs = [_input(tensor, raw[i] if raw else None, max_rows) for i, tensor in enumerate(message.inputs)]
    if message.id:
        check_names("id", (message.id,))
    return InferBody(
        inputs=inputs,
        id=message.id or None,
        parameters=_parameters(message.parameters),
        outputs=[InferOutput(name=o.name, parameters=_parameters(o.parameters)) for o in message.outputs] or None,
    )


def _input(tensor: Any, raw: bytes | None, max_rows: int) -> InferInput:
    taken = InferInput(
        name=tensor.name,
        shape=list(tensor.shape),
        datatype=tensor.datatype,
        parameters=_parameters(tensor.parameters),
    )
    check_shape(taken, max_rows=max_rows)
    taken.data = _contents(tensor) if raw is None else _raw(taken, raw, is_doubled=tensor.HasField("contents"))
    return taken


def _raw(tensor: InferInput, raw: bytes, *, is_doubled: bool) -> list[object]:
    if is_doubled:
        raise InvalidInput(
            "CW421",
            f"input {tensor.name[:100]!r} cannot be read: it has both 'contents' and raw bytes",
            fix="send its values once",
        )
    return read_raw(raw, name=tensor.name, datatype=tensor.datatype, n=tensor.shape[0])


def _contents(tensor: Any) -> list[object]:
    field = _CONTENTS.get(tensor.datatype)
    if field is None:
        raise InvalidInput(
            "CW421",
            f"input {tensor.name[:100]!r} cannot be read: type {tensor.datatype[:20]!r} has no typed values",
            fix="send it in 'raw_input_contents', or as FP32",
        )
    values = list(getattr(tensor.contents, field))
    if tensor.datatype == "BYTES":
        return [_text(value, tensor.name, row) for row, value in enumerate(values)]
    # Protocol buffers know no null: NaN stands for a missing number, as in raw bytes.
    return [None if value != value else value for value in values]


def _text(value: bytes, name: str, row: int) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise InvalidInput(
            "CW421", f"input {name[:100]!r} cannot be read: row {row} is not UTF-8", fix="send text as UTF-8"
        ) from None


def _parameters(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: getattr(value, value.WhichOneof("parameter_choice") or "string_param") for name, value in given.items()
    }


def fill_response(response: Any, done: Inferred, *, is_raw: bool) -> Any:
    """Write an answer; as raw bytes if the request came so."""
    response.model_name, response.model_version, response.id = done.model, done.version, done.id
    for name, value in done.parameters.items():
        choice = _CHOICES[type(value)]
        setattr(response.parameters[name], choice, value)
    for output in done.outputs:
        tensor = response.outputs.add(name=output.name, datatype=output.datatype, shape=output.shape)
        if is_raw:
            response.raw_output_contents.append(write_raw(output.datatype, output.values))
        else:
            _fill(getattr(tensor.contents, _CONTENTS[output.datatype]), output.values, output.datatype)
    return response


def _fill(field: Any, values: Iterable[Any], datatype: str) -> None:
    field.extend([str(value).encode() for value in values] if datatype == "BYTES" else values)
