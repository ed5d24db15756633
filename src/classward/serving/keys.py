"""API keys and what each may do."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from classward.errors import UsageError, nearest

__all__ = ["ROLES", "Caller", "Keys"]

ROLES = ("predict", "label", "metrics")
"""What a caller may be allowed; descriptions of the interface are for every caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who asks, for rates (never logged), and what it may do."""

    name: bytes
    roles: frozenset[str]


class Keys:
    """The accepted keys: ``key`` may do everything, ``predict+label:key`` what stands before the colon.

    Raises
    ------
    UsageError
        CW435 if a role does not exist, or a key is empty.
    """

    def __init__(self, keys: Iterable[str]) -> None:
        self._callers = tuple(_caller(key) for key in keys if key)

    def __bool__(self) -> bool:
        return bool(self._callers)

    def find(self, given: bytes) -> Caller | None:
        """The caller with this key; takes as long for a wrong one as for a right one."""
        hits = [caller for caller in self._callers if hmac.compare_digest(given, caller.name)]
        return hits[0] if hits else None


def _caller(text: str) -> Caller:
    roles, colon, key = text.partition(":")
    if not colon:
        return Caller(name=text.encode(), roles=frozenset(ROLES))
    names = roles.split("+")
    for name in names:
        if name not in ROLES:
            raise UsageError(
                "CW435",
                f"no role is called {name[:20]!r}{nearest(name[:20], ROLES)}",
                why="what stands before a colon in an API key says what its owner may do",
                fix=f"write predict+label:KEY with roles among {', '.join(ROLES)}, or a key without a colon",
            )
    if not key:
        raise UsageError("CW435", f"the API key with the roles {roles!r} is empty", fix="write it after the colon")
    return Caller(name=key.encode(), roles=frozenset(names))
