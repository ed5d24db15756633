"""What every store of bundles and of snapshots must do."""

# ruff: noqa: D102  (a check says in its name what it checks)

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from classward.errors import DataError, UnknownVersion
from classward.ports import ArtifactStore, SnapshotStore

__all__ = ["ArtifactStoreSuite", "SnapshotSuite"]

_ABSENT = "0" * 64


class ArtifactStoreSuite:
    """Checks of ``ports.ArtifactStore``; two made in one folder are the same store."""

    def make(self, folder: Path) -> ArtifactStore:
        """Open the store of a folder."""
        raise NotImplementedError

    @staticmethod
    def bundle(folder: Path, text: str) -> str:
        """Fill a folder with something that has the shape of a bundle; give its name."""
        (folder / "arrays").mkdir()
        (folder / "arrays" / "weights.npy").write_bytes(text.encode() * 100)
        (folder / "manifest.json").write_text(f'{{"text": "{text}"}}', encoding="utf-8")
        return hashlib.sha256((folder / "manifest.json").read_bytes()).hexdigest()

    def test_a_bundle_is_found_under_the_hash_of_its_manifest(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        folder = store.workdir()
        name = self.bundle(folder, "one")
        assert store.hashes() == ()
        assert store.put(folder) == name
        again = self.make(tmp_path)
        assert again.hashes() == (name,)
        assert (again.path(name) / "arrays" / "weights.npy").read_bytes() == b"one" * 100
        assert not folder.exists()

    def test_the_same_bundle_twice_is_one(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        names = set()
        for _ in range(2):
            folder = store.workdir()
            self.bundle(folder, "same")
            names.add(store.put(folder))
        assert store.hashes() == tuple(names)

    def test_many_at_once_store_one(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        folders = [store.workdir() for _ in range(8)]
        for folder in folders:
            self.bundle(folder, "same")
        with ThreadPoolExecutor(8) as pool:
            names = set(pool.map(store.put, folders))
        assert store.hashes() == tuple(names)
        assert not any(folder.exists() for folder in folders)

    def test_what_is_not_stored_is_unknown(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        for name in (_ABSENT, "", ".", "..", f"../{_ABSENT}", store.workdir().name):
            with pytest.raises(UnknownVersion, match="CW303"):
                store.path(name)

    def test_what_is_removed_is_gone_and_can_be_stored_again(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)

        def put(content: str) -> str:
            folder = store.workdir()
            self.bundle(folder, content)
            return store.put(folder)

        kept, gone = put("kept"), put("gone")
        for name in (gone, gone, _ABSENT, "..", f"../{kept}"):
            store.remove(name)
        assert store.hashes() == (kept,)
        assert put("gone") == gone

    def test_workdirs_are_fresh_and_no_bundles(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        first, second = store.workdir(), store.workdir()
        assert first != second
        assert list(first.iterdir()) == []
        assert store.hashes() == ()


class SnapshotSuite:
    """Checks of ``ports.SnapshotStore``; two made in one folder are the same store."""

    def make(self, folder: Path) -> SnapshotStore:
        """Open the store of a folder."""
        raise NotImplementedError

    def damage(self, folder: Path, snapshot_hash: str) -> None:
        """Change one byte of a stored snapshot."""
        raise NotImplementedError

    @staticmethod
    def table() -> pl.DataFrame:
        """Columns of every kind, with missing values."""
        return pl.DataFrame(
            {
                "id": ["001", "002", None],
                "text": ["größer", "", "日本語"],
                "n": [1, None, 3],
                "x": [0.1, float("nan"), None],
                "ok": [True, None, False],
                "day": [date(2026, 1, 2), None, date(1900, 1, 1)],
                "at": [datetime(2026, 1, 2, tzinfo=UTC), None, datetime(1900, 1, 1, tzinfo=UTC)],
            }
        )

    def test_a_table_comes_back_with_its_types(self, tmp_path: Path) -> None:
        name = self.make(tmp_path).put(self.table())
        back = self.make(tmp_path).get(name)
        assert back.schema == self.table().schema
        assert back.equals(self.table(), null_equal=True)

    def test_equal_tables_have_one_name_however_they_were_put_together(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        long = pl.DataFrame({"n": range(100_000), "t": [f"row {n % 97}" for n in range(100_000)]})
        pieces = pl.concat([long[:7], long[7:60_000], long[60_000:]], rechunk=False)
        assert store.put(long) == store.put(pieces) == store.put(long)
        assert store.put(long) != store.put(long.reverse())
        assert store.put(self.table()) != store.put(self.table().with_columns(n=pl.col("n").cast(pl.Int32)))

    def test_a_table_without_rows_keeps_its_columns(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        assert store.get(store.put(self.table()[:0])).schema == self.table().schema

    def test_an_edited_snapshot_is_refused_and_can_be_stored_again(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        name = store.put(self.table())
        self.damage(tmp_path, name)
        with pytest.raises(DataError, match="CW210"):
            store.get(name)
        assert store.put(self.table()) == name
        assert store.get(name).equals(self.table(), null_equal=True)

    def test_what_is_not_stored_is_unknown(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        store.put(self.table())
        for name in (_ABSENT, "", "..", f"../{_ABSENT}"):
            with pytest.raises(UnknownVersion, match="CW303"):
                store.get(name)

    def test_what_is_removed_is_gone_and_can_be_stored_again(self, tmp_path: Path) -> None:
        store = self.make(tmp_path)
        kept, gone = store.put(self.table()), store.put(self.table()[:1])
        assert store.n_bytes(gone) > 0
        for name in (gone, gone, _ABSENT, f"../{kept}"):
            store.remove(name)
        assert (store.n_bytes(gone), store.n_bytes(_ABSENT)) == (0, 0)
        with pytest.raises(UnknownVersion, match="CW303"):
            store.get(gone)
        assert store.get(kept).height == self.table().height
        assert store.put(self.table()[:1]) == gone
