"""Plain values as YAML: block style, strings in double quotes (JSON's are YAML's), long expressions as they are."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

__all__ = ["yaml_text"]


def yaml_text(value: object, *, comments: Sequence[str] = ()) -> str:
    """Write mappings, sequences, strings and numbers, below lines of comment.

    >>> print(yaml_text({"a": [1, {"b": "x"}], "c": {}}), end="")
    a:
      - 1
      - b: "x"
    c: {}
    """
    said = "".join(f"# {' '.join(line.split())}\n" for line in comments)
    return said + "\n".join(_lines(value)) + "\n"


def _lines(value: object) -> list[str]:
    if isinstance(value, Mapping) and value:
        return [line for name, part in value.items() for line in _entry(f"{name}:", part)]
    if isinstance(value, list | tuple) and value:
        return [line for part in value for line in _item(_lines(part))]
    return [_scalar(value)]


def _entry(name: str, part: object) -> list[str]:
    if isinstance(part, Mapping | list | tuple) and part:
        return [name, *(f"  {line}" for line in _lines(part))]
    if isinstance(part, str) and "\n" in part:
        return [f"{name} |-", *(f"  {line}" for line in part.splitlines())]
    return [f"{name} {_scalar(part)}"]


def _item(lines: list[str]) -> list[str]:
    return [f"- {lines[0]}", *(f"  {line}" for line in lines[1:])]


def _scalar(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
