"""What a folder does beyond the shipped suite: rights, other file systems, left-overs, failing disks."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from pathlib import Path

import polars as pl
import pytest

from classward.backends import files
from classward.backends.files import FileArtifacts, FileSnapshots
from classward.errors import ArtifactError, RecordError

TABLE = pl.DataFrame({"n": [1, 2, 3]})


def fill(folder: Path) -> Path:
    (folder / "arrays").mkdir()
    (folder / "arrays" / "a.npy").write_bytes(b"numbers")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    return folder


def test_stored_files_are_read_only_and_readable_by_others(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path / "artifacts")
    folder = store.path(store.put(fill(store.workdir())))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*") if p.is_file()} == {0o444}
    snapshots = FileSnapshots(tmp_path / "data")
    snapshots.put(TABLE)
    assert {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "data").iterdir()} == {0o444}


def test_a_folder_without_a_manifest_is_no_bundle(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path / "artifacts")
    with pytest.raises(ArtifactError, match="CW509"):
        store.put(store.workdir())
    assert store.hashes() == ()


def test_a_bundle_from_another_file_system_is_copied_in(tmp_path: Path) -> None:
    elsewhere = Path("/dev/shm")
    if not elsewhere.is_dir() or elsewhere.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("no second file system at hand")
    with tempfile.TemporaryDirectory(dir=elsewhere) as folder:
        store = FileArtifacts(tmp_path / "artifacts")
        name = store.put(fill(Path(folder)))
        assert (store.path(name) / "arrays" / "a.npy").read_bytes() == b"numbers"


def test_left_over_drafts_go_after_a_week_and_not_before(tmp_path: Path) -> None:
    store = FileArtifacts(tmp_path / "artifacts")
    old, young = fill(store.workdir()), store.workdir()
    long_ago = young.stat().st_mtime - 8 * 86_400
    os.utime(old, (long_ago, long_ago))
    store.workdir()
    assert not old.exists()
    assert young.exists()


def test_a_full_disk_leaves_no_half_snapshot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    snapshots = FileSnapshots(tmp_path / "data")
    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(RecordError, match="CW921") as caught:
        snapshots.put(TABLE)
    assert caught.value.got == os.strerror(errno.ENOSPC)
    assert list((tmp_path / "data").iterdir()) == []
    monkeypatch.undo()
    assert snapshots.get(snapshots.put(TABLE)).equals(TABLE)
