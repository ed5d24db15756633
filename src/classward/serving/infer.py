"""The Open Inference Protocol v2 over REST: metadata, health and inference, translated to the same data plane."""

from __future__ import annotations

from classward.flows.predict import LoadedVersion
from classward.serving.binary_body import binary_reply, split_body, take_tail, wants_binary
from classward.serving.decode import decode_infer
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.oip import EXTENSIONS, PLATFORM, SERVER, find_model, infer, tensors_of
from classward.serving.worker import Worker

__all__ = ["v2_infer", "v2_live", "v2_model", "v2_model_ready", "v2_ready", "v2_server"]


async def v2_server(worker: Worker, request: Request) -> Reply:
    """Server metadata."""
    name, version = SERVER
    return json_reply({"name": name, "version": version, "extensions": EXTENSIONS})


async def v2_live(worker: Worker, request: Request) -> Reply:
    """Whether the process is alive: it is, since it answers."""
    return json_reply({"live": True})


async def v2_ready(worker: Worker, request: Request) -> Reply:
    """Whether predictions would be answered."""
    return json_reply({"ready": worker.is_ready}, status=200 if worker.is_ready else 503)


async def v2_model(worker: Worker, request: Request) -> Reply:
    """Inputs and outputs of the live version; ``label_space`` gives the columns of ``probabilities``."""
    loaded = _model(worker, request)
    inputs, outputs = tensors_of(loaded)
    return json_reply(
        {
            "name": worker.parts.task.name,
            "versions": [str(loaded.version)],
            "platform": PLATFORM,
            "inputs": inputs,
            "outputs": outputs,
            "label_space": loaded.class_names,
            "label_space_version": loaded.model.label_space.version,
            "label_space_hash": loaded.label_space_hash,
        }
    )


async def v2_model_ready(worker: Worker, request: Request) -> Reply:
    """Whether this model, and version if named, is the one that answers."""
    _model(worker, request)
    ready = worker.is_ready
    return json_reply({"name": worker.parts.task.name, "ready": ready}, status=200 if ready else 503)


async def v2_infer(worker: Worker, request: Request) -> Reply:
    """Classify rows given as one tensor per feature, in JSON or as bytes behind it.

    Raises
    ------
    InvalidInput
        CW420 for another model or version, CW421 and CW422 for tensors that cannot be read; row errors as in
        ``/predict``.
    """
    loaded = _model(worker, request)
    text, tail = split_body(request)
    body = decode_infer(text)
    take_tail(body.inputs, tail, max_rows=worker.parts.settings.max_rows)
    return binary_reply(
        await infer(
            worker,
            loaded,
            body,
            request_id=request.id,
            caller=request.caller,
            deadline_s=request.deadline_s,
            trace=request.trace,
        ),
        wants_binary(body),
    )


def _model(worker: Worker, request: Request) -> LoadedVersion:
    return find_model(worker, request.params["model"], request.params.get("version"))
