"""Two small pages for people: what this is, and how to ask. Nothing is fetched from elsewhere."""

from __future__ import annotations

import json
from html import escape

from classward.domain import InputSchema, format_time
from classward.flows.predict import LoadedVersion
from classward.lifecycle.predict import example_row
from classward.serving.about import RELEASE
from classward.serving.messages import Reply, Request
from classward.serving.routes import ROUTES
from classward.serving.tensors import DATATYPES, shape_of
from classward.serving.tls import scheme_of
from classward.serving.worker import Worker

__all__ = ["docs", "landing"]

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}
pre{background:#8882;padding:.8rem;overflow-x:auto;border-radius:.4rem;font-size:.85rem}
table{border-collapse:collapse;width:100%}
td,th{text-align:left;padding:.25rem .8rem .25rem 0;border-bottom:1px solid #8884;vertical-align:top}
"""


async def landing(worker: Worker, request: Request) -> Reply:
    """Say what answers here, and where to go."""
    rows = "".join(_address(route.method, route.path, route.summary) for route in ROUTES)
    state = "ready" if worker.is_ready else "not ready"
    return _page(
        f"Classward: {worker.parts.task.name}",
        f"<p>A Classward {escape(RELEASE)} server, {state}. How to ask: <a href='/docs'>/docs</a></p>"
        f"<table>{rows}</table>",
    )


async def docs(worker: Worker, request: Request) -> Reply:
    """Show how to ask, with examples made from the live schema."""
    name, current = worker.parts.task.name, worker.current
    host = f"{scheme_of(worker.parts.settings)}://" + (
        request.header(b"host") or f"{worker.parts.settings.host}:{worker.parts.settings.port}"
    )
    key = " -H 'X-API-Key: …'" if (any(worker.parts.settings.api_keys) or worker.parts.settings.jwt_key_file) else ""
    parts = [_what_is_live(current)]
    if current is not None:
        row, label = example_row(current.model.schema), current.class_names[0]
        tensors, now = _tensors(current.model.schema), format_time(worker.parts.clock.now())
        seen = {"id": "ID-OF-THE-PREDICTION", "label": label, "event_at": now, "source": "review"}
        parts += [
            _curl("Classify rows", host, key, "/predict", {"rows": [row], "top_k": 3}),
            _curl("Say what turned out true", host, key, "/labels", {"labels": [seen]}),
            _curl("Open Inference Protocol v2", host, key, f"/v2/models/{name}/infer", {"inputs": tensors}),
        ]
    rows = "".join(_address(route.method, route.path, route.summary) for route in ROUTES)
    parts.append(
        f"<h2>Every address</h2><table>{rows}</table><p>In full: <a href='/openapi.json'>/openapi.json</a></p>"
    )
    return _page(f"{name}: how to ask", "".join(parts))


def _what_is_live(current: LoadedVersion | None) -> str:
    if current is None:
        return "<p>No version is live yet.</p>"
    rows = "".join(
        f"<tr><td>{escape(f.name)}</td><td>{escape(f.kind)}{', required' if f.is_required else ''}</td>"
        f"<td>{escape(f.description)}</td></tr>"
        for f in current.model.schema.features
    )
    names = ", ".join(escape(name) for name in current.class_names)
    return (
        f"<p>Version {current.version} is live ({escape(current.bundle_hash[:12])}…), "
        f"{len(current.class_names)} classes.</p>"
        f"<h2>Fields of a row</h2><table>{rows}</table><h2>Classes</h2><p>{names}</p>"
    )


def _tensors(schema: InputSchema) -> list[dict[str, object]]:
    row = example_row(schema)
    return [
        {"name": f.name, "shape": shape_of(f, 1), "datatype": DATATYPES[f.kind][0], "data": [row[f.name]]}
        for f in schema.features
    ]


def _curl(title: str, host: str, key: str, path: str, body: object) -> str:
    text = json.dumps(body, ensure_ascii=False, indent=1).replace("'", "'\\''")
    command = f"curl {host}{path}{key} -H 'Content-Type: application/json' -d '{text}'"
    return f"<h2>{escape(title)}</h2><pre>{escape(command, quote=False)}</pre>"


def _address(method: str, path: str, summary: str) -> str:
    return f"<tr><td>{method}</td><td><code>{escape(path)}</code></td><td>{escape(summary)}</td></tr>"


def _page(title: str, body: str) -> Reply:
    html = (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><meta name='viewport' content='width=device-width'>"
        f"<title>{escape(title)}</title><style>{_STYLE}</style><h1>{escape(title)}</h1>{body}</html>"
    )
    policy = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")
    return Reply(
        body=html.encode(),
        content_type=b"text/html; charset=utf-8",
        headers=(policy, (b"x-content-type-options", b"nosniff")),
    )
