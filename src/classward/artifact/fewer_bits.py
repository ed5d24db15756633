"""Arrays of numbers stored in fewer bits than they are used in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["PACKED", "PACKINGS", "packed", "unpacked"]

PACKINGS = ("int8", "float16")

PACKED: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "ClusteredScorer": frozenset({"weights"}),
        "KernelScorer": frozenset({"vectors"}),
        "LikenessScorer": frozenset({"support", "weights"}),
        "LinearScorer": frozenset({"weights"}),
        "NearestScorer": frozenset({"vectors"}),
        "NetworkScorer": frozenset({"weights"}),
        "StaticEncoder": frozenset({"vectors"}),
    }
)
"""Kind → fields that bear a little rounding. Cuts of trees do not: a row beside a cut would go the other way."""

_MOST = 127


def packed(array: NDArray[Any], packing: str) -> tuple[NDArray[Any], NDArray[np.float32] | None]:
    """Numbers in fewer bits, and for ``int8`` the size of a step in each row (all numbers of a row share one).

    ``float16`` keeps three digits and nothing beyond 65,504; larger numbers stop there.
    """
    if packing == "float16":
        return np.clip(array, -65_504.0, 65_504.0).astype("<f2"), None
    exact = array.astype(np.float64).reshape(len(array), -1)
    steps = (np.abs(exact).max(axis=1, initial=0.0) / _MOST).astype(np.float32)
    whole = np.rint(exact / np.where(steps > 0.0, steps, 1.0)[:, None])
    return np.clip(whole, -_MOST, _MOST).astype("|i1").reshape(array.shape), steps


def unpacked(stored: NDArray[Any], steps: NDArray[np.float32] | None, dtype: str) -> NDArray[Any]:
    """The numbers as they are used, read-only.

    Raises
    ------
    ValueError
        If there is not one step for each row, or a step is no number.
    """
    if steps is None:
        made = stored.astype(dtype)
    else:
        if steps.shape != stored.shape[:1] or not np.isfinite(steps).all():
            raise ValueError(f"steps of shape {steps.shape} do not fit numbers of shape {stored.shape}")
        made = (stored * steps.reshape(-1, *[1] * (stored.ndim - 1))).astype(dtype)
    made.flags.writeable = False
    return made
