"""Who may ask what: API keys, compared in constant time, and signed tokens; neither is ever logged."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Sequence

from classward.errors import InvalidInput, UsageError
from classward.serving.keys import NOBODY, Caller, Keys
from classward.serving.tokens import TokenGate, looks_like_token
from classward.settings import Settings

__all__ = ["Gate", "check_bind", "is_loopback"]

_HOW = "send the header 'X-API-Key: …' or 'Authorization: Bearer …'"


class Gate:
    """Lets a request pass that carries an accepted key or token with the role it needs; without either all may pass.

    Parameters
    ----------
    settings : Settings
        Keys and how tokens are checked.
    now_s : callable
        Seconds since the epoch, for tokens.

    Raises
    ------
    UsageError
        CW435 for keys with roles that do not exist, CW438 if tokens cannot be checked.
    """

    def __init__(self, settings: Settings, *, now_s: Callable[[], float]) -> None:
        self._keys = Keys(settings.api_keys)
        self._tokens: TokenGate | None = None
        if settings.jwt_key_file:
            self._tokens = TokenGate(settings, now_s=now_s)

    @property
    def is_on(self) -> bool:
        """Whether a key or token is asked for."""
        return bool(self._keys) or self._tokens is not None

    def check(self, headers: Sequence[tuple[bytes, bytes]], *, role: str = "") -> Caller:
        """Let pass, giving who asks (``NOBODY`` if nobody is asked), or refuse.

        Raises
        ------
        InvalidInput
            CW415 without a key, CW416 with a wrong one, CW436 with a token that is not accepted, CW437 if the caller
            may not do this.
        """
        if not self.is_on:
            return NOBODY
        given, is_bearer = _key_in(headers)
        if given is None:
            raise InvalidInput("CW415", "this address needs an API key", fix=_HOW)
        if is_bearer and self._tokens is not None and looks_like_token(given):
            caller = self._tokens.caller(given)
        else:
            found = self._keys.find(given)
            if found is None:
                raise InvalidInput("CW416", "this API key is not accepted", fix="ask the owner of the server for a key")
            caller = found
        if role and role not in caller.roles:
            raise InvalidInput(
                "CW437",
                f"this caller may not {_DOES[role]}",
                got=f"roles: {', '.join(sorted(caller.roles)) or 'none'}",
                fix=f"ask the owner of the server for the role {role!r}",
            )
        return caller


_DOES = {"predict": "ask for predictions", "label": "hand in labels", "metrics": "read metrics"}


def _key_in(headers: Sequence[tuple[bytes, bytes]]) -> tuple[bytes | None, bool]:
    """The key or token, and whether it came as a bearer's."""
    for name, value in headers:
        if name == b"x-api-key":
            return value, False
        if name == b"authorization" and value[:7].lower() == b"bearer ":
            return value[7:].strip(), True
    return None, False


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
    """Refuse to open a door to others without keys or tokens.

    Raises
    ------
    UsageError
        CW911 when the host is not loopback and no API key is set.
    """
    if is_loopback(settings.host) or any(settings.api_keys) or settings.jwt_key_file:
        return
    raise UsageError(
        "CW911",
        "refusing to serve other machines without an API key",
        got=f"host {settings.host!r}, no keys",
        why="anybody who reaches this address could ask, and hand in labels",
        fix="set CLASSWARD_API_KEYS=key1,key2 or CLASSWARD_JWT_KEY_FILE, or serve on 127.0.0.1",
    )
