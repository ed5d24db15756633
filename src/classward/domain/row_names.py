"""Ids and keys of rows: what can be stored, printed and searched for."""

from __future__ import annotations

__all__ = ["MAX_NAME", "fault_of_name"]

MAX_NAME = 128
"""Most characters of an id or key."""


def fault_of_name(value: str) -> str:
    r"""Why an id or key cannot be used, or nothing.

    >>> fault_of_name("order 7")
    ''
    >>> fault_of_name("a\n")
    'character U+000A at place 2, which cannot be printed'
    """
    if not 0 < len(value) <= MAX_NAME:
        return f"{len(value)} characters"
    bad = next((i for i, c in enumerate(value) if not c.isprintable()), None)
    return "" if bad is None else f"character U+{ord(value[bad]):04X} at place {bad + 1}, which cannot be printed"
