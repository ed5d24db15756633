"""Which rows keep their feature values in the record log, with what weight, and what is kept of private ones."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

__all__ = ["LOG_POLICIES", "PayloadKeeper", "PayloadPolicy"]

LOG_POLICIES = ("keep", "hash", "drop")
"""What may be logged of a feature: its value, a keyed hash of it (equal values stay equal), or nothing."""

_NOTABLE = ("unseen:", "bad:", "repaired:", "abstained", "degraded", "disagrees")
_RARE_SHARE = 0.02
_FIRST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PayloadPolicy:
    """What the log keeps of features.

    Parameters
    ----------
    share : float
        Share of ordinary rows whose values are kept, in [0, 1], chosen by a hash of their id.
    keep_below : float
        Rows answered with less confidence keep their values always.
    private : tuple of (feature, "hash" or "drop")
        Features whose values never reach the log.
    secret : bytes
        Key of the hashes, at most 64 bytes; without it common values could be guessed and compared.
    """

    share: float = 1.0
    keep_below: float = 0.6
    private: tuple[tuple[str, str], ...] = ()
    secret: bytes = b""


class PayloadKeeper:
    """Decides row by row; remembers how often each class was answered, to know which are rare.

    A row that is notable (rare or new class, low confidence, unknown or repaired value, no answer) is kept whatever its
    id, so its weight is 1. Others are kept with probability ``share`` and weigh ``1 / share``: sums over kept rows, times
    their weights, are unbiased for all rows (Horvitz and Thompson 1952), since nothing here looks at the chance draw.
    """

    __slots__ = ("_counts", "_n", "_policy", "_private")

    def __init__(self, policy: PayloadPolicy) -> None:
        self._policy = policy
        self._private = dict(policy.private)
        self._counts: dict[str, int] = {}
        self._n = 0

    def keep(
        self,
        columns: Mapping[str, Sequence[object]],
        i: int,
        *,
        row_id: str,
        label: str,
        probability: float,
        flags: Sequence[str],
    ) -> tuple[str, float] | None:
        """The values of row ``i`` as JSON text and their weight, or nothing.

        Nothing is kept at all with a share of 0: that switches payloads off.
        """
        share = self._policy.share
        if share <= 0.0:
            return None
        weight = 1.0
        if share < 1.0 and not self._is_notable(label, probability, flags):
            if zlib.crc32(row_id.encode()) >= share * 2**32:
                return None
            weight = 1.0 / share
        return self._text(columns, i), weight

    def hash_of(self, columns: Mapping[str, Sequence[object]], i: int) -> str | None:
        """A keyed hash of what would have been kept of row ``i``, for rows that are not; equal values give the same.

        ``None`` with a share of 0, which switches payloads off, and without a secret: common values could be guessed.
        """
        if self._policy.share <= 0.0 or not self._policy.secret:
            return None
        text = self._text(columns, i).encode(errors="surrogatepass")
        return hashlib.blake2b(text, key=self._policy.secret, digest_size=16).hexdigest()

    def _text(self, columns: Mapping[str, Sequence[object]], i: int) -> str:
        if self._private:
            row = {name: self._shown(name, values[i]) for name, values in columns.items()}
            row = {name: value for name, value in row.items() if self._private.get(name) != "drop"}
        else:
            row = {name: values[i] for name, values in columns.items()}
        return _encode(row)

    def _is_notable(self, label: str, probability: float, flags: Sequence[str]) -> bool:
        n_before = self._counts.get(label, 0)
        self._counts[label] = n_before + 1
        self._n += 1
        is_rare = n_before < _FIRST or n_before < _RARE_SHARE * self._n
        return is_rare or probability < self._policy.keep_below or any(flag.startswith(_NOTABLE) for flag in flags)

    def _shown(self, name: str, value: object) -> object:
        if value is None or self._private.get(name) != "hash":
            return value
        digest = hashlib.blake2b(key=self._policy.secret, digest_size=12)
        digest.update(f"{name}\0".encode())
        digest.update(_bytes_of(value))
        return f"hash:{digest.hexdigest()}"


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.tobytes() if isinstance(value, np.ndarray) else str(value).encode(errors="surrogatepass")


def _plain(value: object) -> object:
    """What the log keeps of a value JSON does not know: of an image its hash and size, of a vector its numbers."""
    if isinstance(value, bytes):
        return {"sha256": hashlib.sha256(value).hexdigest(), "n_bytes": len(value)}
    return value.tolist() if isinstance(value, np.ndarray) else str(value)


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"), default=_plain).encode
