"""Image → gradients and colours, by arithmetic that gives the same bits everywhere. No network, nothing fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classward.inference.picture import read_picture

__all__ = ["PlainPictures"]

_SIDE = 32
_CELL = 4
_N_CELLS = _SIDE // _CELL
_N_ANGLES = 8
_SHARPNESS = 4
_CLIP = np.float32(0.3)
_FLOOR = np.float32(0.01)
_N_GRADIENTS = (_N_CELLS - 1) ** 2 * 4 * _N_ANGLES
_N_COLOURS = 3 * _N_CELLS**2
_UP = np.array([1, 3, 5, 7], dtype=np.float32) / 8

_ANGLES = np.arange(_N_ANGLES) * np.pi / _N_ANGLES
_DIRECTIONS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], axis=1).round(6).astype(np.float32)
_MOST_RATIO = 4.0
_AT_ONCE = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainPictures:
    """Histograms of gradient directions, mean colours, and the shape of the image: what needs no backbone.

    Each image is brought to 32 × 32 pixels. Edges in eight directions are pooled over cells of 4 pixels with soft borders,
    and blocks of 2 × 2 cells scaled to like contrast; beside them stand the colours of 8 × 8 fields, and width against
    height. Good for signs, shapes, drawings, small or uniform photographs; for the content of ordinary photographs use a
    backbone (:class:`OnnxPictures`). Additions, multiplications, divisions and roots of float32 only: a row has the same bits
    in whatever batch it comes.

    Parameters
    ----------
    edition : int
        Which arithmetic; a change of it would get a new number.

    Raises
    ------
    ValueError
        For an edition that this version does not know.

    References
    ----------
    Dalal, Triggs (2005). Histograms of oriented gradients for human detection. CVPR.
    """

    edition: int = 1

    def __post_init__(self) -> None:
        if self.edition != 1:
            raise ValueError(f"edition {self.edition} of the plain image features is not known")

    @property
    def n_columns(self) -> int:
        """Numbers per image."""
        return _N_GRADIENTS + _N_COLOURS + 1

    def encode(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns) with values in [-1, 1].

        Raises
        ------
        BadPicture
            If an image cannot be read.
        """
        out = np.zeros((len(images), self.n_columns), dtype=np.float32)
        for start in range(0, len(images), _AT_ONCE):
            pictures = [read_picture(data, height=_SIDE, width=_SIDE) for data in images[start : start + _AT_ONCE]]
            colour = np.stack([picture.pixels for picture in pictures]).astype(np.float32) / np.float32(255)
            grey = (colour[..., 0] + colour[..., 1] + colour[..., 2]) / np.float32(3)
            rows = slice(start, start + len(pictures))
            out[rows, :_N_GRADIENTS] = _gradients(grey)
            out[rows, _N_GRADIENTS:-1] = _colours(colour, grey)
            ratio = np.array([picture.width / picture.height for picture in pictures])
            out[rows, -1] = np.clip(ratio, 1 / _MOST_RATIO, _MOST_RATIO) / _MOST_RATIO
        return out


def _gradients(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    across, down = np.zeros_like(grey), np.zeros_like(grey)
    across[:, :, 1:-1] = grey[:, :, 2:] - grey[:, :, :-2]
    down[:, 1:-1, :] = grey[:, 2:] - grey[:, :-2]
    square = across * across + down * down
    size = np.sqrt(square)
    safe = square + np.float32(1e-12)
    cells = np.empty((len(grey), _N_ANGLES, _N_CELLS, _N_CELLS), dtype=np.float32)
    for a, (x, y) in enumerate(_DIRECTIONS):
        share = across * x + down * y
        share = share * share / safe  # squared cosine of the angle between edge and direction
        pooled = _pooled(size * _power(share)).swapaxes(1, 2)
        cells[:, a] = _pooled(pooled).swapaxes(1, 2)
    parts = (cells[:, :, :-1, :-1], cells[:, :, 1:, :-1], cells[:, :, :-1, 1:], cells[:, :, 1:, 1:])
    blocks = np.concatenate(parts, axis=1)
    length = np.zeros((len(grey), *blocks.shape[2:]), dtype=np.float32)
    for plane in range(blocks.shape[1]):
        length += blocks[:, plane] * blocks[:, plane]
    blocks /= np.sqrt(length + _FLOOR)[:, None]
    return (np.minimum(blocks, _CLIP) / _CLIP).reshape(len(grey), -1).astype(np.float32)


def _power(share: NDArray[np.float32]) -> NDArray[np.float32]:
    for _ in range(_SHARPNESS.bit_length() - 1):
        share = share * share
    return share


def _pooled(planes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sum along the last axis into eight cells that overlap by half, each with a triangle of weights."""
    wide = np.pad(planes, ((0, 0), (0, 0), (_CELL // 2, _CELL // 2)))
    rising = np.zeros((*planes.shape[:2], _N_CELLS + 1), dtype=np.float32)
    falling = np.zeros_like(rising)
    for i in range(_CELL):
        rising += _UP[i] * wide[..., i::_CELL]
        falling += _UP[_CELL - 1 - i] * wide[..., i::_CELL]
    return (rising[..., :-1] + falling[..., 1:]).astype(np.float32)


def _colours(colour: NDArray[np.float32], grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Grey, red against green and blue against yellow of each field."""
    red, green, blue = colour[..., 0], colour[..., 1], colour[..., 2]
    fields = np.zeros((len(grey), 3, _N_CELLS, _N_CELLS), dtype=np.float32)
    for k, planes in enumerate((grey, red - green, blue - (red + green) / np.float32(2))):
        for i in range(_CELL):
            for j in range(_CELL):
                fields[:, k] += planes[:, i::_CELL, j::_CELL]
    return (fields.reshape(len(grey), -1) / np.float32(_CELL * _CELL)).astype(np.float32)
