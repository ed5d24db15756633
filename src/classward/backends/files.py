"""Bundles and snapshots in folders, addressed by the hash of their content."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tempfile
from pathlib import Path

import polars as pl

from classward.errors import DataError, UnknownVersion

__all__ = ["FileArtifacts", "FileSnapshots"]


class FileArtifacts:
    """Bundle folders under their content hash (fulfils ``ports.ArtifactStore``)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, folder: Path) -> str:
        """Move a finished bundle in; files become read-only."""
        bundle_hash = hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()
        target = self._folder / bundle_hash
        if target.is_dir():
            shutil.rmtree(folder)
            return bundle_hash
        for path in folder.rglob("*"):
            if path.is_file():
                _to_disk(path)
                path.chmod(0o444)
        try:
            folder.rename(target)
        except OSError:
            if not target.is_dir():
                raise
            shutil.rmtree(folder)
        _to_disk(self._folder)
        return bundle_hash

    def path(self, bundle_hash: str) -> Path:
        """Folder of a stored bundle."""
        target = self._folder / bundle_hash
        if not target.is_dir() or "/" in bundle_hash or bundle_hash.startswith("."):
            raise _absent("bundle", bundle_hash)
        return target

    def hashes(self) -> tuple[str, ...]:
        """All stored bundles."""
        if not self._folder.is_dir():
            return ()
        return tuple(sorted(p.name for p in self._folder.iterdir() if p.is_dir() and not p.name.startswith(".")))

    def workdir(self) -> Path:
        """A fresh folder on the same file system."""
        self._folder.mkdir(parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix=".building-", dir=self._folder))


class FileSnapshots:
    """Tables as Parquet files named by the hash of their bytes (fulfils ``ports.SnapshotStore``)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, table: pl.DataFrame) -> str:
        """Store a table."""
        buffer = io.BytesIO()
        table.write_parquet(buffer, compression="zstd", statistics=False)
        data = buffer.getvalue()
        snapshot_hash = hashlib.sha256(data).hexdigest()
        target = self._folder / f"{snapshot_hash}.parquet"
        if not target.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            file, name = tempfile.mkstemp(prefix=".storing-", dir=self._folder)
            with os.fdopen(file, "wb") as out:
                out.write(data)
                out.flush()
                os.fsync(out.fileno())
            Path(name).chmod(0o444)
            Path(name).replace(target)
        return snapshot_hash

    def get(self, snapshot_hash: str) -> pl.DataFrame:
        """Read a snapshot back, verified."""
        target = self._folder / f"{snapshot_hash}.parquet"
        if not target.is_file():
            raise _absent("snapshot", snapshot_hash)
        data = target.read_bytes()
        if hashlib.sha256(data).hexdigest() != snapshot_hash:
            raise DataError(
                "CW210", f"snapshot {snapshot_hash[:16]} was edited", why="its bytes no longer have its hash",
                fix="restore the file from a backup; what was trained on it cannot be rebuilt otherwise",
            )  # fmt: skip
        return pl.read_parquet(io.BytesIO(data))


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _absent(what: str, name: str) -> UnknownVersion:
    return UnknownVersion(
        "CW303", f"{what} {name[:16]} is not in the workspace", fix="restore the workspace from a backup"
    )
