"""Which rows may prove something, and which shares make sense."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.errors import DataError, TooFewLabels, UsageError
from classward.inference import Proba

__all__ = ["check_share", "labelled", "proving_rows"]


def labelled(proba: Proba, y_index: NDArray[np.int64], *, what: str) -> NDArray[np.int64]:
    """Check that there is a label for every row, and one row at least.

    Raises
    ------
    TooFewLabels
        CW260 without rows.
    DataError
        CW222 if rows and labels differ in number, or a label is no column.
    """
    y = np.asarray(y_index, dtype=np.int64)
    if len(y) != len(proba) or (len(y) and not (y.min() >= 0 and y.max() < len(proba.label_space))):
        raise DataError(
            "CW222",
            "probabilities and labels do not fit together",
            got=f"{len(proba)} rows of {len(proba.label_space)} classes, {len(y)} labels",
            why="a label would count for another row or class",
            fix="take both from the same rows, in one label space",
        )
    if len(y) == 0:
        raise TooFewLabels(
            "CW260",
            f"no labelled row to choose {what} from",
            got="0 rows",
            why="a choice without evidence is a guess",
            fix="give a calibration fold with labelled rows",
        )
    return y


def proving_rows(n: int, rows: NDArray[np.int64], fitted_rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Check that no row proves what it helped to fit.

    Parameters
    ----------
    n : int
        Rows of the matrix that both count in.
    rows, fitted_rows : int arrays
        Positions of the rows that shall prove, and of those that fitted the calibrator or anything else in the way.

    Raises
    ------
    DataError
        CW266 if a row is in both.
    """
    chosen = np.unique(np.asarray(rows, dtype=np.int64))
    n_twice = int(np.isin(chosen, fitted_rows).sum())
    if n_twice:
        raise DataError(
            "CW266",
            "rows that fitted the model or its calibrator cannot prove a threshold",
            got=f"{n_twice} of {len(chosen)} rows are used twice",
            why="on rows it was fitted to, a model looks better than it is, and the guarantee would be void",
            fix="keep part of the labelled rows for the thresholds alone",
        )
    if len(chosen) and not (chosen[0] >= 0 and chosen[-1] < n):
        raise DataError("CW222", "a row lies outside the probabilities", got=f"rows {chosen[0]} to {chosen[-1]} of {n}")
    return chosen


def check_share(value: float, name: str) -> float:
    """Check that a target, error rate or alpha lies strictly between 0 and 1.

    Raises
    ------
    UsageError
        CW262 otherwise.
    """
    if not 0.0 < value < 1.0:
        raise UsageError(
            "CW262",
            f"{name} is not a share",
            got=f"{value:g}",
            why="nothing short of every future row can promise 0 or 1",
            fix="write 95 % as 0.95",
        )
    return value
