"""Shapes of the Open Inference Protocol v2 and of the probes, for the API description."""

from __future__ import annotations

__all__ = ["V2_REPLIES", "V2_REQUESTS"]

Json = dict[str, object]

_TEXT: Json = {"type": "string"}
_PARAMETERS: Json = {"type": "object"}


def _object(properties: Json, *required: str) -> Json:
    return {"type": "object", "properties": properties, "required": list(required)}


_SHAPE: Json = {"type": "array", "items": {"type": "integer"}}
_META: Json = {
    "type": "array",
    "items": _object({"name": _TEXT, "datatype": _TEXT, "shape": _SHAPE}, "name", "datatype", "shape"),
}
_TENSOR = _object(
    {"name": _TEXT, "shape": _SHAPE, "datatype": _TEXT, "parameters": _PARAMETERS, "data": {"type": "array"}},
    "name",
    "shape",
    "datatype",
)

V2_REQUESTS: Json = {
    "InferRequest": _object(
        {
            "id": {"type": ["string", "null"], "minLength": 1, "maxLength": 128},
            "parameters": _PARAMETERS,
            "inputs": {"type": "array", "items": _TENSOR, "minItems": 1},
            "outputs": {
                "type": ["array", "null"],
                "items": _object({"name": _TEXT, "parameters": _PARAMETERS}, "name"),
            },
        },
        "inputs",
    )
}
"""Request bodies by name."""

V2_REPLIES: dict[str, Json] = {
    "health": _object({"status": _TEXT, "task": _TEXT}, "status"),
    "ready": _object(
        {
            "ready": {"type": "boolean"},
            "task": _TEXT,
            "version": {"type": ["integer", "null"]},
            "bundle_hash": {"type": ["string", "null"]},
            "problem": _TEXT,
        },
        "ready",
        "task",
        "version",
        "bundle_hash",
        "problem",
    ),
    "v2_server": _object(
        {"name": _TEXT, "version": _TEXT, "extensions": {"type": "array", "items": _TEXT}},
        "name",
        "version",
        "extensions",
    ),
    "v2_live": _object({"live": {"type": "boolean"}}, "live"),
    "v2_ready": _object({"ready": {"type": "boolean"}}, "ready"),
    "v2_model": _object(
        {
            "name": _TEXT,
            "versions": {"type": "array", "items": _TEXT},
            "platform": _TEXT,
            "inputs": _META,
            "outputs": _META,
            "label_space": {"type": "array", "items": _TEXT},
            "label_space_version": {"type": "integer"},
            "label_space_hash": _TEXT,
        },
        "name",
        "versions",
        "platform",
        "inputs",
        "outputs",
        "label_space",
        "label_space_version",
        "label_space_hash",
    ),
    "v2_model_ready": {
        "anyOf": [
            _object({"name": _TEXT, "ready": {"type": "boolean"}}, "name", "ready"),
            {"$ref": "#/components/schemas/Error"},
        ]
    },
    "v2_infer": _object(
        {
            "model_name": _TEXT,
            "model_version": _TEXT,
            "id": _TEXT,
            "parameters": _PARAMETERS,
            "outputs": {"type": "array", "items": _TENSOR},
        },
        "model_name",
        "model_version",
        "id",
        "parameters",
        "outputs",
    ),
}
"""Replies by endpoint."""
