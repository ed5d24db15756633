"""The file format explained by itself: every default with its reason, and the schema for editors."""

from __future__ import annotations

from typing import Annotated, Any, get_args, get_origin

import msgspec

from classward.taskfile.format import AboutPart, FeaturePart, TaskFile

__all__ = ["defaults", "json_schema"]

_BY_NAME = {"slo.recall": "slo.recall.<class>", "slo.precision": "slo.precision.<class>",
            "gate.recall": "gate.recall.<class>", "gate.precision": "gate.precision.<class>",
            "classes.definitions": "classes.definitions.<class>", "classes.about": "classes.about.<class>"}  # fmt: skip


def defaults() -> tuple[tuple[str, object, str], ...]:
    """Every key with its default (``"(required)"`` when there is none) and the reason for it."""
    rows: list[tuple[str, object, str]] = []
    for part in msgspec.structs.fields(TaskFile):
        kind = get_args(part.type)[0]
        if part.name == "features":
            rows.append(("features.<column>", "(required)", "written by 'classward init', with what was left out"))
            rows += list(_rows("features.<column>", FeaturePart))
        elif part.name == "tags":
            rows.append(("tags.<name>", "(none)", _reason(part.type)))
        else:
            rows += list(_rows(part.name, kind))
        if part.name == "classes":
            rows += list(_rows("classes.about.<class>", AboutPart))
    return tuple(rows)


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the task file, with a description of every key."""
    made = msgspec.json.schema(TaskFile)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Classward task file", **made}


def _rows(part: str, kind: type[msgspec.Struct]) -> list[tuple[str, object, str]]:
    return [
        (_BY_NAME.get(f"{part}.{f.name}", f"{part}.{f.name}"), _default(f), _reason(f.type))
        for f in msgspec.structs.fields(kind)
    ]


def _default(field: msgspec.structs.FieldInfo) -> object:
    if field.required:
        return "(required)"
    if field.default is msgspec.NODEFAULT or field.default is None:
        return "(none)"
    return list(field.default) if isinstance(field.default, tuple) else field.default


def _reason(kind: Any) -> str:
    assert get_origin(kind) is Annotated
    for meta in get_args(kind)[1:]:
        if isinstance(meta, msgspec.Meta) and meta.extra is not None:
            return str(meta.extra["reason"] or meta.description)
    return ""
