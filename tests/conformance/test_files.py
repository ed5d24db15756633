"""The shipped suites on folders."""

from __future__ import annotations

from pathlib import Path

from classward.backends.files import FileArtifacts, FileSnapshots
from classward.conformance.stores import ArtifactStoreSuite, SnapshotSuite
from classward.ports import ArtifactStore, SnapshotStore


class TestFileArtifacts(ArtifactStoreSuite):
    def make(self, folder: Path) -> ArtifactStore:
        return FileArtifacts(folder / "artifacts")


class TestFileSnapshots(SnapshotSuite):
    def make(self, folder: Path) -> SnapshotStore:
        return FileSnapshots(folder / "data")

    def damage(self, folder: Path, snapshot_hash: str) -> None:
        path = folder / "data" / f"{snapshot_hash}.parquet"
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.chmod(0o644)
        path.write_bytes(bytes(data))
