"""Write files that were made for another program."""

from __future__ import annotations

from pathlib import Path

from classward.domain import ExportedFiles
from classward.errors import UsageError

__all__ = ["write_exported"]


def write_exported(made: ExportedFiles, folder: Path) -> None:
    """Write the files into a folder, which is made when missing. What was changed there by hand is never replaced.

    Raises
    ------
    UsageError
        CW445 if a file is there already and says something else; nothing is written.
    """
    if folder.exists() and not folder.is_dir():
        changed = [folder.name]
    else:
        changed = [f.name for f in made.files if _says_else(folder / f.name, f.text)]
    if changed:
        raise UsageError(
            "CW445", f"{folder} holds other files of these names", got=", ".join(changed),
            why="what was changed by hand must not be lost", fix="name another folder with -o, or remove those files",
        )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    for file in made.files:
        (folder / file.name).write_text(file.text, encoding="utf-8")


def _says_else(path: Path, text: str) -> bool:
    return path.exists() and (not path.is_file() or path.read_bytes() != text.encode())
