"""Files that rows of a table name, such as images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from classward.ports import Attached

__all__ = ["read_attached"]

_MOST_BYTES = 50_000_000


def read_attached(folder: Path, names: Sequence[str]) -> Iterator[Attached]:
    """Read plain files, in order; what cannot be read is told, not raised.

    Parameters
    ----------
    folder : Path
        Where relative names are looked up.
    names : sequence of str
        Paths as the table has them. Addresses of other machines are not followed.
    """
    for name in names:
        yield _read(folder / name, name)


def _read(path: Path, name: str) -> Attached:
    if "://" in name:
        return Attached(problem="an address, not a file")
    try:
        if not path.is_file():
            return Attached(problem="no such file")
        if path.stat().st_size > _MOST_BYTES:
            return Attached(problem=f"larger than {_MOST_BYTES:,} bytes")
        return Attached(data=path.read_bytes())
    except (OSError, ValueError) as error:
        return Attached(problem=f"the file cannot be read ({type(error).__name__})")
