"""Find the line of a key in TOML text, so that errors can name it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence

__all__ = ["line_of"]


def line_of(text: str, path: Sequence[str]) -> int:
    """Line (from 1) on which a key, its table or the nearest table around it begins; 1 if none is there.

    Reads the text line by line until the key appears, so it is exact for every way of writing TOML; it takes time
    quadratic in the number of lines and is meant for errors only.
    """
    for depth in range(len(path), 0, -1):
        found = _first_line(text, path[:depth])
        if found:
            return found
    return 1


def _first_line(text: str, path: Sequence[str]) -> int:
    lines = text.split("\n")
    start = 1
    for number in range(1, len(lines) + 1):
        try:
            read = tomllib.loads("\n".join(lines[:number]))
        except tomllib.TOMLDecodeError:
            continue
        if _has(read, path):
            return start
        start = number + 1
    return 0


def _has(read: object, path: Sequence[str]) -> bool:
    for key in path:
        if not isinstance(read, dict) or key not in read:
            return False
        read = read[key]
    return True
