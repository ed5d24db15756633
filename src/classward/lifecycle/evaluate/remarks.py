"""What averages hide, in sentences."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace

__all__ = ["remarks"]

_FEW = 20
_MOST_NAMED = 8


def remarks(confusion: NDArray[np.int64], space: LabelSpace) -> tuple[str, ...]:
    """Say which classes dominate macro, micro and weighted F1.

    Macro F1 gives a class of three rows the weight of one of three thousand; micro F1 (for one label per row the same as
    accuracy) and weighted F1 hide small classes.
    """
    support = confusion.sum(axis=1)
    absent = [space.names[i] for i in np.flatnonzero(support + confusion.sum(axis=0) == 0)]
    few = [
        space.names[i] for i in np.argsort(support, kind="stable") if support[i] < _FEW and space.names[i] not in absent
    ]
    said = []
    if absent:
        said.append(f"not measured, for want of rows: {_listed(absent)}; macro F1 leaves {_them(absent)} out")
    if few:
        weight = len(few) / (len(space) - len(absent))
        said.append(
            f"macro F1: {weight:.0%} of it rests on {_classes(len(few))} with fewer than {_FEW} rows each: {_listed(few)}"
        )
    ranked = np.argsort(-support, kind="stable")
    half = int(np.searchsorted(support[ranked].cumsum(), support.sum() / 2)) + 1
    rows = support[ranked[:half]].sum() / support.sum()
    hits, all_hits = int(np.diag(confusion)[ranked[:half]].sum()), int(np.trace(confusion))
    of_hits = f" and {hits / all_hits:.0%} of the right answers" if all_hits else ""
    names = [space.names[i] for i in ranked[:half]]
    said.append(
        f"micro F1 (here the same as accuracy) and weighted F1: {rows:.0%} of the rows{of_hits} "
        f"come from {_classes(half)} out of {len(space)}: {_listed(names)}"
    )
    return tuple(said)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_MOST_NAMED])
    return f"{shown} and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else shown


def _classes(n: int) -> str:
    return "1 class" if n == 1 else f"{n} classes"


def _them(names: list[str]) -> str:
    return "it" if len(names) == 1 else "them"
