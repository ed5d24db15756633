"""From plain TOML values to typed structures, with errors that name key and line."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NoReturn, get_args, get_origin

import msgspec

from classward.errors import TaskFileError, nearest
from classward.taskfile.lines import line_of
from classward.taskfile.toml_text import quoted

__all__ = ["Place", "convert"]


class Place:
    """The text of a task file and where it came from: turns a key path into an error with its line."""

    def __init__(self, text: str, path: str) -> None:
        self.text, self.path = text, path

    def error(self, code: str, what: str, at: tuple[str, ...], *, got: str = "", why: str = "", fix: str) -> NoReturn:
        """Raise a TaskFileError that names file and line."""
        line = line_of(self.text, at)
        raise TaskFileError(code, f"{self.path}, line {line}: {what}", got=got, why=why, fix=fix)


def convert(value: object, kind: Any, *, place: Place, at: tuple[str, ...] = ()) -> Any:
    """Turn a plain value into a type of the file format.

    Raises
    ------
    TaskFileError
        CW102 unknown key; CW103 wrong type or out of range; CW104 missing key.
    """
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    part = _struct_in(plain)
    if part is not None and (isinstance(value, Mapping) or part is plain):
        return _struct(value, part, place, at)
    if get_origin(plain) is dict and isinstance(value, Mapping) and value:
        item = get_args(plain)[1]
        return {key: convert(inner, item, place=place, at=(*at, key)) for key, inner in value.items()}
    return _leaf(value, kind, place, at)


def _struct_in(plain: Any) -> type[msgspec.Struct] | None:
    """The structure that a type is, or offers as one choice."""
    for choice in (plain, *get_args(plain)) if get_origin(plain) is not dict else ():
        if isinstance(choice, type) and issubclass(choice, msgspec.Struct):
            return choice
    return None


def _struct(value: object, kind: type[msgspec.Struct], place: Place, at: tuple[str, ...]) -> Any:
    if not isinstance(value, Mapping):
        place.error(
            "CW103", f"{_dotted(at)} must be a table", at, got=_type(value), fix=f"write [{_dotted(at)}] and keys below"
        )
    fields = {f.name: f for f in msgspec.structs.fields(kind)}
    for key in value:
        if key not in fields:
            place.error(
                "CW102",
                f"unknown key {_dotted((*at, key))}{nearest(key, fields)}",
                (*at, key),
                why="a misspelt key would silently leave its default",
                fix=f"the keys of {f'[{_dotted(at)}]' if at else 'the file'} are {', '.join(fields)}",
            )
    found = {k: convert(v, fields[k].type, place=place, at=(*at, k)) for k, v in value.items()}
    for name, known in fields.items():
        if known.required and name not in found:
            place.error("CW104", f"{_dotted((*at, name))} is missing", at, fix=f"add it: {_meaning(known.type)}")
    return kind(**found)


def _leaf(value: object, kind: Any, place: Place, at: tuple[str, ...]) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        place.error("CW103", f"{_dotted(at)} is not a finite number", at, got=str(value), fix="write a number")
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        place.error(
            "CW103",
            f"{_dotted(at)}: {_said(str(error))}",
            at,
            got=f"{_type(value)}" + (f" {value!r}" if isinstance(value, str | int | float) else ""),
            why=_hint(value),
            fix=_choices(kind, value) or f"correct it: {_meaning(kind)}",
        )


_SAID = {"`str`": "text", "`float`": "a number", "`int`": "a whole number", "`bool`": "true or false",
         "`object`": "a table", "`array`": "a list", "`null`": "nothing"}  # fmt: skip


def _said(error: str) -> str:
    """The validator's sentence in words for people; a place inside a list becomes "item 2"."""
    sentence, _, inside = error.partition(" - at `$[")
    item = f" (item {int(inside.split(']')[0]) + 1})" if inside[:1].isdigit() else ""
    words = _WORDS.sub(lambda m: _SAID[m[0]], sentence)
    return words[:1].lower() + words[1:] + item


_WORDS = re.compile("|".join(map(re.escape, _SAID)))


def _type(value: object) -> str:
    for kinds, said in (
        ((bool,), "true or false"),
        ((int, float), "a number"),
        ((str,), "text"),
        ((dict,), "a table"),
        ((list,), "a list"),
    ):
        if isinstance(value, kinds):
            return said
    return type(value).__name__


def _hint(value: object) -> str:
    return "a name with dots must be quoted, or TOML reads it as nested tables" if isinstance(value, dict) else ""


def _meaning(kind: Any) -> str:
    found = [m.description for m in getattr(kind, "__metadata__", ()) if isinstance(m, msgspec.Meta) and m.description]
    return " ".join(reversed(found))


def _choices(kind: Any, value: object) -> str:
    """The allowed words of a type that offers some, with the nearest one."""
    for choice in (kind, *get_args(kind)):
        if get_origin(choice) is Literal:
            allowed = get_args(choice)
            return f"write one of {', '.join(map(quoted, allowed))}{nearest(str(value), allowed)}"
    return ""


def _dotted(at: tuple[str, ...]) -> str:
    return ".".join(key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else quoted(key) for key in at)
