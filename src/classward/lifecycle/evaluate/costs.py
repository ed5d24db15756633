"""What each kind of answer costs."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from classward.domain import LabelSpace
from classward.errors import DataError, nearest

__all__ = ["cost_matrix"]


def cost_matrix(
    space: LabelSpace, costs: Mapping[tuple[str, str], float] | None = None, *, default: float = 1.0
) -> NDArray[np.float64]:
    """Lay declared costs out by class.

    Parameters
    ----------
    costs : mapping of (true class, predicted class) to float, optional
        Cost of one such row; negative is a gain. A right answer costs 0 unless it is listed.
    default : float, default=1
        Cost of a wrong answer that is not listed.

    Returns
    -------
    cost : float array of shape (n_classes, n_classes)
        True classes in rows, predicted ones in columns, in label-space order.

    Raises
    ------
    DataError
        CW306 if a cost names a class that the task lacks, or is no finite number.

    Examples
    --------
    >>> cost_matrix(LabelSpace.of("abc"), {("a", "c"): 9.0}).tolist()
    [[0.0, 1.0, 9.0], [1.0, 0.0, 1.0], [1.0, 1.0, 0.0]]
    """
    out = np.full((len(space), len(space)), float(default))
    np.fill_diagonal(out, 0.0)
    for (true, predicted), cost in (costs or {}).items():
        for name in (true, predicted):
            if name not in space:
                raise DataError(
                    "CW306", f"a cost is given for a class that the task lacks{nearest(name, space.names)}",
                    got=f"true {true!r}, predicted {predicted!r}", why="it would never be counted",
                    fix="name classes of the label space",
                )  # fmt: skip
        out[space.index(true), space.index(predicted)] = cost
    if not np.isfinite(out).all():
        raise DataError(
            "CW306", "a cost is no finite number", got=f"{int((~np.isfinite(out)).sum())} such costs",
            why="one of them makes the mean cost meaningless", fix="give every cost as a number of one currency",
        )  # fmt: skip
    return out
