"""The limit for one model: a bare ASGI handler around the same bundle. It decodes, predicts and encodes, and does nothing else.

No validation beyond types, no record log, no metrics, no keys. It answers with label and probabilities, as the server does.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from classward.artifact.read import read_bundle

_folder, _hash = Path(os.environ["BENCH_BUNDLE"]).read_text().split()
_model = read_bundle(Path(_folder), expected_hash=_hash).model
_names = _model.label_space.names
_kinds = {"text": str, "categorical": str, "numeric": float}
_Row = msgspec.defstruct("Row", [(f.name, _kinds[f.kind]) for f in _model.schema.features])
_Body = msgspec.defstruct("Body", [("rows", list[_Row])])
_decode = msgspec.json.Decoder(_Body).decode
_encode = msgspec.json.Encoder().encode
_columns = tuple(f.name for f in _model.schema.features)


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body"):
            break
    rows = _decode(b"".join(pieces)).rows
    columns = dict(zip(_columns, zip(*map(msgspec.structs.astuple, rows), strict=True), strict=True))
    matrix = _model.predict_proba(columns, len(rows)).matrix
    best = matrix.argmax(axis=1).tolist()
    body = _encode(
        {"predictions": [{"label": _names[j], "probabilities": p} for j, p in zip(best, matrix.tolist(), strict=True)]}
    )
    await send(
        {
            "type": "http.response.start",
            "status": 200,
            "headers": [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))],
        }
    )
    await send({"type": "http.response.body", "body": body})
