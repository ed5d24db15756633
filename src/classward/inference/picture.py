"""Bytes of an image file → its pixels at a wanted size. The only file that knows Pillow, loaded on use."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classward.errors import UsageError

__all__ = [
    "FORMATS",
    "MOST_BYTES",
    "MOST_PIXELS",
    "BadPicture",
    "Picture",
    "check_pillow",
    "picture_bytes",
    "read_picture",
]

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")
"""Formats that are read; few, since each brings a decoder that strangers can feed."""

MOST_PIXELS = 50_000_000
"""An image that claims more is refused before a pixel is decoded."""

MOST_BYTES = 50_000_000
"""Largest file."""

_ORIENTATION = 0x0112
_TURNED = (5, 6, 7, 8)


class BadPicture(ValueError):
    """The bytes are no image that can be read; the text says why and never quotes them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """An image at a wanted size.

    ``pixels`` is a uint8 array of shape (height, width, 3), red, green, blue; ``width`` and ``height`` are those of the
    file, upright; ``n_frames`` is more than 1 for an animation, of which the first frame is read.
    """

    pixels: NDArray[np.uint8]
    width: int
    height: int
    n_frames: int = 1


def check_pillow() -> None:
    """Make sure that images can be read in this process.

    Raises
    ------
    UsageError
        CW270 if Pillow is not installed.
    """
    _pillow()


def picture_bytes(image: Any) -> bytes:
    """Pack pixels (a uint8 array of shape (height, width), or with 1, 3 or 4 colours), or a Pillow image, without loss."""
    image_module = _pillow()
    if isinstance(image, np.ndarray):
        image = image_module.fromarray(image[..., 0] if image.shape[2:] == (1,) else image)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def read_picture(data: bytes, *, height: int, width: int) -> Picture:
    """Decode an image and bring it to a size, whatever its own shape (it is squeezed, not cut).

    Upright by its EXIF note, transparent parts over white, palettes, CMYK and 16 bits as red, green, blue of 8 bits. Colour
    profiles are not applied. The same bytes give the same pixels, in training and in serving.

    Parameters
    ----------
    data : bytes
        A whole file.
    height, width : int
        Wanted size in pixels.

    Raises
    ------
    BadPicture
        With the reason: empty, too large, of no known format, cut short or damaged.
    UsageError
        CW270 if Pillow is not installed.
    """
    image_module = _pillow()
    if not data:
        raise BadPicture("an empty file")
    if len(data) > MOST_BYTES:
        raise BadPicture(f"{len(data):,} bytes; at most {MOST_BYTES:,}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Pillow remarks on is decided here
        image = _opened(image_module, data)
        n_frames = int(getattr(image, "n_frames", 1)) if image.format in {"GIF", "WEBP", "PNG"} else 1
        try:
            return _sized(image_module, image, height=height, width=width, n_frames=n_frames)
        except MemoryError:
            raise BadPicture("it needs more memory than there is") from None
        except Exception as error:  # noqa: BLE001  its decoders raise whatever damaged bytes lead them to
            raise BadPicture(f"cut short or damaged ({type(error).__name__})") from None


def _pillow() -> Any:
    try:
        from PIL import Image
    except ImportError:
        raise UsageError(
            "CW270",
            "images cannot be read: what decodes them is not installed",
            got="no Pillow",
            why="models that read images need it in training and in serving",
            fix="pip install 'classward[image]'",
        ) from None
    return Image


def _opened(image_module: Any, data: bytes) -> Any:
    try:
        image = image_module.open(io.BytesIO(data), formats=FORMATS)
    except image_module.DecompressionBombError:
        raise BadPicture(f"more than {MOST_PIXELS:,} pixels") from None
    except image_module.UnidentifiedImageError:
        raise BadPicture(f"no {', '.join(FORMATS)}, or its beginning is damaged") from None
    except Exception as error:  # noqa: BLE001  see above
        raise BadPicture(f"its beginning is damaged ({type(error).__name__})") from None
    if image.width * image.height > MOST_PIXELS:
        raise BadPicture(f"{image.width:,} × {image.height:,} pixels; at most {MOST_PIXELS:,}")
    return image


def _sized(image_module: Any, image: Any, *, height: int, width: int, n_frames: int) -> Picture:
    own_width, own_height = image.size
    turn = image.getexif().get(_ORIENTATION, 1) if image.format in {"JPEG", "PNG", "WEBP"} else 1
    if image.format == "JPEG":
        most = 2 * max(height, width)
        image.draft(None, (most, most))  # decodes at a half, quarter or eighth where that is enough
    image.load()
    flat = _coloured(image_module, image)
    if turn in _TURNS:
        flat = flat.transpose(getattr(image_module.Transpose, _TURNS[turn]))
        own_width, own_height = (own_height, own_width) if turn in _TURNED else (own_width, own_height)
    if flat.size != (width, height):
        flat = flat.resize((width, height), image_module.Resampling.BILINEAR)
    return Picture(pixels=np.asarray(flat, dtype=np.uint8), width=own_width, height=own_height, n_frames=n_frames)


_TURNS = {
    2: "FLIP_LEFT_RIGHT", 3: "ROTATE_180", 4: "FLIP_TOP_BOTTOM", 5: "TRANSPOSE", 6: "ROTATE_270", 7: "TRANSVERSE",
    8: "ROTATE_90",
}  # fmt: skip


def _coloured(image_module: Any, image: Any) -> Any:
    """Red, green, blue of 8 bits."""
    if image.mode.startswith("I"):
        deep = np.asarray(image).astype(np.int64)
        return image_module.fromarray(np.clip(deep >> 8, 0, 255).astype(np.uint8)).convert("RGB")
    if image.mode in {"RGBA", "LA", "PA", "La", "RGBa"} or "transparency" in image.info:
        over = image.convert("RGBA")
        white = image_module.new("RGBA", over.size, (255, 255, 255, 255))
        return image_module.alpha_composite(white, over).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")
