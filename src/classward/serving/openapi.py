"""The interface as OpenAPI 3.1, from the table of addresses and the schema of the live version."""

from __future__ import annotations

from classward.domain import ABSTAINED, MAX_NAME, InputSchema
from classward.flows.predict import LoadedVersion
from classward.serving.about import RELEASE
from classward.serving.decode import MAX_TOP_K
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.openapi_v2 import V2_REPLIES, V2_REQUESTS
from classward.serving.routes import ROUTES, Route
from classward.serving.worker import Worker

__all__ = ["description", "openapi"]

Json = dict[str, object]

_KINDS: dict[str, Json] = {
    "text": {"type": ["string", "null"]},
    "categorical": {"type": ["string", "null"]},
    "numeric": {"type": ["number", "null"]},
    "boolean": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "description": "ISO 8601 date or time"},
    "image": {"type": ["string", "null"], "contentEncoding": "base64", "description": "An image file in base64"},
    "vector": {"type": ["array", "null"], "items": {"type": "number"}},
}
_NAME: Json = {"type": "string", "minLength": 1, "maxLength": MAX_NAME}
_SHARE: Json = {"type": "number", "minimum": 0, "maximum": 1}
_TEXT: Json = {"type": "string"}
_ERROR = ("code", "what", "got", "why", "fix", "request_id")

_STREAM_OPTIONS: dict[str, Json] = {
    "top_k": {"type": "integer", "minimum": 1, "maximum": MAX_TOP_K, "default": 1},
    "all": {"type": "boolean", "default": False},
    "sets": {"type": "boolean", "default": False},
}

_STATUS_TEXT = {
    200: "The answer",
    400: "The body is not JSON, a tensor or compressed body cannot be read, or a header makes no sense",
    401: "No API key was given, or a token is not accepted",
    403: "The API key is not accepted, or lacks the role",
    404: "No such model or version is live",
    408: "The body did not arrive in time",
    413: "The body is too large, or has too many rows",
    415: "The body is of a type, or compressed in a way, that is not taken here",
    422: "A field or row breaks the schema; the text names row and field",
    500: "A fault of the server; nothing was answered",
    429: "Too many requests: try again after Retry-After seconds",
    503: "Nothing is live, the record log cannot be written, or there is too much to do: try again later",
    504: "The deadline passed before the rows were begun; nothing was answered",
}


async def openapi(worker: Worker, request: Request) -> Reply:
    """Describe this server as it is now."""
    return json_reply(description(worker.parts.task.name, worker.current))


def description(task: str, current: LoadedVersion | None) -> Json:
    """Build the document; without a live version rows are any objects.

    >>> description("tickets", None)["openapi"]
    '3.1.0'
    """
    paths: dict[str, Json] = {}
    for route in ROUTES:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Classward: {task}", "version": RELEASE},
        "paths": paths,
        "components": {
            "schemas": _schemas(current),
            "securitySchemes": {
                "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
                "bearer": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"key": []}, {"bearer": []}, {}],
    }


def _operation(route: Route) -> Json:
    statuses = (*route.statuses, *(() if route.is_open else (401, 403)), 500)
    replies: dict[str, Json] = {}
    for status in sorted(statuses):
        kind, schema = _reply(route.endpoint, status)
        answers: Json = {kind: {"schema": schema}}
        if status == 200:
            answers |= {other: {"schema": _TEXT} for other in route.takes[1:] if route.takes_body}
        replies[str(status)] = {"description": _STATUS_TEXT[status], "content": answers}
    suffix = "_version" if "{version}" in route.path else ""
    operation: Json = {"operationId": route.endpoint + suffix, "summary": route.summary, "responses": replies}
    if route.is_open:
        operation["security"] = []
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    if names:
        operation["parameters"] = [{"name": n, "in": "path", "required": True, "schema": _TEXT} for n in names]
    elif route.endpoint == "predict":
        operation["parameters"] = [
            {"name": name, "in": "query", "description": "Of a stream of rows", "schema": schema}
            for name, schema in _STREAM_OPTIONS.items()
        ]
    if route.takes_body:
        body = _ref({"predict": "PredictRequest", "labels": "LabelsRequest"}.get(route.endpoint, "InferRequest"))
        content: Json = {"application/json": {"schema": body}}
        content |= {kind: {"schema": _TEXT} for kind in route.takes[1:]}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


_ANY_LABEL: Json = {
    "anyOf": [_ref("Label"), {"type": "object"}],
    "description": "A Label; any other object is quarantined with its reason, and spoils no label beside it",
}


_REPLY_KINDS = {
    "landing": "text/html",
    "docs": "text/html",
    "metrics": "text/plain",
}
_PROBES = {"ready", "v2_ready", "v2_model_ready"}


def _reply(endpoint: str, status: int) -> tuple[str, Json]:
    if status == 200 and endpoint in _REPLY_KINDS:
        return _REPLY_KINDS[endpoint], _TEXT
    if status == 200 or (status == 503 and endpoint in _PROBES):
        if endpoint == "predict":
            return "application/json", _ref("PredictReply")
        if endpoint == "labels":
            return "application/json", _ref("LabelsReply")
        return "application/json", V2_REPLIES.get(endpoint, {"type": "object"})
    return "application/json", _ref("Error")


