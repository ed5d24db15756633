"""How large a model is and how long a row takes, against limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classward.errors import Refused
from classward.flows.context import Context
from classward.flows.version_rows import VersionRows
from classward.inference import Model

__all__ = ["Size", "measured_size", "no_model_keeps", "too_large"]

_TIMED_ROWS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Bytes of a bundle without report and lineage, and the median time of one row in this process (``n`` rows timed)."""

    n_bytes: int
    latency_ms: float
    n: int


def measured_size(ctx: Context, model: Model, rows: VersionRows, n_bytes: int) -> Size:
    """Time single development rows, evenly taken."""
    timed = rows.development[:: -(-len(rows.development) // _TIMED_ROWS)]
    took_s = []
    for i in timed:
        one = rows.take(np.array([i]))
        started_s = ctx.clock.monotonic_s()
        model.predict_proba(one, 1)
        took_s.append(ctx.clock.monotonic_s() - started_s)
    return Size(n_bytes=n_bytes, latency_ms=1000.0 * float(np.median(took_s)), n=len(took_s))


def too_large(size: Size, max_bytes: int | None, max_latency_ms: float | None) -> str:
    """Which limit is broken, in words; empty if none is."""
    if max_bytes is not None and size.n_bytes > max_bytes:
        return f"{size.n_bytes:,} bytes, {max_bytes:,} allowed"
    if max_latency_ms is not None and size.latency_ms > max_latency_ms:
        return f"{size.latency_ms:.3f} ms a row, {max_latency_ms:g} allowed"
    return ""


def no_model_keeps(failure: str, tried: Sequence[Size]) -> Refused:
    """The refusal (CW378) when nothing that was tried keeps the limits."""
    smallest = min((size.n_bytes for size in tried), default=0)
    return Refused(
        "CW378", "no model keeps the limits", got=failure + (f"; the smallest has {smallest:,} bytes" if tried else ""),
        why="a limit that is not kept where the model runs is no limit", fix="raise --max-bytes or --max-latency-ms",
    )  # fmt: skip
