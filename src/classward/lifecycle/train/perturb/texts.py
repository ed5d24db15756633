"""Small changes of a text that a person would read past."""

from __future__ import annotations

import unicodedata

import numpy as np

__all__ = ["changed_case", "changed_characters", "changed_spaces", "mistyped"]

_SHARE = 0.08
"""Share of letters that a change touches; at least one where there is any."""


def mistyped(text: str, rng: np.random.Generator) -> str:
    """Swap, double or leave out single letters, as hurried typing does."""
    out = list(text)
    for at in _places([i for i, c in enumerate(out) if c.isalpha()], rng)[::-1]:
        way = int(rng.integers(3))
        if way == 0 and at + 1 < len(out):
            out[at], out[at + 1] = out[at + 1], out[at]
        elif way == 1:
            out.insert(at, out[at])
        else:
            del out[at]
    return "".join(out)


def changed_case(text: str, rng: np.random.Generator) -> str:
    """All capitals, all small, or every word with a capital."""
    return (text.upper(), text.lower(), text.title())[int(rng.integers(3))]


def changed_spaces(text: str, rng: np.random.Generator) -> str:
    """Spaces doubled, lost or put around the text."""
    parts = text.split(" ")
    joints = [("  ", "", "\t")[int(way)] if change < 2 * _SHARE else " " for way, change in zip(
        rng.integers(3, size=len(parts)), rng.random(len(parts)), strict=True)]  # fmt: skip
    joined = "".join(part + joint for part, joint in zip(parts[:-1], joints[:-1], strict=True)) + parts[-1]
    return f" {joined} "


def changed_characters(text: str, rng: np.random.Generator) -> str:
    """Letters that lost an accent or became another character, as bad scans and encodings do."""
    out = list(text)
    for at in _places([i for i, c in enumerate(out) if c.isalpha()], rng):
        bare = unicodedata.normalize("NFD", out[at])[0]
        out[at] = bare if bare != out[at] else chr(ord("a") + int(rng.integers(26)))
    return "".join(out)


def _places(letters: list[int], rng: np.random.Generator) -> list[int]:
    """Where to change, ascending."""
    if not letters:
        return []
    n = max(1, int(rng.binomial(len(letters), _SHARE)))
    return sorted(rng.choice(letters, size=n, replace=False).tolist())
