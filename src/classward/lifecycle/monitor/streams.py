"""Which promises are watched, and how the yearly chance of a false alarm is shared among them."""

from __future__ import annotations

from collections.abc import Sequence

from classward.domain import SLO, AlertPolicy, LabelSpace, Stream

__all__ = ["streams_of"]

_RATES = ("recall", "precision")


def streams_of(slos: Sequence[SLO], policy: AlertPolicy, label_space: LabelSpace) -> tuple[Stream, ...]:
    """Make one stream of every promise on recall and precision of a class that the live version knows.

    A promise that breaks is a page. Each kind of promise gets an equal part of the yearly chance of a false page, and each
    promise of a kind an equal part of that (a union bound: it holds however the streams depend on each other).

    Parameters
    ----------
    slos : sequence of SLO
        Promises; others than recall and precision are left out.
    policy : AlertPolicy
        The yearly chances.
    label_space : LabelSpace
        Promises on classes outside of it are left out: there is nothing to count.

    Returns
    -------
    streams : tuple of Stream
        In order of key, so that the same promises always give the same streams.
    """
    watched = [s for s in slos if s.indicator in _RATES and s.class_name is not None and s.class_name in label_space]
    kinds = {s.indicator for s in watched}
    found = []
    for slo in watched:
        n_of_kind = sum(s.indicator == slo.indicator for s in watched)
        found.append(
            Stream(
                family=slo.indicator, class_name=slo.class_name, promised=slo.target, severity="page",
                alpha=policy.false_pages / (len(kinds) * n_of_kind),
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda s: s.key))
