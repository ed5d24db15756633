"""Small drawings of three kinds, for tests of everything that reads images."""

from __future__ import annotations

import numpy as np

from classward.inference import picture_bytes

KINDS = ("bar", "cross", "ring")


def drawn(kind: str, rng: np.random.Generator) -> bytes:
    """A PNG of 20 × 24 pixels with one sign on noise, somewhere near the middle."""
    pixels = rng.integers(0, 60, size=(20, 24, 3)).astype(np.uint8)
    y, x = (int(v) for v in rng.integers(8, 12, size=2))
    down, across = np.mgrid[:20, :24]
    far = np.hypot(down - y, across - x)
    on = {
        "bar": (abs(down - y) < 2) & (abs(across - x) < 8),
        "cross": (abs(down - y) + abs(across - x) < 10) & ((abs(down - y) < 2) | (abs(across - x) < 2)),
        "ring": (far > 4) & (far < 7),
    }[kind]
    pixels[on] = rng.integers(150, 255)
    return picture_bytes(pixels)


def drawings(n: int, seed: int = 0) -> tuple[list[bytes], list[str]]:
    """Drawings and their kinds, in random order."""
    rng = np.random.default_rng(seed)
    kinds = [KINDS[i] for i in rng.integers(0, 3, size=n)]
    return [drawn(kind, rng) for kind in kinds], kinds
