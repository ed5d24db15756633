"""One segment file being written: locked while its writer lives, never longer than its last whole frame."""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from classward.backends.record_log.frames import HEADER

__all__ = ["Segment"]


class Segment:
    """A file ``<name>.seg`` that this process alone appends to.

    Raises
    ------
    OSError
        When the file cannot be made; nothing is left behind.
    """

    def __init__(self, folder: Path, name: str, *, fsync: bool) -> None:
        self.pid, self.size, self._fsync = os.getpid(), len(HEADER), fsync
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / f"{name}.seg"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.write(self._file, HEADER) != len(HEADER):
                raise OSError("no room for the header")
            if fsync:
                _folder_to_disk(folder)
        except OSError:
            self._discard()
            raise

    @classmethod
    def begin(cls, folder: Path, names: list[str], *, fsync: bool) -> Segment:
        """Make a segment under the first name that works.

        A sealer may look at a new file in the moment before it is locked and take it for abandoned: it is then left to
        the sealer and the next name is tried.
        """
        for name in names[:-1]:
            with contextlib.suppress(BlockingIOError):
                return cls(folder, name, fsync=fsync)
        return cls(folder, names[-1], fsync=fsync)

    def append(self, data: bytes) -> bool:
        """Write all of ``data`` or nothing.

        ``False`` means that nothing of it is in the segment, or that the segment was given up (:attr:`is_open` is
        false) with whatever the disk kept behind its last whole frame.
        """
        is_written = False
        try:
            is_written = os.write(self._file, data) == len(data)
            if is_written and self._fsync:
                os.fsync(self._file)
        except OSError:
            self._cut_back(give_up=is_written)  # what a failed fsync leaves in memory is not to be trusted
            return False
        if not is_written:
            self._cut_back(give_up=False)
            return False
        self.size += len(data)
        return True

    def _cut_back(self, *, give_up: bool) -> None:
        try:
            os.ftruncate(self._file, self.size)
        except OSError:
            give_up = True
        if give_up:
            self.close()

    @property
    def is_open(self) -> bool:
        """Whether it can be appended to."""
        return self._file >= 0

    def close(self) -> None:
        """Let go of the file, so that it can be sealed."""
        file, self._file = self._file, -1
        if file >= 0:
            with contextlib.suppress(OSError):
                os.close(file)

    def _discard(self) -> None:
        self.close()
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)


def _folder_to_disk(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
