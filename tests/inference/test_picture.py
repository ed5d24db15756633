"""Bytes become pixels, or a reason why not; whatever the bytes."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from classward.errors import UsageError
from classward.inference import BadPicture, PlainPictures, picture_bytes, read_picture

Image = pytest.importorskip("PIL.Image")


def saved(image: Any, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def red(size: tuple[int, int] = (6, 4)) -> Any:
    return Image.new("RGB", size, (200, 10, 20))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_every_format_gives_its_colour_and_size(kind: str) -> None:
    found = read_picture(saved(red((60, 40)), kind), height=8, width=8)
    assert found.pixels.shape == (8, 8, 3)
    assert found.pixels.dtype == np.uint8
    assert np.abs(found.pixels.reshape(-1, 3).mean(axis=0) - [200, 10, 20]).max() < 12
    assert (found.width, found.height, found.n_frames) == (60, 40, 1)


@pytest.mark.parametrize(
    ("image", "kind", "colour"),
    [
        (Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
        (Image.new("RGB", (8, 8), (0, 0, 255)).convert("P"), "PNG", (0, 0, 255)),
        (Image.new("L", (8, 8), 77), "PNG", (77, 77, 77)),
        (Image.new("1", (8, 8), 1), "PNG", (255, 255, 255)),
        (Image.new("RGBA", (8, 8), (0, 0, 0, 0)), "PNG", (255, 255, 255)),
        (Image.new("LA", (8, 8), (0, 0)), "PNG", (255, 255, 255)),
        (Image.fromarray(np.full((8, 8), 128 * 256, np.uint16)), "PNG", (128, 128, 128)),
    ],
    ids=["CMYK", "palette", "grey", "bits", "transparent", "grey transparent", "16 bits"],
)
def test_modes_become_red_green_blue(image: Any, kind: str, colour: tuple[int, int, int]) -> None:
    pixels = read_picture(saved(image, kind), height=8, width=8).pixels
    assert np.abs(pixels.reshape(-1, 3).mean(axis=0) - colour).max() < 6


@pytest.mark.parametrize("turn", range(1, 9))
def test_images_are_turned_upright(turn: int) -> None:
    from PIL import ImageOps

    pixels = np.zeros((40, 60, 3), dtype=np.uint8)
    pixels[:20, :30] = 255
    note = Image.Exif()
    note[0x0112] = turn
    data = saved(Image.fromarray(pixels), "PNG", exif=note)
    upright = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    found = read_picture(data, height=upright.height, width=upright.width)
    assert (found.pixels == np.asarray(upright)).all()
    assert (found.width, found.height) == upright.size


def test_of_an_animation_the_first_picture_is_read() -> None:
    frames = [red(), Image.new("RGB", (6, 4), (0, 255, 0))]
    found = read_picture(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]), height=4, width=6)
    assert found.n_frames == 2
    assert found.pixels[0, 0, 0] > 150


def claimed(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds nothing."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    made = b"\x89PNG\r\n\x1a\n"
    for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(b"")), (b"IEND", b"")):
        made += struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    return made


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "an empty file"),
        (b"hello", "no PNG, JPEG"),
        (saved(red(), "TIFF"), "no PNG, JPEG"),
        (claimed(60_000, 60_000), "pixels"),
        (claimed(9_000, 9_000), "81,000,000|9,000 × 9,000 pixels; at most"),
        (claimed(100, 100), "cut short or damaged"),
        (saved(red((60, 60)), "PNG")[:60], "damaged"),
        (saved(red((300, 300)), "JPEG")[:900], "cut short or damaged"),
        (b"\xff\xd8\xff" + b"\0" * 100, "damaged|no PNG"),
    ],
    ids=["empty", "text", "tiff", "bomb", "large", "hollow", "cut png", "cut jpeg", "jpeg head"],
)
def test_what_cannot_be_read_has_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(BadPicture, match=reason):
        read_picture(data, height=8, width=8)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
def test_damaged_bytes_give_pixels_or_a_reason_and_nothing_else(kind: str) -> None:
    rng = np.random.default_rng(0)
    whole = np.frombuffer(saved(Image.fromarray(rng.integers(0, 255, (20, 20, 3), dtype=np.uint8)), kind), np.uint8)
    n_refused = 0
    for _ in range(150):
        data = whole.copy()
        data[rng.integers(0, len(data), size=rng.integers(1, 6))] = rng.integers(0, 256)
        try:
            read_picture(data[: rng.integers(1, len(data) + 1)].tobytes(), height=8, width=8)
        except BadPicture:
            n_refused += 1
    assert n_refused


def test_a_row_of_plain_features_has_the_same_bits_in_any_batch() -> None:
    rng = np.random.default_rng(0)
    images = [
        picture_bytes(rng.integers(0, 255, (h, w, 3), dtype=np.uint8)) for h, w in ((9, 30), (32, 32), (70, 9))
    ] * 30
    whole = PlainPictures().encode(images)
    assert np.abs(whole).max() <= 1.0
    for i in (0, 1, 2, 64, 89):
        assert (PlainPictures().encode(images[i : i + 1])[0] == whole[i]).all()
    assert whole[0, -1] > whole[1, -1] > whole[2, -1], "width against height is seen"


def test_plain_features_see_direction_and_colour_and_not_brightness_alone() -> None:
    lines = np.zeros((32, 32), dtype=np.uint8)
    lines[::4] = 200
    turned, dark = lines.T, lines // 2
    a, b, c = PlainPictures().encode([picture_bytes(x) for x in (lines, np.ascontiguousarray(turned), dark)])[:, :1568]
    assert np.linalg.norm(a - b) > 5 * np.linalg.norm(a - c)
    with pytest.raises(ValueError, match="edition 2"):
        PlainPictures(edition=2)


def test_without_pillow_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import builtins

    real: Callable[..., Any] = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name.partition(".")[0] == "PIL":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UsageError, match=r"(?s)CW270.*classward\[image\]"):
        read_picture(b"x", height=1, width=1)
