"""Who may ask: API keys, compared in constant time and never logged."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable, Sequence

from classward.errors import InvalidInput, UsageError
from classward.settings import Settings

__all__ = ["KeyGate", "check_bind", "is_loopback"]

_HOW = "send the header 'X-API-Key: …' or 'Authorization: Bearer …'"


class KeyGate:
    """Lets a request pass that carries one of the accepted keys; with no keys everybody passes."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = tuple(key.encode() for key in keys if key)

    @property
    def is_on(self) -> bool:
        """Whether a key is asked for."""
        return bool(self._keys)

    def check(self, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
        """Let pass, giving the key (nothing if none is asked for), or refuse.

        Raises
        ------
        InvalidInput
            CW415 without a key, CW416 with a wrong one.
        """
        if not self._keys:
            return b""
        given = _key_in(headers)
        if given is None:
            raise InvalidInput("CW415", "this address needs an API key", fix=_HOW)
        hits = [hmac.compare_digest(given, key) for key in self._keys]
        if not any(hits):
            raise InvalidInput("CW416", "this API key is not accepted", fix="ask the owner of the server for a key")
        return given


def _key_in(headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    for name, value in headers:
        if name == b"x-api-key":
            return value
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip()
    return None


def is_loopback(host: str) -> bool:
    """Whether an address reaches this machine only.

    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_bind(settings: Settings) -> None:
    """Refuse to open a door to others without keys.

    Raises
    ------
    UsageError
        CW911 when the host is not loopback and no API key is set.
    """
    if is_loopback(settings.host) or any(settings.api_keys):
        return
    raise UsageError(
        "CW911",
        "refusing to serve other machines without an API key",
        got=f"host {settings.host!r}, no keys",
        why="anybody who reaches this address could ask, and hand in labels",
        fix="set CLASSWARD_API_KEYS=key1,key2, or serve on 127.0.0.1",
    )
