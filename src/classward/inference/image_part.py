"""One image column as the numbers of a reader."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.errors import InvalidInput
from classward.inference.columns import Columns
from classward.inference.picture import BadPicture, read_picture
from classward.inference.picture_reader import PictureReader

__all__ = ["ImagePart"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImagePart:
    """A dense block per image column.

    Parameters
    ----------
    column : str
        Feature name.
    reader : PictureReader
        Gives the numbers; shared by all parts of a model.
    width : int
        Only the first so many numbers are used: those that tell images apart most.
    is_filled : bool
        Whether a missing image counts as one in the middle of all (0), rather than as missing (NaN).

    Raises
    ------
    ValueError
        If the reader gives fewer numbers.
    """

    column: str
    reader: PictureReader
    width: int
    is_filled: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.width <= self.reader.n_columns:
            raise ValueError(f"column {self.column!r}: {self.width} of {self.reader.n_columns} numbers")

    @property
    def n_columns(self) -> int:
        """Feature columns made."""
        return self.width

    def transform(self, columns: Columns, n: int) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns).

        Raises
        ------
        InvalidInput
            CW272 if an image cannot be read, naming row (counted from 0) and column.
        """
        out = np.full((n, self.width), 0.0 if self.is_filled else np.nan, dtype=np.float32)
        given = [(i, v) for i, v in enumerate(columns[self.column]) if isinstance(v, bytes)]
        if given:
            images = [data for _, data in given]
            try:
                out[[i for i, _ in given]] = self.reader.read(images)[:, : self.width]
            except BadPicture:
                raise self._refused(given) from None
        return out

    def _refused(self, given: list[tuple[int, bytes]]) -> InvalidInput:
        for i, data in given:
            try:
                read_picture(data, height=1, width=1)
            except BadPicture as error:
                return InvalidInput(
                    "CW272",
                    f"row {i}: {self.column!r} holds an image that cannot be read",
                    got=str(error),
                    why="an answer about an image that nobody saw would be a guess",
                    fix="send a whole PNG, JPEG, WEBP, GIF or BMP file in base64, or null; rows are counted from 0",
                )
        raise AssertionError("an image was refused and then read")
