"""Whether a bundle fits into memory, asked before it is loaded: a process that dies of it answers nobody."""

from __future__ import annotations

from pathlib import Path

from classward.errors import Refused

__all__ = ["available_bytes", "check_room"]

_PER_BYTE = 3
"""Memory that a bundle may take while it is read and after, as a multiple of its files: vocabularies become dictionaries."""

_BESIDE = 32_000_000


def check_room(n_bytes: int, *, limit_bytes: int = 0, version: int = 0) -> None:
    """Refuse a bundle of ``n_bytes`` that would not fit; the version that answers goes on answering.

    Counts three times the size of the files and 32 MB, an estimate on the safe side. The old version stays in memory until
    requests that began with it have ended, so what is free now is what counts.

    Parameters
    ----------
    n_bytes : int
        Size of the bundle's files.
    limit_bytes : int
        What a model may take; 0 takes what the container and the machine have left.
    version : int
        For the text.

    Raises
    ------
    Refused
        CW520 if it does not fit.
    """
    room = limit_bytes or available_bytes()
    need = _PER_BYTE * n_bytes + _BESIDE
    if room is None or need <= room:
        return
    raise Refused(
        "CW520",
        f"version {version} would not fit into memory and was not loaded",
        got=f"about {need / 1e6:,.0f} MB needed for {n_bytes / 1e6:,.0f} MB of files, {room / 1e6:,.0f} MB free",
        why="a server that runs out of memory is killed, and answers nobody",
        fix="give the server more memory, run fewer workers, raise CLASSWARD_MEMORY_LIMIT_MB, or make a smaller version",
    )


def available_bytes(root: Path = Path("/")) -> int | None:
    """Memory that is free, by the container's limit and by the machine; ``None`` where nobody says."""
    found = [free for free in (_in_container(root), _on_machine(root)) if free is not None]
    return min(found) if found else None


def _in_container(root: Path) -> int | None:
    for folder, most, used in (
        ("sys/fs/cgroup", "memory.max", "memory.current"),
        ("sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes"),
    ):
        try:
            limit = (root / folder / most).read_text(encoding="ascii").strip()
            if limit == "max":
                return None
            taken = int((root / folder / used).read_text(encoding="ascii"))
            stat = (root / folder / "memory.stat").read_text(encoding="ascii")
        except (OSError, ValueError):
            continue
        cache = next((int(line.split()[1]) for line in stat.splitlines() if line.startswith("inactive_file ")), 0)
        return max(0, int(limit) - taken + cache)  # cached files make room
    return None


def _on_machine(root: Path) -> int | None:
    try:
        text = (root / "proc/meminfo").read_text(encoding="ascii")
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("MemAvailable:")), None)
