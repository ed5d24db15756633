"""REST bodies of the Open Inference Protocol with a binary tail: JSON first, then the bytes of tensors in order."""

from __future__ import annotations

from collections.abc import Sequence

from classward.errors import InvalidInput
from classward.serving.binary import read_raw, write_raw
from classward.serving.decode import InferBody, InferInput
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.oip import Inferred
from classward.serving.tensors import check_shape

__all__ = ["HEADER", "binary_reply", "split_body", "take_tail", "wants_binary"]

HEADER = b"inference-header-content-length"
"""Says how many bytes of a body are JSON."""


def split_body(request: Request) -> tuple[bytes, memoryview]:
    """Divide a body into its JSON and its tail; without the header everything is JSON.

    Raises
    ------
    InvalidInput
        CW421 if the header is no length within the body.
    """
    given = request.header(HEADER).strip()
    if not given:
        return request.body, memoryview(b"")
    n_json = int(given) if given.isascii() and given.isdigit() and len(given) < 12 else -1
    if not 0 <= n_json <= len(request.body):
        raise InvalidInput(
            "CW421",
            "the header Inference-Header-Content-Length is not the length of the JSON part",
            got=f"{given[:20]!r} for a body of {len(request.body)} bytes",
            fix="give the number of bytes before the first tensor",
        )
    return request.body[:n_json], memoryview(request.body)[n_json:]


def take_tail(inputs: Sequence[InferInput], tail: memoryview, *, max_rows: int) -> None:
    """Fill the inputs whose values stand in the tail, in their order.

    Raises
    ------
    InvalidInput
        CW421 if sizes do not add up, or bytes are not what the tensor says.
    """
    at = 0
    for tensor in inputs:
        size = tensor.parameters.get("binary_data_size")
        if size is None:
            continue
        if type(size) is not int or size < 0 or at + size > len(tail) or tensor.data:
            raise InvalidInput(
                "CW421",
                f"input {tensor.name[:100]!r} cannot be read: 'binary_data_size' does not fit",
                got=f"{str(size)[:20]} bytes of {len(tail) - at} that are left",
                fix="give the size in bytes, and no 'data' beside it",
            )
        check_shape(tensor, max_rows=max_rows)
        tensor.data = read_raw(tail[at : at + size], name=tensor.name, datatype=tensor.datatype, n=tensor.shape[0])
        at += size
    if at != len(tail):
        raise InvalidInput(
            "CW421",
            "the body has bytes that belong to no input",
            got=f"{len(tail) - at} bytes too many",
            fix="give each binary input its 'binary_data_size', and the header Inference-Header-Content-Length",
        )


def wants_binary(body: InferBody) -> frozenset[str]:
    """Names of the outputs that shall leave as bytes; an empty name stands for all that do not say otherwise."""
    of_all = body.parameters.get("binary_data_output") is True
    names = {o.name for o in body.outputs or () if o.parameters.get("binary_data", of_all) is True}
    return frozenset(names | ({""} if of_all and not body.outputs else set()))


def binary_reply(done: Inferred, wanted: frozenset[str]) -> Reply:
    """Encode an answer; JSON alone when no output is wanted as bytes."""
    outputs: list[dict[str, object]] = []
    tail: list[bytes] = []
    for output in done.outputs:
        told: dict[str, object] = {"name": output.name, "shape": output.shape, "datatype": output.datatype}
        if "" in wanted or output.name in wanted:
            raw = write_raw(output.datatype, output.values)
            told["parameters"] = {"binary_data_size": len(raw)}
            tail.append(raw)
        else:
            told["data"] = output.values if isinstance(output.values, list) else output.values.tolist()  # type: ignore[union-attr]
        outputs.append(told)
    reply = json_reply(
        {
            "model_name": done.model,
            "model_version": done.version,
            "id": done.id,
            "parameters": done.parameters,
            "outputs": outputs,
        }
    )
    if tail:
        reply.headers = ((HEADER, b"%d" % len(reply.body)),)
        reply.content_type = b"application/octet-stream"
        reply.body = b"".join((reply.body, *tail))
    return reply
