"""The table of addresses: one place for dispatch, the API description and the manual."""

from __future__ import annotations

from dataclasses import dataclass

from classward.errors import InvalidInput, nearest

__all__ = ["ROUTES", "Match", "MethodNotAllowed", "Route", "match"]

_BODY = (400, 408, 413, 415, 422, 429, 503, 504)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method on one address.

    ``statuses`` are those beside 401, 403 and 500 that may come back, ``takes`` the content types of a body,
    ``role`` what a caller must be allowed (nothing: any caller with a key).
    """

    method: str
    path: str
    endpoint: str
    summary: str
    statuses: tuple[int, ...] = (200,)
    is_open: bool = False
    takes: tuple[str, ...] = ("application/json",)
    role: str = ""

    @property
    def takes_body(self) -> bool:
        """Whether a body is read."""
        return self.method == "POST"


@dataclass(frozen=True, slots=True)
class Match:
    """The route found, and the named parts of the path."""

    route: Route
    params: dict[str, str]


ROUTES = (
    Route(method="GET", path="/", endpoint="landing", summary="What this server is, with links", is_open=True),
    Route(
        method="POST",
        path="/predict",
        endpoint="predict",
        summary="Classify rows",
        statuses=(200, *_BODY),
        takes=("application/json", "application/x-ndjson"),
        role="predict",
    ),
    Route(
        method="POST",
        path="/labels",
        endpoint="labels",
        summary="Hand in what turned out true",
        role="label",
        statuses=(200, *_BODY),
    ),
    Route(method="GET", path="/health", endpoint="health", summary="Is the process alive", is_open=True),
    Route(method="GET", path="/ready", endpoint="ready", summary="Can it answer", statuses=(200, 503), is_open=True),
    Route(
        method="GET", path="/metrics", endpoint="metrics", summary="Prometheus metrics of all workers", role="metrics"
    ),
    Route(method="GET", path="/openapi.json", endpoint="openapi", summary="This interface as OpenAPI 3.1"),
    Route(method="GET", path="/docs", endpoint="docs", summary="This interface for people"),
    Route(method="GET", path="/v2", endpoint="v2_server", summary="Open Inference Protocol: server metadata"),
    Route(
        method="GET",
        path="/v2/health/live",
        endpoint="v2_live",
        summary="Open Inference Protocol: is the process alive",
        is_open=True,
    ),
    Route(
        method="GET",
        path="/v2/health/ready",
        endpoint="v2_ready",
        summary="Open Inference Protocol: can it answer",
        statuses=(200, 503),
        is_open=True,
    ),
    *(
        route
        for prefix in ("/v2/models/{model}", "/v2/models/{model}/versions/{version}")
        for route in (
            Route(
                method="GET",
                path=prefix,
                endpoint="v2_model",
                summary="Open Inference Protocol: inputs and outputs of the live version",
                statuses=(200, 404, 503),
            ),
            Route(
                method="GET",
                path=f"{prefix}/ready",
                endpoint="v2_model_ready",
                summary="Open Inference Protocol: can this model answer",
                statuses=(200, 404, 503),
            ),
            Route(
                method="POST",
                path=f"{prefix}/infer",
                endpoint="v2_infer",
                summary="Open Inference Protocol: classify rows given as tensors",
                statuses=(200, 404, *_BODY),
                takes=("application/json", "application/octet-stream"),
                role="predict",
            ),
        )
    ),
)
"""Every address, in the order of the manual. HEAD is answered wherever GET is."""

_STATIC: dict[str, dict[str, Route]] = {}
_TEMPLATES: dict[tuple[str, ...], dict[str, Route]] = {}
for _route in ROUTES:
    if "{" in _route.path:
        _TEMPLATES.setdefault(tuple(_route.path.split("/")), {})[_route.method] = _route
    else:
        _STATIC.setdefault(_route.path, {})[_route.method] = _route
_KNOWN = {(route.method, route.path): Match(route, {}) for route in ROUTES if "{" not in route.path}


class MethodNotAllowed(InvalidInput):
    """The address exists, the method does not; ``allow`` lists those that do."""

    allow: str = ""


def match(method: str, path: str) -> Match:
    """Find the route of a request.

    Raises
    ------
    InvalidInput
        CW418 when the address does not exist, CW419 (``MethodNotAllowed``) when only the method is wrong.
    """
    known = _KNOWN.get((method, path))
    if known is not None:
        return known
    params: dict[str, str] = {}
    methods = _STATIC.get(path)
    if methods is None:
        methods, params = _match_template(path)
    route = methods.get("GET" if method == "HEAD" else method)
    if route is None:
        allow = ", ".join(sorted({*methods, *(("HEAD",) if "GET" in methods else ())}))
        error = MethodNotAllowed("CW419", "this address does not know this method", fix=f"use {allow}")
        error.allow = allow
        raise error
    return Match(route, params)


def _match_template(path: str) -> tuple[dict[str, Route], dict[str, str]]:
    parts = path.split("/")
    for template, methods in _TEMPLATES.items():
        if len(template) == len(parts) and all(
            t == p or (t[:1] == "{" and p) for t, p in zip(template, parts, strict=True)
        ):
            return methods, {t[1:-1]: p for t, p in zip(template, parts, strict=True) if t[:1] == "{"}
    raise InvalidInput("CW418", f"no such address{nearest(path[:100], _STATIC)}", fix="GET / lists every address")
