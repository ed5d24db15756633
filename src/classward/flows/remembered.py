"""What a version said to rows that were asked before, for traffic that repeats itself."""

from __future__ import annotations

import hashlib
from collections import OrderedDict

from classward.inference import Columns, Model, Proba

__all__ = ["Remembered", "Said"]

Said = tuple[Proba, list[tuple[str, ...]]]
"""Probabilities of a row, and its flags of values that training never saw."""

_KINDS = frozenset({"text", "categorical", "numeric", "boolean", "date"})


class Remembered:
    """Keeps what the model said to single rows, by version and a hash of the row; the row asked longest ago goes first.

    Only the model's part is kept. Each answer is decided and logged anew, with its own id, so that records, a canary's share
    and counters are the same with and without it. Rows are kept as hashes: no value of a feature stays in memory.
    Models that read images or vectors are always asked.

    Do not use it where rows hardly repeat: it then costs a hash for each and finds nothing.

    Parameters
    ----------
    most : int
        Rows kept at most; 0 keeps none.
    """

    __slots__ = ("_kept", "_most", "n_asked", "n_found")

    def __init__(self, most: int) -> None:
        self._kept: OrderedDict[tuple[str, bytes], Said] = OrderedDict()
        self._most = most
        self.n_asked = self.n_found = 0

    def say(self, model: Model, bundle_hash: str, columns: Columns, n: int) -> Said:
        """Ask the model, unless it was asked the same row before; requests of several rows are always asked."""
        if self._most <= 0 or n != 1 or not all(f.kind in _KINDS for f in model.schema.features):
            return model.predict_proba(columns, n), model.unseen(columns, n)
        key = (bundle_hash, _hash(columns))
        self.n_asked += 1
        said = self._kept.get(key)
        if said is not None:
            self.n_found += 1
            self._kept.move_to_end(key)
            return said
        said = self._kept[key] = model.predict_proba(columns, n), model.unseen(columns, n)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return said

    def __len__(self) -> int:
        return len(self._kept)


def _hash(columns: Columns) -> bytes:
    """Of names and values of one row; numbers of another type (1, 1.0) are other rows."""
    text = repr([(name, values[0]) for name, values in columns.items()])
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
