"""Reading a database where nothing can be written: a copied folder, a read-only mount."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

__all__ = ["ReadableCopy", "readable_copy"]


class ReadableCopy:
    """Where to read from, as an SQLite URI; a temporary copy goes when this does."""

    def __init__(self, uri: str, folder: Path | None = None) -> None:
        self.uri = uri
        if folder is not None:
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)


def readable_copy(path: Path) -> ReadableCopy:
    """Find a way to read a database without writing beside it.

    Without a write-ahead log the file is complete and cannot change: it is read in place. With one, SQLite would have
    to write beside it to read it; so both are copied to a temporary folder, lest the latest events be missed.
    """
    log = path.with_name(f"{path.name}-wal")
    if not log.exists() or not log.stat().st_size:
        return ReadableCopy(f"{path.resolve().as_uri()}?mode=ro&immutable=1")
    folder = Path(tempfile.mkdtemp(prefix="classward-read-"))
    for source in (path, log):
        target = folder / source.name
        target.write_bytes(source.read_bytes())
    return ReadableCopy(f"{(folder / path.name).as_uri()}?mode=rw", folder)