def _object(properties: Json, *, required: list[str], is_closed: bool = False) -> Json:
    schema: Json = {"type": "object", "properties": properties, "required": required}
    if is_closed:
        schema["additionalProperties"] = False
    return schema


def _row(schema: InputSchema) -> Json:
    properties: Json = {}
    for feature in schema.features:
        kind = dict(_KINDS[feature.kind])
        if feature.is_required and isinstance(kind["type"], list):
            kind["type"] = kind["type"][0]
        if feature.length:
            kind |= {"minItems": feature.length, "maxItems": feature.length}
        if feature.description:
            kind["description"] = feature.description
        properties[feature.name] = kind
    return _object(properties, required=[f.name for f in schema.features if f.is_required], is_closed=True)


def _schemas(current: LoadedVersion | None) -> Json:
    row = _row(current.model.schema) if current else {"type": "object"}
    label: Json = {"type": "string", "enum": list(current.class_names)} if current else _TEXT
    answered = label
    if current and current.decider:  # its rule may leave a row to a person
        answered = {"type": "string", "enum": [*current.class_names, ABSTAINED]}
    top = _object({"label": label, "probability": _SHARE}, required=["label", "probability"])
    answer: Json = {
        "id": _NAME,
        "version": {"type": "integer"},
        "label": answered,
        "probability": _SHARE,
        "top": {"type": "array", "items": top},
        "path": {"type": "string", "description": "What decided"},
        "flags": {"type": "array", "items": _TEXT},
        "probabilities": {"type": "array", "items": _SHARE, "description": "With 'all'; in the order of label_space"},
        "set": {
            "type": "array",
            "items": label,
            "minItems": 1,
            "description": "With 'sets'; the classes that stay possible, best first",
        },
    }
    item = _object(
        {"index": {"type": "integer"}, "state": {"enum": ["accepted", "duplicate", "quarantined"]}, "reason": _TEXT},
        required=["index", "state", "reason"],
    )
    count: Json = {"type": "integer", "minimum": 0}
    return {
        "Row": row,
        "PredictRequest": _object(
            {
                "rows": {"type": "array", "items": _ref("Row"), "minItems": 1},
                "ids": {
                    "type": ["array", "null"],
                    "items": _NAME,
                    "minItems": 1,
                    "description": "One per row; made up if left out",
                },
                "keys": {
                    "type": ["array", "null"],
                    "items": {**_NAME, "type": ["string", "null"]},
                    "minItems": 1,
                    "description": "Sticky routing; one per row, null for none",
                },
                "top_k": {"type": "integer", "minimum": 1, "maximum": MAX_TOP_K, "default": 1},
                "all": {"type": "boolean", "default": False},
                "sets": {
                    "type": "boolean",
                    "default": False,
                    "description": "Add the prediction set of each row; refused if the version has none",
                },
            },
            required=["rows"],
            is_closed=True,
        ),
        "PredictReply": _object(
            {
                "request_id": _TEXT,
                "label_space": {
                    "type": "array",
                    "items": _TEXT,
                    "description": "The classes, in the order of 'probabilities'",
                },
                "label_space_version": {
                    "type": "integer",
                    "description": "Counts changes of the classes, their order or what they mean",
                },
                "label_space_hash": {"type": "string", "description": "Names exactly these classes, as in the records"},
                "calibrated": {
                    "type": "boolean",
                    "description": "Whether a check on labelled rows has shown that probabilities mean what they say",
                },
                "set_miss": {
                    **_SHARE,
                    "description": "With 'sets'; share of rows of any class whose set may miss the truth",
                },
                "predictions": {
                    "type": "array",
                    "items": _object(
                        answer, required=[name for name in answer if name not in {"probabilities", "set"}]
                    ),
                },
            },
            required=[
                "request_id",
                "label_space",
                "label_space_version",
                "label_space_hash",
                "calibrated",
                "predictions",
            ],
        ),
        "LabelsRequest": _object(
            {"labels": {"type": "array", "items": _ANY_LABEL, "minItems": 1}}, required=["labels"], is_closed=True
        ),
        "Label": _object(
            {
                "id": {"type": "string", "description": "Id of the prediction"},
                "label": {"type": "string", "description": "The true class"},
                "event_at": {"type": "string", "format": "date-time", "description": "When it was established"},
                "source": {"type": "string", "description": "Where it comes from"},
                "annotator": {"type": ["string", "null"]},
                "weight": {"type": "number", "exclusiveMinimum": 0, "default": 1},
            },
            required=["id", "label", "event_at", "source"],
        ),
        "LabelsReply": _object(
            {
                "accepted": count,
                "duplicate": count,
                "quarantined": count,
                "items": {"type": "array", "items": item},
            },
            required=["accepted", "duplicate", "quarantined", "items"],
        ),
        "Error": _object(
            {**dict.fromkeys(_ERROR, _TEXT), "error": _TEXT},
            required=list(_ERROR),
        ),
        **V2_REQUESTS,
    }
