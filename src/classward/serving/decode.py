"""Bytes → typed request bodies, with errors that name the place; nothing a client sends may raise anything else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from classward.domain import MAX_NAME, fault_of_name
from classward.errors import InvalidInput, nearest
from classward.serving.doubled import check_doubled

__all__ = [
    "InferBody",
    "InferInput",
    "InferOutput",
    "LabelsBody",
    "PredictBody",
    "StreamLine",
    "check_count",
    "check_names",
    "decode_infer",
    "decode_labels",
    "decode_line",
    "decode_predict",
]

MAX_TOP_K = 1000

_T = TypeVar("_T", bound=msgspec.Struct)


class PredictBody(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /predict``."""

    rows: list[dict[str, Any]]
    ids: list[str] | None = None
    keys: list[str | None] | None = None
    top_k: int = 1
    all: bool = False
    sets: bool = False


class StreamLine(msgspec.Struct, forbid_unknown_fields=True):
    """One line of ``POST /predict`` as a stream."""

    row: dict[str, Any]
    id: str | None = None
    key: str | None = None


class LabelsBody(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /labels``; each item is checked on its own, so that one bad label spoils no other."""

    labels: list[dict[str, Any]]


class InferInput(msgspec.Struct):
    """One input tensor of the Open Inference Protocol; ``data`` stays empty while its values are bytes elsewhere."""

    name: str
    shape: list[int]
    datatype: str
    data: list[Any] = []
    parameters: dict[str, Any] = {}


class InferOutput(msgspec.Struct):
    """One output asked for."""

    name: str
    parameters: dict[str, Any] = {}


class InferBody(msgspec.Struct):
    """Body of ``POST /v2/models/…/infer``; fields of later protocol versions are passed over."""

    inputs: list[InferInput]
    id: str | None = None
    parameters: dict[str, Any] = {}
    outputs: list[InferOutput] | None = None


_predict = msgspec.json.Decoder(PredictBody)
_line = msgspec.json.Decoder(StreamLine)
_labels = msgspec.json.Decoder(LabelsBody)
_infer = msgspec.json.Decoder(InferBody)


def decode_predict(body: bytes) -> PredictBody:
    """Decode ``POST /predict``.

    Raises
    ------
    InvalidInput
        CW410 if the body is no JSON, CW411 if it has another shape, CW423 for an id, key or ``top_k`` out of bounds.
    """
    decoded = _decode(_predict, body, known=PredictBody.__struct_fields__)
    if not 1 <= decoded.top_k <= MAX_TOP_K:
        raise InvalidInput(
            "CW423", f"'top_k' must be between 1 and {MAX_TOP_K}", fix="leave it out for the best class only"
        )
    check_names("ids", decoded.ids)
    check_names("keys", decoded.keys)
    return decoded


def decode_line(line: bytes) -> StreamLine:
    """Decode one line of a stream of rows; raises like :func:`decode_predict`."""
    decoded = _decode(_line, line, known=StreamLine.__struct_fields__)
    check_names("id", (decoded.id,))
    check_names("key", (decoded.key,))
    return decoded


def decode_labels(body: bytes) -> LabelsBody:
    """Decode ``POST /labels``; raises like :func:`decode_predict`."""
    return _decode(_labels, body, known=LabelsBody.__struct_fields__)


def decode_infer(body: bytes) -> InferBody:
    """Decode an Open Inference Protocol request; raises like :func:`decode_predict`."""
    decoded = _decode(_infer, body, known=InferBody.__struct_fields__)
    if decoded.id is not None:
        check_names("id", (decoded.id,))
    return decoded


def _decode(decoder: msgspec.json.Decoder[_T], body: bytes, *, known: Sequence[str]) -> _T:
    try:
        decoded = decoder.decode(body)
        check_doubled(body, decoded)
    except msgspec.ValidationError as error:
        raise _misshapen(str(error), known) from None
    except msgspec.DecodeError as error:
        raise _not_json(_said(str(error), body)) from None
    except UnicodeDecodeError:
        raise _not_json("bytes that are not UTF-8") from None
    except RecursionError:
        raise _not_json("values nested too deeply") from None
    else:
        return decoded


def _said(text: str, body: bytes) -> str:
    """What the parser says, corrected where it misleads."""
    if not body:
        return "an empty body"
    if _LONE_SURROGATE.search(body):
        return "half of a character: a \\ud800 to \\udfff escape without its other half"
    return text


_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


def _not_json(got: str) -> InvalidInput:
    return InvalidInput("CW410", "the body is not JSON", got=got, fix="send one JSON object in UTF-8")


def _misshapen(text: str, known: Sequence[str]) -> InvalidInput:
    hint = ""
    if text.startswith("Object contains unknown field `"):
        hint = nearest(text.split("`")[1], known)
    elif text.startswith("Number out of range"):
        return InvalidInput(
            "CW411", "a number is too large to be read", got=text[:300], why="numbers are read as 64-bit floats",
            fix="send a number between -1.8e308 and 1.8e308, or leave the field out",
        )  # fmt: skip
    return InvalidInput(
        "CW411",
        f"the body has another shape than expected{hint}",
        got=text[:300],
        fix=f"known fields: {', '.join(known)}; see /docs",
    )


def check_names(field: str, values: Sequence[str | None] | None) -> None:
    """Make sure ids and keys can be stored, printed and searched for.

    Raises
    ------
    InvalidInput
        CW423 naming the first bad one: empty, longer than 128 characters, or with unprintable characters.
    """
    for index, value in enumerate(values or ()):
        if value is None:
            continue
        if fault := fault_of_name(value):
            raise InvalidInput(
                "CW423",
                f"row {index}: '{field}' cannot be used",
                got=fault,
                why="ids and keys are stored, printed and searched for",
                fix=f"use 1 to {MAX_NAME} printable characters",
            )


def check_count(n: int, *, max_rows: int, what: str) -> None:
    """Refuse requests without rows and with too many.

    Raises
    ------
    InvalidInput
        CW424 for none, CW413 for more than ``max_rows``.
    """
    if n == 0:
        raise InvalidInput("CW424", f"the request has no {what}", fix=f"send at least one entry in '{what}'")
    if n > max_rows:
        raise InvalidInput(
            "CW413",
            f"too many {what} in one request",
            got=str(n),
            why=f"at most {max_rows}",
            fix="split the request, or use 'classward predict' for files",
        )
