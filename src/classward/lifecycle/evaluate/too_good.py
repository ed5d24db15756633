"""A result too good to be true: before anyone believes it, look for the leak."""

from __future__ import annotations

from classward.domain import Finding, Interval
from classward.statistics import wilson

__all__ = ["too_good"]

_STOP, _WARN = 0.995, 0.99
_LARGEST_SHARE = 0.95


def too_good(n_right: int, n: int, *, largest_share: float) -> Finding | None:
    """Suspect a model that is right on nearly every row it was not trained on.

    Some tasks are that easy (machine logs, templates); most results of this kind are leaks that no single column shows.
    So it stops until a person accepts it. Nothing is said where one class has nearly all rows, nor on few rows: without an
    error on 765 rows the lower end of the interval reaches .995.

    Parameters
    ----------
    n_right, n : int
        Rows named right among rows not trained on, chosen by nothing (calibration or test).
    largest_share : float
        Share of the most frequent class.

    Returns
    -------
    finding : Finding or None
        ``stop`` if Wilson's 95 % interval lies above .995, ``warn`` above .99.

    Examples
    --------
    >>> too_good(1000, 1000, largest_share=0.4).severity
    'stop'
    >>> too_good(100, 100, largest_share=0.4) is None
    True
    """
    if not n or largest_share >= _LARGEST_SHARE:
        return None
    low, high = wilson(n_right, n)
    if low < _WARN:
        return None
    is_stop = low >= _STOP
    return Finding(
        kind="too_good", columns=(), figure="accuracy on rows not trained on", value=n_right / n, n=n,
        threshold=_STOP if is_stop else _WARN, severity="stop" if is_stop else "warn",
        interval=Interval(low=low, high=high, level=0.95, method="Wilson"),
        what=f"the model is right on {n_right:,} of {n:,} rows it was not trained on (at least {low:.1%})",
        why="results of this kind mostly come from leaks that no single column shows: columns filled in together with the "
        "label, or rows of one source on both sides of the split",
        fix="find out which columns carry the answer, and divide by source, template or time; if the task is that easy, "
        "accept the finding",
    )  # fmt: skip
