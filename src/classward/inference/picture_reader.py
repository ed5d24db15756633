"""Images → few numbers each: an encoder, then directions in which images differ most. Remembers what it read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from classward.inference.onnx_pictures import OnnxPictures
from classward.inference.plain_pictures import PlainPictures
from classward.inference.vector_memory import VectorMemory

__all__ = ["PictureEncoder", "PictureReader", "whole_steps"]

PictureEncoder: TypeAlias = PlainPictures | OnnxPictures
"""What turns images into float32 vectors of ``n_columns`` numbers in [-1, 1] by ``encode(images)``."""

_STEPS = 32767.0
_MOST_WHOLE = 2.0**53


def whole_steps(made: NDArray[np.float32]) -> NDArray[np.float64]:
    """Numbers in [-1, 1] as whole numbers of 1/32767, so that sums of products are exact in whatever order."""
    return np.rint(np.clip(made, -1.0, 1.0).astype(np.float64) * _STEPS)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureReader:
    """What all members of a model see of an image; the same object in every fold.

    Parameters
    ----------
    encoder : PlainPictures or OnnxPictures
        Makes the numbers.
    mean : float32 array of shape (n_encoded,)
        Whole steps that are subtracted first.
    directions : float32 array of shape (n_encoded, n_columns)
        Whole numbers; what each made number weighs. The first tell images apart most.
    scale : float64 array of shape (n_columns,)
        Multiplies the sums.

    Raises
    ------
    ValueError
        If the pieces do not fit together.
    """

    encoder: PlainPictures | OnnxPictures
    mean: NDArray[np.float32]
    directions: NDArray[np.float32]
    scale: NDArray[np.float64]
    _memory: VectorMemory[bytes] = field(init=False, repr=False, compare=False)
    _weights: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n, k = self.encoder.n_columns, len(self.scale)
        if self.mean.shape != (n,) or self.directions.shape != (n, k) or self.scale.ndim != 1 or not k:
            raise ValueError(f"{n} encoded numbers, mean {self.mean.shape}, directions {self.directions.shape}")
        if not all(np.isfinite(a).all() for a in (self.mean, self.directions, self.scale)):
            raise ValueError("mean, directions and scale must be finite")
        weights = self.directions.astype(np.float64)
        if (weights != np.rint(weights)).any() or (self.mean != np.rint(self.mean)).any():
            raise ValueError("mean and directions must be whole numbers")
        if float(np.abs(weights).sum(axis=0).max(initial=0.0)) * 2.0 * _STEPS > _MOST_WHOLE:
            raise ValueError("directions are too large for exact sums")
        object.__setattr__(self, "_weights", weights)
        object.__setattr__(self, "_memory", VectorMemory())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, PictureReader):
            return NotImplemented
        pairs = ((self.mean, other.mean), (self.directions, other.directions), (self.scale, other.scale))
        return self.encoder == other.encoder and all(np.array_equal(a, b) for a, b in pairs)

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.encoder, self.mean, self.directions, self.scale)

    @property
    def n_columns(self) -> int:
        """Numbers per image."""
        return len(self.scale)

    def remember(self, most_images: int) -> None:
        """Keep the numbers of so many images in this object, so that training reads each image once."""
        self._memory.most_rows = most_images

    def read(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns).

        Raises
        ------
        BadPicture
            If an image cannot be read.
        """
        return self._memory.look_up(images, self._read)

    def _read(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        steps = whole_steps(self.encoder.encode(images)) - self.mean
        return np.asarray((steps @ self._weights) * self.scale, dtype=np.float32)


def _rebuild(
    encoder: PictureEncoder, mean: NDArray[np.float32], directions: NDArray[np.float32], scale: NDArray[np.float64]
) -> PictureReader:
    return PictureReader(encoder=encoder, mean=mean, directions=directions, scale=scale)
