"""What an encoder made before, so that cross-fitting encodes each text or image once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

__all__ = ["VectorMemory"]

_Item = TypeVar("_Item", str, bytes)


@dataclass(slots=True)
class VectorMemory(Generic[_Item]):
    """Vectors by hash of their text: those of the last batch, and beyond it up to a number of rows, the oldest leave first.

    The parts of a blend that share an encoder so encode a request once, and cross-fitting encodes each text once.
    A remembered vector is the one the encoder gave. Safe with threads, since each step on the dictionary is atomic: at
    worst two threads encode the same text. No text is kept; copies and pickles of an encoder start empty.

    Parameters
    ----------
    most_rows : int
        Rows kept. A row of 384 numbers takes about 1.6 KB.
    """

    most_rows: int = 256
    _rows: dict[bytes, NDArray[np.float32]] = field(default_factory=dict, repr=False)

    def look_up(
        self, texts: Sequence[_Item], encode: Callable[[Sequence[_Item]], NDArray[np.float32]]
    ) -> NDArray[np.float32]:
        """Vectors of ``texts`` (or images), shape (n, n_columns); only what is not remembered is encoded, each text once."""
        keys = [_key(text) for text in texts]
        known = {key: row for key in keys if (row := self._rows.get(key)) is not None}
        fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if fresh:
            known |= dict(zip(fresh, encode(list(fresh.values())), strict=True))
            self._keep({key: known[key] for key in fresh}, len(known))
        return np.stack([known[key] for key in keys]) if keys else encode(texts)

    def _keep(self, fresh: dict[bytes, NDArray[np.float32]], n_batch: int) -> None:
        self._rows.update(fresh)
        for key in list(self._rows)[: max(0, len(self._rows) - max(self.most_rows, n_batch))]:
            self._rows.pop(key, None)


def _key(item: str | bytes) -> bytes:
    data = item.encode("utf-8", "surrogatepass") if isinstance(item, str) else item
    return hashlib.blake2b(data, digest_size=16).digest()
