"""The Open Inference Protocol v2 over REST: metadata, health and inference, translated to the same data plane."""

from __future__ import annotations

import json

from classward.errors import InvalidInput
from classward.flows.predict import LoadedVersion
from classward.serving.about import RELEASE
from classward.serving.decode import MAX_NAME, InferBody, check_names, decode_infer
from classward.serving.live import require_current
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.predict import answer_rows
from classward.serving.tensors import DATATYPES, check_outputs, outputs_of, rows_of
from classward.serving.worker import Worker

__all__ = ["v2_infer", "v2_live", "v2_model", "v2_model_ready", "v2_ready", "v2_server"]


async def v2_server(worker: Worker, request: Request) -> Reply:
    """Server metadata."""
    return json_reply({"name": "classward", "version": RELEASE, "extensions": []})


async def v2_live(worker: Worker, request: Request) -> Reply:
    """Whether the process is alive: it is, since it answers."""
    return json_reply({"live": True})


async def v2_ready(worker: Worker, request: Request) -> Reply:
    """Whether predictions would be answered."""
    return json_reply({"ready": worker.is_ready}, status=200 if worker.is_ready else 503)


async def v2_model(worker: Worker, request: Request) -> Reply:
    """Inputs and outputs of the live version; ``label_space`` gives the columns of ``probabilities``."""
    loaded = _model(worker, request)
    n_classes = len(loaded.class_names)
    return json_reply(
        {
            "name": worker.parts.task.name,
            "versions": [str(loaded.version)],
            "platform": "classward",
            "inputs": [
                {"name": feature.name, "datatype": DATATYPES[feature.kind][0], "shape": [-1]}
                for feature in loaded.model.schema.features
            ],
            "outputs": [
                {"name": "id", "datatype": "BYTES", "shape": [-1]},
                {"name": "label", "datatype": "BYTES", "shape": [-1]},
                {"name": "probability", "datatype": "FP64", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP64", "shape": [-1, n_classes]},
            ],
            "label_space": loaded.class_names,
        }
    )


async def v2_model_ready(worker: Worker, request: Request) -> Reply:
    """Whether this model, and version if named, is the one that answers."""
    _model(worker, request)
    ready = worker.is_ready
    return json_reply({"name": worker.parts.task.name, "ready": ready}, status=200 if ready else 503)


async def v2_infer(worker: Worker, request: Request) -> Reply:
    """Classify rows given as one tensor per feature.

    Row ids and sticky keys may be given as the request parameters ``ids`` and ``keys`` (lists of strings). Flags come
    back in the parameter ``flags`` as JSON text, one list per row.

    Raises
    ------
    InvalidInput
        CW420 for another model or version, CW421 and CW422 for tensors that cannot be read; row errors as in
        ``/predict``.
    """
    loaded = _model(worker, request)
    body = decode_infer(request.body)
    check_outputs(body.outputs)
    rows = rows_of(body.inputs, loaded.model.schema, max_rows=worker.parts.settings.max_rows)
    ids, keys = _names(body, "ids"), _names(body, "keys")
    answer = await answer_rows(worker, rows, ids=ids, keys=keys, top_k=1, request_id=request.id)
    flags = [list(row.flags) for row in answer.predictions]
    parameters: dict[str, object] = {
        "request_id": answer.request_id,
        "bundle_hash": answer.bundle_hash,
        "label_space_hash": answer.label_space_hash,
        "label_space_version": loaded.model.label_space.version,
    }
    if any(flags):
        parameters["flags"] = json.dumps(flags)
    reply: dict[str, object] = {
        "model_name": worker.parts.task.name,
        "model_version": str(answer.version),
        "id": body.id if body.id is not None else request.id,
        "parameters": parameters,
        "outputs": outputs_of(answer, body.outputs),
    }
    return json_reply(reply)


def _model(worker: Worker, request: Request) -> LoadedVersion:
    model, version = request.params["model"], request.params.get("version")
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


def _names(body: InferBody, field: str) -> list[str] | None:
    given = body.parameters.get(field)
    if given is None:
        return None
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise InvalidInput(
            "CW423",
            f"the parameter {field!r} must be a list of strings",
            fix=f"1 to {MAX_NAME} printable characters each",
        )
    check_names(field, given)
    return given
