"""API keys and what each may do."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass

from classward.errors import UsageError, nearest
from classward.flows.predict import LOCAL

__all__ = ["NOBODY", "ROLES", "Caller", "Keys"]

ROLES = ("predict", "label", "metrics")
"""What a caller may be allowed; descriptions of the interface are for every caller."""
_NAME = re.compile(r"[A-Za-z0-9._-]{1,40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks: ``name`` for rates (a key itself, never logged), ``logged`` for the records, and what it may do."""

    name: bytes
    roles: frozenset[str]
    logged: str


NOBODY = Caller(name=b"", roles=frozenset(ROLES), logged=LOCAL)
"""Stands for whoever asks a server that asks nobody for a key."""


class Keys:
    """The accepted keys: ``key`` may do everything, ``predict+label:key`` what stands before the colon.

    A name for the records may follow the roles: ``predict+label@app:key``, or ``@app:key`` for all roles. A key without
    one is called by its place in the list, from 1.

    Raises
    ------
    UsageError
        CW435 if a role does not exist, a name is none, or a key is empty.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._callers = tuple(_caller(key, place) for place, key in enumerate((k for k in keys if k), start=1))

    def __bool__(self) -> bool:
        return bool(self._callers)

    def find(self, given: bytes) -> Caller | None:
        """The caller with this key; takes as long for a wrong one as for a right one."""
        hits = [caller for caller in self._callers if hmac.compare_digest(given, caller.name)]
        return hits[0] if hits else None


def _caller(text: str, place: int) -> Caller:
    before, colon, key = text.partition(":")
    if not colon:
        return Caller(name=text.encode(), roles=frozenset(ROLES), logged=f"key:{place}")
    roles, at, called = before.partition("@")
    if at and not _NAME.fullmatch(called):
        raise UsageError(
            "CW435",
            "the name of an API key is no name",
            got=repr(called[:50]),
            why="it stands in every record of an answer to this key",
            fix="write predict@NAME:KEY with 1 to 40 letters, digits, '.', '_' or '-'",
        )
    names = roles.split("+") if roles or not at else ROLES
    for name in names:
        if name not in ROLES:
            raise UsageError(
                "CW435",
                f"no role is called {name[:20]!r}{nearest(name[:20], ROLES)}",
                why="what stands before a colon in an API key says what its owner may do",
                fix=f"write predict+label:KEY with roles among {', '.join(ROLES)}, or a key without a colon",
            )
    if not key:
        raise UsageError("CW435", f"the API key with the roles {before!r} is empty", fix="write it after the colon")
    return Caller(name=key.encode(), roles=frozenset(names), logged=f"key:{called or place}")
