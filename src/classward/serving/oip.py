"""What the Open Inference Protocol asks, whatever carries it: metadata and inference over the one data plane."""

from __future__ import annotations

import json
from dataclasses import dataclass

import msgspec

from classward.domain import MAX_NAME
from classward.errors import InvalidInput
from classward.flows.predict import LoadedVersion
from classward.serving.about import RELEASE
from classward.serving.decode import InferBody, check_names
from classward.serving.live import require_current
from classward.serving.predict import answer_rows
from classward.serving.tensors import DATATYPES, SET, OutputTensor, check_outputs, outputs_of, rows_of, shape_of
from classward.serving.trace import RequestTrace
from classward.serving.worker import Worker

__all__ = ["EXTENSIONS", "PLATFORM", "SERVER", "Inferred", "find_model", "infer", "tensors_of"]

SERVER = ("classward", RELEASE)
EXTENSIONS = ("binary_tensor_data",)
PLATFORM = "classward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inferred:
    """One answered request. ``parameters`` say what was answered with, and what was noticed."""

    model: str
    version: str
    id: str
    parameters: dict[str, str | int | float]
    outputs: tuple[OutputTensor, ...]


def find_model(worker: Worker, model: str, version: str | None) -> LoadedVersion:
    """Give the version that answers, if it is the one asked for.

    Raises
    ------
    InvalidInput
        CW420 for another model or version.
    Refused
        CW801 while nothing is live.
    """
    name = worker.parts.task.name
    if model != name:
        raise InvalidInput("CW420", "this server has no such model", fix=f"its model is {name!r}")
    loaded = require_current(worker)
    if version is not None and version != str(loaded.version):
        raise InvalidInput(
            "CW420",
            f"version {version[:20]!r} of this model is not live",
            fix=f"version {loaded.version} is; leave the version out to follow what is live",
        )
    return loaded


def tensors_of(loaded: LoadedVersion) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Inputs and outputs of a version, as metadata lists them: name, datatype, shape."""
    inputs: list[dict[str, object]] = [
        {"name": feature.name, "datatype": DATATYPES[feature.kind][0], "shape": shape_of(feature, -1)}
        for feature in loaded.model.schema.features
    ]
    outputs: list[dict[str, object]] = [
        {"name": "id", "datatype": "BYTES", "shape": [-1]},
        {"name": "label", "datatype": "BYTES", "shape": [-1]},
        {"name": "probability", "datatype": "FP64", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP64", "shape": [-1, len(loaded.class_names)]},
    ]
    if loaded.set_decider is not None:
        outputs.append({"name": SET, "datatype": "BOOL", "shape": [-1, len(loaded.class_names)]})
    return inputs, outputs


async def infer(
    worker: Worker,
    loaded: LoadedVersion,
    body: InferBody,
    *,
    request_id: str,
    caller: str,
    deadline_s: float | None = None,
    trace: RequestTrace | None = None,
) -> Inferred:
    """Answer rows given as one tensor per feature.

    Row ids and sticky keys may be given as the request parameters ``ids`` and ``keys``: lists of strings, or such a
    list as JSON text where parameters are single values (gRPC). Flags come back in the parameter ``flags`` as JSON
    text, one list per row. Who names the output ``set`` gets prediction sets, and the share of rows of any class whose
    set may miss the truth as the parameter ``set_miss``.

    Raises
    ------
    InvalidInput
        CW421 and CW422 for tensors that cannot be read, CW423 for ids and keys, CW294 for sets of a version
        without; row errors as in ``/predict``.
    """
    check_outputs(body.outputs)
    rows = rows_of(body.inputs, loaded.model.schema, max_rows=worker.parts.settings.max_rows)
    ids, keys = _names(body, "ids"), _names(body, "keys")
    answer = await answer_rows(
        worker,
        rows,
        ids=ids,
        keys=keys,
        top_k=1,
        sets=any(output.name == SET for output in body.outputs or ()),
        request_id=request_id,
        caller=caller,
        deadline_s=deadline_s,
        trace=trace,
    )
    parameters: dict[str, str | int | float] = {
        "request_id": answer.request_id,
        "bundle_hash": answer.bundle_hash,
        "label_space_hash": answer.label_space_hash,
        "label_space_version": answer.label_space_version,
    }
    if any(row.flags for row in answer.predictions):
        parameters["flags"] = json.dumps([list(row.flags) for row in answer.predictions])
    if answer.set_miss is not None:
        parameters["set_miss"] = answer.set_miss
    return Inferred(
        model=worker.parts.task.name,
        version=str(answer.version),
        id=body.id if body.id is not None else request_id,
        parameters=parameters,
        outputs=outputs_of(answer, body.outputs),
    )


def _names(body: InferBody, field: str) -> list[str] | None:
    given = body.parameters.get(field)
    if given is None:
        return None
    try:
        names = msgspec.json.decode(given, type=list[str]) if isinstance(given, str) else given
    except msgspec.MsgspecError:
        names = None
    if not isinstance(names, list) or not all(isinstance(item, str) for item in names):
        raise InvalidInput(
            "CW423",
            f"the parameter {field!r} must be a list of strings",
            fix=f"1 to {MAX_NAME} printable characters each; JSON text of such a list over gRPC",
        )
    check_names(field, names)
    return names
