"""Bundles and snapshots in folders, addressed by the hash of their content."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from classward.errors import ArtifactError, DataError, RecordError, UnknownVersion

if TYPE_CHECKING:
    import polars as pl

__all__ = ["FileArtifacts", "FileSnapshots"]

_HASH = re.compile(r"[0-9a-f]{64}")
_DRAFT = ".building-"
_DRAFTS_LIVE_S = 7 * 86_400.0
_ROW_GROUP = 262_144


class FileArtifacts:
    """Bundle folders under their content hash (fulfils ``ports.ArtifactStore``)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, folder: Path) -> str:
        """Move a finished bundle in; files become read-only.

        Raises
        ------
        ArtifactError
            CW509 if the folder holds no manifest, so has no name.
        RecordError
            CW921 if the workspace cannot take it; nothing is visible under its name.
        """
        try:
            manifest = (folder / "manifest.json").read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise ArtifactError(
                "CW509", "a folder without manifest.json is no bundle", got=folder.name,
                why="the manifest's hash is the bundle's name", fix="write the bundle with write_bundle first",
            ) from None  # fmt: skip
        bundle_hash = hashlib.sha256(manifest).hexdigest()
        target = self._folder / bundle_hash
        try:
            if target.is_dir():
                shutil.rmtree(folder)
            else:
                self._move(folder, target)
        except OSError as error:
            raise _not_stored(f"bundle {bundle_hash[:16]}", error) from error
        return bundle_hash

    def _move(self, folder: Path, target: Path) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        if folder.stat().st_dev != self._folder.stat().st_dev:
            folder = Path(shutil.copytree(folder, self.workdir(), dirs_exist_ok=True))
        for path in sorted(folder.rglob("*"), reverse=True):
            if path.is_file() and not path.is_symlink():
                path.chmod(0o444)
            if not path.is_symlink():
                _to_disk(path)
        _to_disk(folder)
        folder.chmod(0o755)
        try:
            folder.rename(target)
        except OSError as error:
            if error.errno not in {errno.ENOTEMPTY, errno.EEXIST}:
                raise
            shutil.rmtree(folder)  # somebody else has stored the same
        _to_disk(self._folder)

    def path(self, bundle_hash: str) -> Path:
        """Folder of a stored bundle."""
        if not _HASH.fullmatch(bundle_hash) or not (self._folder / bundle_hash).is_dir():
            raise _absent("bundle", bundle_hash)
        return self._folder / bundle_hash

    def hashes(self) -> tuple[str, ...]:
        """All stored bundles."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(p.name for p in self._folder.iterdir() if _HASH.fullmatch(p.name) and p.is_dir()))

    def remove(self, bundle_hash: str) -> None:
        """Remove a bundle: out of its place in one step, then piece by piece.

        Raises
        ------
        RecordError
            CW921 if the workspace does not let go of it.
        """
        if not _HASH.fullmatch(bundle_hash) or not (self._folder / bundle_hash).is_dir():
            return
        try:
            leaving = self.workdir() / bundle_hash
            (self._folder / bundle_hash).rename(leaving)
            shutil.rmtree(leaving.parent)
        except OSError as error:
            raise _not_stored(f"the removal of bundle {bundle_hash[:16]}", error) from error

    def workdir(self) -> Path:
        """A fresh folder on the same file system; those left over by runs killed a week ago go."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            for left in self._folder.glob(f"{_DRAFT}*"):
                with contextlib.suppress(OSError):
                    if time.time() - left.stat().st_mtime > _DRAFTS_LIVE_S:
                        shutil.rmtree(left)
            return Path(tempfile.mkdtemp(prefix=_DRAFT, dir=self._folder))
        except OSError as error:
            raise _not_stored("a new bundle", error) from error


class FileSnapshots:
    """Tables as Parquet files named by the hash of their bytes (fulfils ``ports.SnapshotStore``).

    Equal tables give equal bytes, so equal names, with the same release of the Parquet writer.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, table: pl.DataFrame) -> str:
        """Store a table; a damaged file of the same name is replaced.

        Raises
        ------
        RecordError
            CW921 if the workspace cannot take it; nothing is visible under its name.
        """
        buffer = io.BytesIO()
        table.rechunk().write_parquet(buffer, compression="zstd", statistics=False, row_group_size=_ROW_GROUP)
        data = buffer.getvalue()
        snapshot_hash = hashlib.sha256(data).hexdigest()
        target = self._folder / f"{snapshot_hash}.parquet"
        try:
            if not target.is_file() or target.read_bytes() != data:
                self._store(target, data)
        except OSError as error:
            raise _not_stored(f"snapshot {snapshot_hash[:16]}", error) from error
        return snapshot_hash

    def _store(self, target: Path, data: bytes) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        file, name = tempfile.mkstemp(prefix=".storing-", dir=self._folder)
        try:
            with os.fdopen(file, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            Path(name).chmod(0o444)
            Path(name).replace(target)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
        _to_disk(self._folder)

    def n_bytes(self, snapshot_hash: str) -> int:
        """Bytes it takes; 0 if it is not stored."""
        target = self._folder / f"{snapshot_hash}.parquet"
        return target.stat().st_size if _HASH.fullmatch(snapshot_hash) and target.is_file() else 0

    def remove(self, snapshot_hash: str) -> None:
        """Remove a snapshot; raises RecordError CW921 if the workspace does not let go of it."""
        if not _HASH.fullmatch(snapshot_hash):
            return
        try:
            (self._folder / f"{snapshot_hash}.parquet").unlink(missing_ok=True)
        except OSError as error:
            raise _not_stored(f"the removal of snapshot {snapshot_hash[:16]}", error) from error

    def get(self, snapshot_hash: str) -> pl.DataFrame:
        """Read a snapshot back, verified."""
        target = self._folder / f"{snapshot_hash}.parquet"
        if not _HASH.fullmatch(snapshot_hash) or not target.is_file():
            raise _absent("snapshot", snapshot_hash)
        data = target.read_bytes()
        if hashlib.sha256(data).hexdigest() != snapshot_hash:
            raise DataError(
                "CW210", f"snapshot {snapshot_hash[:16]} was edited", why="its bytes no longer have its hash",
                fix="restore the file from a backup; what was trained on it cannot be rebuilt otherwise",
            )  # fmt: skip
        import polars as pl  # only who reads a snapshot needs it: a server does not

        return pl.read_parquet(io.BytesIO(data))


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _absent(what: str, name: str) -> UnknownVersion:
    return UnknownVersion(
        "CW303", f"{what} {name[:16]} is not in the workspace", fix="restore the workspace from a backup"
    )


def _not_stored(what: str, error: OSError) -> RecordError:
    return RecordError(
        "CW921", f"{what} cannot be stored", got=error.strerror or type(error).__name__,
        why="what is half stored is not used", fix="free space, or mend the rights of the workspace folder",
    )  # fmt: skip
