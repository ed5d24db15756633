"""Files that are made for another program."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ExportedFile", "ExportedFiles"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFile:
    """A file of text and its name."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFiles:
    """Files that belong together; ``left_out`` says in words what could not be put into them, and why."""

    files: tuple[ExportedFile, ...]
    left_out: tuple[str, ...] = ()
