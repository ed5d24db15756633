"""Learn in which directions images differ most, and make the parts of images and vectors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema
from classward.inference import (
    Columns,
    ImagePart,
    PictureEncoder,
    PictureReader,
    PlainPictures,
    VectorPart,
    whole_steps,
)

__all__ = ["fit_picture_reader", "image_parts", "vector_parts"]

_MOST_DIRECTIONS = 256
_MOST_LOOKED_AT = 1_200
_FINENESS = 8192.0
_TINY = 1e-9
_COMPACT = 128


def fit_picture_reader(images: Sequence[bytes], *, encoder: PictureEncoder | None = None) -> PictureReader:
    """Find the directions in which some images differ most: what a model then sees of any image.

    Labels are not looked at. Up to 256 directions, at most half as many as there are images; each is divided by the square
    root of its spread, so that small differences count, but less than large ones.

    Parameters
    ----------
    images : sequence of bytes
        At least one; at most 1,200 of them, evenly spaced, are looked at.
    encoder : PlainPictures or OnnxPictures, optional
        What makes the numbers; :class:`PlainPictures` unless given.

    Raises
    ------
    BadPicture
        If an image cannot be read.
    """
    encoder = encoder or PlainPictures()
    unique = list(dict.fromkeys(images))
    looked_at = unique[:: -(-len(unique) // _MOST_LOOKED_AT)]
    steps = whole_steps(encoder.encode(looked_at))
    mean = np.rint(steps.mean(axis=0))
    n_directions = max(1, min(_MOST_DIRECTIONS, len(looked_at) // 2, encoder.n_columns))
    deviation, directions = _directions(steps - mean, n_directions)
    whole = np.rint(directions * _FINENESS).astype(np.float32)
    scale = 1.0 / (_FINENESS * np.sqrt(deviation))
    unit = np.sqrt(deviation[:_COMPACT].mean())  # mean variance of the first directions, after halving
    return PictureReader(encoder=encoder, mean=mean.astype(np.float32), directions=whole, scale=scale / unit)


def _directions(rows: NDArray[np.float64], n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Spread along, and unit columns of, the first principal directions of centred rows, by products of rows with rows."""
    squares, left = np.linalg.eigh(rows @ rows.T)
    largest = np.maximum(squares[::-1][:n], 0.0)
    spread = np.sqrt(np.maximum(largest, max(float(largest[0]), 1.0) * _TINY))
    found = rows.T @ (left[:, ::-1][:, :n] / spread)
    signs = np.sign(found[np.abs(found).argmax(axis=0), np.arange(n)])
    return spread / np.sqrt(len(rows)), found * np.where(signs == 0.0, 1.0, signs)


def image_parts(
    schema: InputSchema, columns: Columns, n: int, *, reader: PictureReader | None, is_compact: bool, is_filled: bool
) -> tuple[ImagePart, ...]:
    """Make a part for each image column.

    Parameters
    ----------
    reader : PictureReader or None
        Shared by all; without one it is learned from the images of these rows.
    is_compact : bool
        Whether half the directions are enough: for families whose time grows with the number of columns.
    is_filled : bool
        Whether a missing image becomes 0 instead of NaN.
    """
    names = [f.name for f in schema.features if f.kind == "image"]
    if not names:
        return ()
    if reader is None:
        given = [v for name in names for v in columns[name][:n] if isinstance(v, bytes)]
        if not given:
            return ()
        reader = fit_picture_reader(given)
    width = min(reader.n_columns, _COMPACT) if is_compact else reader.n_columns
    return tuple(ImagePart(column=name, reader=reader, width=width, is_filled=is_filled) for name in names)


def vector_parts(schema: InputSchema, columns: Columns, n: int, *, is_filled: bool) -> tuple[VectorPart, ...]:
    """Make a part for each column of vectors: centred, and divided by the common spread of its numbers."""
    parts = []
    for feature in schema.features:
        if feature.kind != "vector":
            continue
        rows = [v for v in columns[feature.name][:n] if v is not None]
        given = np.array(rows, dtype=np.float64).reshape(len(rows), -1 if rows else feature.length)
        length = given.shape[1] or feature.length or 1
        mean: NDArray[np.float64] = given.mean(axis=0) if rows else np.zeros(length)
        spread = float(np.sqrt(np.mean((given - mean) ** 2))) if rows else 1.0
        scale = np.full(length, spread if spread > _TINY else 1.0, dtype=np.float32)
        parts.append(
            VectorPart(
                column=feature.name, length=length, mean=mean.astype(np.float32), scale=scale, is_filled=is_filled
            )
        )
    return tuple(parts)
