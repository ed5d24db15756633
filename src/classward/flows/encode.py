"""Read every text by the encoder once, before anything is fitted, unless that would take most of the time."""

from __future__ import annotations

from collections.abc import Callable

from classward.flows.budget import Budget
from classward.inference import Encoder, OnnxEncoder
from classward.lifecycle.train import LabelledRows

__all__ = ["encode_all"]

_TRIED_FIRST = 200
_MOST_OF_TIME = 0.6


def encode_all(
    rows: LabelledRows, encoder: Encoder, *, budget: Budget, n_threads: int, tell: Callable[[str], None]
) -> str:
    """Let the encoder remember the vectors of all texts; a reason why not if a first few show that it would take too long.

    Parameters
    ----------
    rows : LabelledRows
        Whose texts.
    encoder : Encoder
        Left with the vectors it made.
    budget : Budget
        At most three fifths of what is left may go into reading.
    n_threads : int
        Threads to read with, where the encoder can use them.
    tell : callable
        Told about progress.
    """
    names = [f.name for f in rows.schema.features if f.kind == "text"]
    encoder.remember(rows.n * len(names) + 1)
    if isinstance(encoder, OnnxEncoder):
        encoder.use_threads(n_threads)
    texts = list(dict.fromkeys(v for name in names for v in rows.columns[name] if isinstance(v, str)))
    step = max(1, len(texts) // _TRIED_FIRST)
    encoder.encode(texts[:1])  # loading is not reading
    allowed_s, started_s = _MOST_OF_TIME * budget.left_s(), budget.clock_s()
    encoder.encode(texts[::step])
    needed_s = (budget.clock_s() - started_s) * step
    if needed_s > allowed_s:
        allowed = f"{max(allowed_s, 0.0):.0f} s may go into it"
        return f"left out: reading {len(texts):,} texts needs about {needed_s:.0f} s, and {allowed}"
    tell(f"reading {len(texts):,} texts by the encoder, about {needed_s:.0f} s")
    encoder.encode(["", *texts])
    return ""
