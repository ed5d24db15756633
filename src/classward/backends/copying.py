"""A consistent copy of a workspace folder while processes write to it."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sqlite3
from pathlib import Path

from classward.errors import RecordError, Refused

__all__ = ["copy_workspace"]

_DATABASE, _UNFINISHED = "workspace.db", "INCOMPLETE"
_IN_THE_MAKING = (".building-*", ".storing-*", f"{_DATABASE}*", _UNFINISHED)


def copy_workspace(source: Path, target: Path) -> int:
    """Copy journal and manifests first, then the files they name; give the number of files.

    The database is copied in one consistent step. Bundles and snapshots never change, and sealed segments stay for their
    grace, so whatever the copied database names is still there when the files are copied. A file ``INCOMPLETE`` lies in
    the target until the copy is whole.

    Raises
    ------
    Refused
        CW832 if the source is no workspace; CW833 if the target holds something.
    RecordError
        CW930 if the target cannot take it; what was copied stays marked as incomplete.
    """
    if not (source / _DATABASE).is_file():
        raise Refused(
            "CW832", "there is no workspace to copy", got=str(source), fix="name the folder that holds workspace.db"
        )
    if (source / _UNFINISHED).exists():
        raise Refused("CW832", "this copy of a workspace was never finished", got=str(source), fix="use another copy")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Refused(
            "CW833", "the target is not an empty folder", got=str(target),
            why="a copy over something else is neither", fix="name a folder that is empty or does not exist",
        )  # fmt: skip
    try:
        target.mkdir(parents=True, exist_ok=True)
        (target / _UNFINISHED).touch()
        _copy_database(source / _DATABASE, target / _DATABASE)
        n = _copy_files(source, target)
        (target / _UNFINISHED).unlink()
        _to_disk(target)
    except (OSError, sqlite3.Error, shutil.Error) as error:
        raise RecordError(
            "CW930", "the workspace cannot be copied", got=_told(error),
            why=f"the copy is marked by a file {_UNFINISHED} and will be refused",
            fix="free space or mend the rights, empty the target, and copy again",
        ) from error  # fmt: skip
    return n + 1


def _copy_database(source: Path, target: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=30.0)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def _copy_files(source: Path, target: Path) -> int:
    n = 0
    for folder, names, files in os.walk(source):
        ignored = shutil.ignore_patterns(*_IN_THE_MAKING)(folder, [*names, *files])
        names[:] = [name for name in names if name not in ignored]
        there = target / Path(folder).relative_to(source)
        there.mkdir(exist_ok=True)
        for name in files:
            if name not in ignored:
                with contextlib.suppress(FileNotFoundError):  # its grace ended: the copied database does not name it
                    shutil.copy2(Path(folder) / name, there / name)
                    n += 1
    return n


def _to_disk(folder: Path) -> None:
    for path in [*folder.rglob("*"), folder]:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _told(error: Exception) -> str:
    number = getattr(error, "errno", None)
    return errno.errorcode.get(number, "") if isinstance(number, int) else (str(error)[:200] or type(error).__name__)
