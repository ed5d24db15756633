"""How far rows of mixed columns lie from each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.train.rows import LabelledRows

__all__ = ["MixedRows", "mixed_rows", "nearest_rows"]

_CHUNK_CELLS = 1 << 22
_NO_VALUE = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class MixedRows:
    """Numbers in standard deviations, with 0 for a gap, beside codes of categories and of gaps.

    ``numbers`` of shape (n, n_numbers), ``codes`` of shape (n, n_codes).
    """

    numbers: NDArray[np.float64]
    codes: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64]) -> MixedRows:
        """Only some rows."""
        return MixedRows(numbers=self.numbers[rows], codes=self.codes[rows])


def mixed_rows(rows: LabelledRows, n_real: int) -> MixedRows:
    """Read numeric columns as numbers, and categories, booleans and gaps as codes; dates and texts are not compared.

    The first ``n_real`` rows set the unit of each column.
    """
    numbers, codes = [], []
    for feature in rows.schema.features:
        values = rows.columns[feature.name]
        if feature.kind == "numeric":
            column = np.array([np.nan if v is None else v for v in values], dtype=np.float64)
            known = column[:n_real][~np.isnan(column[:n_real])]
            middle, unit = (known.mean(), known.std()) if len(known) else (0.0, 1.0)
            numbers.append(np.nan_to_num((column - middle) / (unit or 1.0)))
            codes.append(np.isnan(column).astype(np.int64))
        elif feature.kind in ("categorical", "boolean"):
            known_codes: dict[object, int] = {}
            codes.append(
                np.array([known_codes.setdefault(_NO_VALUE if v is None else v, len(known_codes)) for v in values])
            )
    return MixedRows(numbers=_side_by_side(numbers, rows.n), codes=_side_by_side(codes, rows.n).astype(np.int64))


def nearest_rows(
    of: MixedRows, among: MixedRows, k: int, *, is_same: bool = False
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The ``k`` nearest rows and their distances, nearest first.

    The squared distance adds up squared differences of numbers, and 1 for each category that differs: as much as one
    standard deviation (SMOTE-NC's median deviation, here 1 for every column).

    Parameters
    ----------
    of, among : MixedRows
        Rows to find neighbours of, and where.
    k : int
        At most the number of rows in ``among``.
    is_same : bool
        Whether both are the same rows; a row is then no neighbour of itself.

    Returns
    -------
    index : int array of shape (n, k)
    distance : float array of shape (n, k)
    """
    n, m = len(of.numbers), len(among.numbers)
    index, distance = np.empty((n, k), dtype=np.int64), np.empty((n, k))
    step = max(1, _CHUNK_CELLS // max(m, 1))
    for start in range(0, n, step):
        part = slice(start, min(start + step, n))
        squares = _squares(of, among, part)
        if is_same:
            squares[np.arange(len(squares)), np.arange(part.start, part.stop)] = np.inf
        near = np.argpartition(squares, k - 1, axis=1)[:, :k]
        order = np.argsort(np.take_along_axis(squares, near, axis=1), axis=1, kind="stable")
        index[part] = np.take_along_axis(near, order, axis=1)
        distance[part] = np.sqrt(np.take_along_axis(squares, index[part], axis=1))
    return index, distance


def _squares(of: MixedRows, among: MixedRows, part: slice) -> NDArray[np.float64]:
    out = np.zeros((part.stop - part.start, len(among.numbers)))
    for mine, theirs in zip(of.numbers[part].T, among.numbers.T, strict=True):
        out += (mine[:, None] - theirs) ** 2
    for mine, theirs in zip(of.codes[part].T, among.codes.T, strict=True):
        out += mine[:, None] != theirs
    return out


def _side_by_side(columns: list[NDArray[np.float64]] | list[NDArray[np.int64]], n: int) -> NDArray[np.float64]:
    return np.stack(columns, axis=1).astype(np.float64) if columns else np.zeros((n, 0))
