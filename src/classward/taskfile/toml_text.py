"""Write names and values as TOML."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["array", "key", "quoted"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_SHORT = {"\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
_ESCAPED = re.compile(r'[\x00-\x1f\x7f-\x9f"\\\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]')


def quoted(text: str) -> str:
    r"""Write text as a basic string; control characters and marks that turn the writing direction are escaped.

    >>> print(quoted('say "hi"\n'))
    "say \"hi\"\n"
    """
    return '"' + _ESCAPED.sub(lambda m: _SHORT.get(m[0], f"\\u{ord(m[0]):04X}"), text) + '"'


def key(name: str) -> str:
    """Write a key, quoted unless it is plain.

    >>> print(key("subject"), key("v1.0"))
    subject "v1.0"
    """
    return name if _BARE.fullmatch(name) else quoted(name)


def array(names: Iterable[str]) -> str:
    """Write names as an array of strings on one line."""
    return "[" + ", ".join(map(quoted, names)) + "]"
