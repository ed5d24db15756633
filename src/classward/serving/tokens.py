"""JSON Web Tokens: who a caller is and what it may do, as somebody else signed it. Needs the extra ``auth``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from classward.errors import InvalidInput, UsageError
from classward.serving.keys import ROLES, Caller
from classward.settings import Settings

__all__ = ["ALGORITHMS", "TokenGate", "looks_like_token"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA", "HS256", "HS384", "HS512")
"""Signatures that can be asked for; exactly one is accepted, so that a token cannot choose a weaker one."""

_REMEMBERED = 1000
_LEEWAY_S = 30
_LONGEST = 200
_LEAST_SECRET_BYTES = 32


class TokenGate:
    """Checks signature, times, audience and issuer of tokens; what was found is remembered until it expires.

    Parameters
    ----------
    settings : Settings
        ``jwt_key_file`` holds the public key (PEM) or, for ``HS…``, the shared secret.
    now_s : callable
        Seconds since the epoch.

    Raises
    ------
    UsageError
        CW438 if tokens cannot be checked: no extra, no key, an unknown algorithm or a weak secret.
    """

    def __init__(self, settings: Settings, *, now_s: Callable[[], float]) -> None:
        self._algorithm, self._now_s = settings.jwt_algorithm, now_s
        self._audience, self._issuer = settings.jwt_audience or None, settings.jwt_issuer or None
        self._claim = settings.jwt_roles_claim
        if self._algorithm not in ALGORITHMS:
            raise _unusable(f"algorithm {self._algorithm!r}", f"use one of {', '.join(ALGORITHMS)}")
        try:
            import jwt
        except ImportError:
            raise _unusable("the package PyJWT is not installed", "pip install 'classward[auth]'") from None
        self._jwt = jwt
        self._key = _read_key(settings.jwt_key_file, self._algorithm)
        self._known: OrderedDict[bytes, tuple[Caller, float]] = OrderedDict()

    def caller(self, token: bytes) -> Caller:
        """Who signed in with a token.

        Raises
        ------
        InvalidInput
            CW436 if it is expired, meant for others, or not signed by whom we trust.
        """
        known = self._known.get(token)
        if known is not None and self._now_s() < known[1]:
            return known[0]
        claims = self._claims(token)
        name = f"sub:{claims['sub']}"
        caller = Caller(name=name.encode(), roles=self._roles(claims), logged=name[:_LONGEST])
        self._known[token] = (caller, float(claims["exp"]))
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return caller

    def _claims(self, token: bytes) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = self._jwt.decode(
                token,
                self._key,
                algorithms=[self._algorithm],
                audience=self._audience,
                issuer=self._issuer,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "sub"], "verify_aud": self._audience is not None},
            )
        except self._jwt.PyJWTError as error:
            raise InvalidInput(
                "CW436",
                "this token is not accepted",
                got=type(error).__name__.removesuffix("Error"),
                why="it must be signed by whom this server trusts, be meant for it, and not be over",
                fix="ask for a new token; it needs 'sub' and 'exp'",
            ) from None
        return claims

    def _roles(self, claims: dict[str, Any]) -> frozenset[str]:
        """Roles in the claim, a list or words in one text; those that are not ours are passed over."""
        given = claims.get(self._claim, ())
        words = given.split() if isinstance(given, str) else given
        return frozenset(ROLES).intersection(words if isinstance(words, list) else ())


def looks_like_token(given: bytes) -> bool:
    """Whether a bearer value has the three parts of a signed token.

    >>> looks_like_token(b"eyJh.eyJz.c2ln"), looks_like_token(b"a-plain-key")
    (True, False)
    """
    return given.startswith(b"ey") and given.count(b".") == 2


def _read_key(path: str, algorithm: str) -> bytes:
    try:
        key = Path(path).read_bytes().strip()
    except OSError as error:
        raise _unusable(f"{path}: {error.strerror}", "name a file that this process may read") from None
    if algorithm.startswith("HS"):
        if len(key) < _LEAST_SECRET_BYTES:
            raise _unusable(f"a secret of {len(key)} bytes", f"use at least {_LEAST_SECRET_BYTES} random bytes")
        if key.startswith(b"-----"):
            raise _unusable(f"a PEM key with {algorithm}", "a public key is no secret: use RS256 or ES256")
    elif not key.startswith(b"-----BEGIN"):
        raise _unusable(f"{path} holds no PEM key", f"{algorithm} needs the signer's public key")
    return key


def _unusable(got: str, fix: str) -> UsageError:
    return UsageError("CW438", "tokens cannot be checked with these settings", got=got, fix=fix)
