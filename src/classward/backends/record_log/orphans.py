"""Files that a crash left between writing and recording: nothing names them, so nobody reads them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from classward.backends.record_log.manifest import Manifest

__all__ = ["remove_orphans"]


def remove_orphans(folder: Path, manifest: Manifest, *, older_than_s: float) -> int:
    """Remove sealed files and drafts that the manifest does not name and that were written before a moment; count them.

    Looking and removing happen inside one write transaction, and recording a file looks whether it is there inside its
    own: whatever is half done elsewhere, no file is removed that is named, and none is named that was removed.

    Raises
    ------
    OSError
        When one cannot be removed; the next pass tries again.
    """
    suspects = [p for p in _files(folder) if p.stat().st_mtime < older_than_s]
    if not suspects:
        return 0
    n = 0
    with manifest.named() as named:
        for path in suspects:
            if path.relative_to(folder).as_posix() not in named:
                path.unlink(missing_ok=True)
                n += 1
    return n


def _files(folder: Path) -> Iterator[Path]:
    for pattern in ("*.parquet", ".*.parquet.*"):
        yield from (folder / "sealed").glob(f"kind=*/date=*/{pattern}")
