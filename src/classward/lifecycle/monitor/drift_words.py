"""A change in one sentence."""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.monitor.comparisons import Comparison

__all__ = ["drift_in_words"]

_WHEN = {
    "since the first day": "since the version's first day: what it is served differs from what it learned from",
    "over time": "a change over time",
}


def drift_in_words(
    one: Comparison,
    share: NDArray[np.float64] | None,
    known: NDArray[np.float64] | None,
    shift_sd: float | None,
    cause: str,
    changed_on: date | None,
) -> str:
    """What is different, from what to what, since about when; empty without rows."""
    if share is None or known is None:
        return ""
    before = "the training rows" if one.against == "training" else "the version's first days"
    if one.family == "feature":
        moved = int(np.argmax(np.abs(share - known)))
        what = (
            f"values of {one.subject!r} differ from {before}: {one.names[moved]} {_percent(known[moved], share[moved])}"
        )
        if shift_sd is not None:
            what += f", mean moved by {shift_sd:+.2f} sd"
    elif one.family == "calibration":
        what = (
            f"answers are right in {100 * share[0]:.3g} % of labelled rows, where the same confidence gave "
            f"{100 * known[0]:.3g} % on the sealed rows"
        )
    elif one.family == "answers":
        what = f"{one.class_name!r} is answered in {_percent(known[0], share[0])} of rows, compared with "
        what += "the sealed rows" if one.against == "training" else before
    else:
        how = {"missing": "is missing", "unseen": "has a value that training never saw"}[one.family]
        what = f"{one.subject!r} {how} in {_percent(known[0], share[0])} of rows, compared with {before}"
    when = f"; since about {changed_on.isoformat()}" if changed_on and cause != "since the first day" else ""
    return what + when + (f"; {_WHEN[cause]}" if cause else "")


def _percent(before: float, now: float) -> str:
    return f"{before:.3g} → {now:.3g}" if max(before, now) < 0.001 else f"{100 * before:.3g} % → {100 * now:.3g} %"
