"""A file of safety examples: rows whose answers are known before any version is asked."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from classward.domain import SafetyExample, canonical_json
from classward.errors import TaskFileError
from classward.taskfile.convert import Place, convert

__all__ = ["parse_safety"]

_Name = Annotated[str, Meta(min_length=1, max_length=200)]
_Row = Annotated[dict[str, Any], Meta(min_length=1)]


class _MustPass(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"class_name": "class"}):
    name: _Name
    row: _Row
    class_name: _Name


class _Invariance(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    name: _Name
    row: _Row
    change: _Row


class _Directional(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, rename={"class_name": "class"}):
    name: _Name
    row: _Row
    change: _Row
    class_name: _Name
    direction: Literal["up", "down"]
    at_least: Annotated[float, Meta(ge=0, lt=1)] = 0.0


class _File(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    must_pass: Annotated[tuple[_MustPass, ...], Meta(description="Each has name, row and class.")] = ()
    forbidden: Annotated[tuple[_MustPass, ...], Meta(description="Each has name, row and class.")] = ()
    invariance: Annotated[tuple[_Invariance, ...], Meta(description="Each has name, row and change.")] = ()
    directional: Annotated[
        tuple[_Directional, ...], Meta(description='Each has name, row, change, class and direction, "up" or "down".')
    ] = ()


def parse_safety(text: str, *, path: str) -> tuple[SafetyExample, ...]:
    """Read examples: ``[[must_pass]]``, ``[[forbidden]]``, ``[[invariance]]`` and ``[[directional]]``.

    ``change`` holds the columns in which the second row differs from ``row``. Whether rows fit a version is seen when it
    is asked.

    Raises
    ------
    TaskFileError
        CW875 for text that is no such file; two examples with one name; CW102 to CW104 for a wrong key or value.

    Examples
    --------
    >>> text = '[[must_pass]]\\nname = "hacked"\\nrow = { text = "my account was hacked" }\\nclass = "security"'
    >>> [(e.kind, e.name, e.class_name) for e in parse_safety(text, path="safety.toml")]
    [('must-pass', 'hacked', 'security')]
    """
    try:
        plain = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise TaskFileError(
            "CW875", f"{path} is not a file of safety examples", got=str(error), why="none of its examples could be tried",
            fix="write it in TOML, see docs/gate.md",
        ) from None  # fmt: skip
    place = Place(text, path)
    found = tuple(_examples(convert(plain, _File, place=place)))
    names = [(e.kind, e.name) for e in found]
    for kind, name in names:
        if names.count((kind, name)) > 1:
            raise TaskFileError(
                "CW875", f"{path}: two {kind} examples are called {name!r}", why="a result must name one of them",
                fix="give each its own name",
            )  # fmt: skip
    return found


def _examples(file: _File) -> Iterator[SafetyExample]:
    for kind, some in (("must-pass", file.must_pass), ("forbidden", file.forbidden)):
        for one in some:
            yield SafetyExample(kind=kind, name=one.name, row=_json(one.row), class_name=one.class_name)
    for pair in file.invariance:
        yield SafetyExample(kind="invariance", name=pair.name, row=_json(pair.row), other=_json(pair.row | pair.change))
    for way in file.directional:
        yield SafetyExample(
            kind="directional", name=way.name, row=_json(way.row), other=_json(way.row | way.change),
            class_name=way.class_name, direction=way.direction, at_least=way.at_least,
        )  # fmt: skip


def _json(row: dict[str, Any]) -> str:
    return canonical_json(row)
