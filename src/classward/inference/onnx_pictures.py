"""Image → vector by a backbone in ONNX that travels in the bundle."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.errors import ArtifactError, UsageError
from classward.inference.onnx_session import open_session
from classward.inference.picture import read_picture

__all__ = ["OnnxPictures"]

_LIMIT = 8.0


@dataclass(slots=True)
class _Runtime:
    """What runs in this process: never copied, pickled or compared."""

    session: Any = None
    process: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class OnnxPictures:
    """A backbone trained elsewhere: knows what photographs show. One image at a time, on one thread, so that a row never
    depends on the rows beside it.

    The runtime is loaded when the first image comes, once per process.

    Parameters
    ----------
    model : uint8 array
        Bytes of an ONNX file with one input of shape (n, 3, height, width), or (n, height, width, 3); float32. Its first
        output is of shape (n, n_columns), or has further axes of length 1.
    name : str
        What people call it.
    height, width : int
        Size it wants, in pixels.
    n_columns : int
        Numbers per image.
    mean, scale : tuple of 3 floats
        Red, green and blue in [0, 1] are shifted by the mean and divided by the scale.
    is_channels_last : bool
        Whether the colour is the last axis of the input.

    Raises
    ------
    ValueError
        If the pieces cannot be a backbone.
    UsageError
        CW320, on the first image, if onnxruntime is not installed; CW270 if Pillow is not.
    ArtifactError
        CW277, on the first image, if the network cannot be read or makes something else.
    """

    model: NDArray[np.uint8]
    name: str
    height: int
    width: int
    n_columns: int
    mean: tuple[float, ...] = (0.0, 0.0, 0.0)
    scale: tuple[float, ...] = (1.0, 1.0, 1.0)
    is_channels_last: bool = False
    _runtime: _Runtime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        sizes = (self.height, self.width, self.n_columns)
        if self.model.ndim != 1 or not len(self.model) or not 1 <= min(sizes) <= max(self.height, self.width) <= 4096:
            raise ValueError(f"no backbone: {self.model.shape} bytes, size and columns {sizes}")
        if len(self.mean) != 3 or len(self.scale) != 3 or not all(s > 0.0 for s in self.scale):
            raise ValueError("mean and scale are three numbers each, scales above 0")
        object.__setattr__(self, "_runtime", _Runtime())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, OnnxPictures):
            return NotImplemented
        return self._about == other._about and np.array_equal(self.model, other.model)

    __hash__ = None  # type: ignore[assignment]

    @property
    def _about(self) -> tuple[object, ...]:
        return (
            self.name, self.height, self.width, self.n_columns, self.mean, self.scale, self.is_channels_last,
        )  # fmt: skip

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.model, *self._about)

    def encode(self, images: Sequence[bytes]) -> NDArray[np.float32]:
        """Make an array of shape (n, n_columns), each row scaled to a root mean square of 1 and stopped at 8, then to 1.

        Raises
        ------
        BadPicture
            If an image cannot be read.
        """
        out = np.zeros((len(images), self.n_columns), dtype=np.float32)
        for i, data in enumerate(images):
            made = self.run(data).ravel()
            if made.shape != (self.n_columns,):
                raise _unusable("the image network makes something else than declared", f"{made.shape}")
            size = np.sqrt(np.mean(made * made))
            out[i] = np.clip(made / max(float(size), 1e-12), -_LIMIT, _LIMIT) / _LIMIT
        return out

    def run(self, data: bytes) -> NDArray[np.float64]:
        """What the network says of one image, as it is."""
        pixels = read_picture(data, height=self.height, width=self.width).pixels.astype(np.float32) / np.float32(255)
        given = (pixels - np.array(self.mean, np.float32)) / np.array(self.scale, np.float32)
        if not self.is_channels_last:
            given = given.transpose(2, 0, 1)
        session = self._started()
        try:
            made = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(given[None])})[0]
        except Exception as error:  # noqa: BLE001  the library raises classes of its own for a wrong shape or type
            raise _unusable("the image network cannot be run", type(error).__name__) from None
        if not np.isfinite(made).all():
            raise _unusable("the image network makes numbers that are not finite", "NaN or infinite")
        return np.asarray(made, dtype=np.float64)

    def _started(self) -> Any:
        runtime, process = self._runtime, os.getpid()
        session = runtime.session
        if session is None or runtime.process != process:
            session = _start(self.model)
            runtime.session, runtime.process = session, process
        return session


def _start(model: NDArray[np.uint8]) -> Any:
    try:
        session = open_session(model, 1)
    except ImportError as error:
        raise UsageError(
            "CW320",
            "this model reads images by a network, and what runs it is not installed",
            got=f"no {error.name}",
            why="the network travels in the bundle, its runtime does not",
            fix="pip install 'classward[image,text]'",
        ) from None
    except Exception as error:  # noqa: BLE001  the library raises Exception itself
        raise _unusable("the image network cannot be read", type(error).__name__) from None
    if len(session.get_inputs()) != 1:
        raise _unusable("the image network wants more than one input", f"{len(session.get_inputs())} inputs")
    return session


def _unusable(what: str, got: str) -> ArtifactError:
    return ArtifactError(
        "CW277",
        what,
        got=got,
        why="an image that cannot be encoded cannot be classified",
        fix="give an ONNX backbone with one float32 input of images and one vector an image, and correct encoder.json",
    )


def _rebuild(model: NDArray[np.uint8], *about: Any) -> OnnxPictures:
    names = ("name", "height", "width", "n_columns", "mean", "scale", "is_channels_last")
    return OnnxPictures(model=model, **dict(zip(names, about, strict=True)))
