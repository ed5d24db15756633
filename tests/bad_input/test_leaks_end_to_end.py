"""Leaks that were planted stop `classward train`; accepted, they stand in the report, beside the baselines."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from bad_tables import rows

from classward.cli.main import main

N = 300


def _copy(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(code=pl.col("label").replace({"refund": "R1", "card": "C7", "bug": "B3"}))


def _afterwards(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(handled=pl.when(pl.col("label") == "bug").then(pl.lit(4.5)).otherwise(None))


def _near(table: pl.DataFrame) -> pl.DataFrame:
    again = table.head(N // 2).with_columns(text=pl.col("text") + pl.lit("."))
    return pl.concat([table.tail(N // 2), table.head(N // 2), again]).sample(fraction=1.0, shuffle=True, seed=0)


def _groups(table: pl.DataFrame) -> pl.DataFrame:
    return table.with_columns(customer=pl.int_range(pl.len()) % 40)


PLANTED: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str, str]] = {
    "a copy of the target": (_copy, '\ncode = "categorical"\n', "target_copy:code"),
    "filled in afterwards": (_afterwards, '\nhandled = "numeric"\n', "filled_afterwards:handled"),
    "near duplicates on both sides": (_near, "\n", "near_duplicates:text"),
}


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["classward", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def project(folder: Path, table: pl.DataFrame, features: str = "\n", roles: str = "") -> None:
    table.write_parquet(folder / "rows.parquet")
    (folder / "classward.toml").write_text(
        f'[task]\nname = "t"\nlabel = "label"\n{roles}[data]\ntrain = "rows.parquet"\n'
        f'[features]\ntext = "text"\nsize = "numeric"\nkind = "categorical"{features}',
        encoding="utf-8",
    )


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_leak_stops_training(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    plant, features, key = PLANTED[name]
    monkeypatch.chdir(tmp_path)
    project(tmp_path, plant(rows(N)), features)
    assert run(monkeypatch, "train", "--budget", "1s", "--json") == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CW286"
    assert key in error["got"]
    assert key in error["fix"]


def test_entities_are_kept_on_one_side_when_they_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    table = _groups(rows(N))
    project(tmp_path, table, roles='group = "customer"\n')
    assert run(monkeypatch, "train", "--budget", "1s", "--json") == 0
    capsys.readouterr()
    fold = next(
        frame["fold"]
        for frame in (pl.read_parquet(p) for p in (tmp_path / ".classward").rglob("*.parquet"))
        if frame.columns == ["fold"]
    )
    test, rest = (set(table["customer"].filter(fold == "test")), set(table["customer"].filter(fold != "test")))
    assert test
    assert not test & rest


def test_the_users_own_test_rows_with_known_entities_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    table = _groups(rows(N))
    project(tmp_path, table.head(200), roles='group = "customer"\n')
    table.tail(100).write_parquet(tmp_path / "test.parquet")
    text = (tmp_path / "classward.toml").read_text().replace("[data]\n", '[data]\ntest = "test.parquet"\n')
    (tmp_path / "classward.toml").write_text(text)
    assert run(monkeypatch, "train", "--budget", "1s", "--json") == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CW286"
    assert "group_overlap:customer" in error["got"]


def test_what_is_accepted_and_every_baseline_stand_in_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    plant, features, key = PLANTED["a copy of the target"]
    project(tmp_path, plant(rows(N)), features)
    assert run(monkeypatch, "train", "--budget", "1s", "--accept", key, "--accept", "too_good", "--json") == 0
    report = json.loads(capsys.readouterr().out)["report"]
    checks = {name: outcome for name, outcome, _ in report["checks"]}
    assert checks["leakage: target_copy"].startswith("accepted by")
    assert checks["shuffled labels"] == "passed"
    names = [b["name"] for b in report["baselines"]]
    assert any("alone" in name for name in names)
    assert len(names) > 1
    assert np.isfinite(report["log_loss"]["value"])
