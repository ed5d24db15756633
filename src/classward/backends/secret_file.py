"""A secret of the workspace: made once, read by every process."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from classward.errors import UsageError

__all__ = ["secret_key"]

_N_BYTES = 32
_MOST = 64


def secret_key(path: Path, *, is_own: bool) -> bytes:
    """Read a key of 32 to 64 bytes; one of our own is made first if there is none (readable by its owner alone).

    Raises
    ------
    UsageError
        CW450 if it cannot be read, is too short or too long.
    """
    try:
        if is_own and not path.exists():
            _make(path)
        key = path.read_bytes()
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from None
    if not _N_BYTES <= len(key) <= _MOST:
        raise _unusable(path, f"{len(key)} bytes")
    return key


def _make(path: Path) -> None:
    """Appear whole or not at all; of several processes that make one, the first wins."""
    draft = path.with_name(f"{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.write(handle, secrets.token_bytes(_N_BYTES))
        os.fsync(handle)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        os.close(handle)
        draft.unlink()


def _unusable(path: Path, got: str) -> UsageError:
    return UsageError(
        "CW450",
        "private features cannot be hashed",
        got=f"{path}: {got}",
        why="without a secret key, hashes of common values could be guessed",
        fix=f"name a file of {_N_BYTES} to {_MOST} random bytes in CLASSWARD_PII_KEY_FILE, or let the workspace make one",
    )
