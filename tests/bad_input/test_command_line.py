"""Door one, the command line: each bad table ends in a refusal with code and fix, or in a version whose fallback was told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bad_tables import TABLES, N, write

from classward.cli.main import main

REFUSED_BY_INIT = {
    "only constant columns": "CW217",
    "empty file": "CW213",
    "only a header": "CW213",
    "latin-1": "CW212",
    "no column but the label": "CW217",
    "labels as decimals": "CW203",
    "labels as true and false": "CW201",
    "a column named twice": "CW212",
    "a line too short": "CW212",
    "two classes": "CW201",
}
REFUSED_BY_TRAIN = {"one row per class": "CW215", "thousand classes": "CW215"}
SLOW = {"two thousand columns"}
TOLD = {
    "constant column": "size (the same value in every row)",
    "all null column": "size (no value in any row)",
    "missing labels": "12 of 120 rows have no label: left out of training",
    "mixed types": "size, kind",
    "infinite numbers": "'size' holds numbers stored as text",
    "huge texts": "text        text",
    "emoji and right to left": 'smallest "💸"',
    "duplicate ids": "left out    id",
    "class of one row": "1 of 4 classes have fewer than 3 rows",
    "byte order mark": "text        text",
    "carriage returns": "3 classes",
    "quotes, commas and line ends": "text        text",
    "labels with blanks": '" card " (12 rows) looks like "card": typo?',
    "labels in two cases": '"Card" (12 rows) looks like "card": typo?',
    "a misspelt label": '"refnud" (3 rows) looks like "refund": typo?',
    "labels as whole decimals": '"0.0"',
    "labels as dates": "28 classes",
    "reserved names": "numeric     [data]",
    "null bytes": "text        text",
}


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["classward", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def test_every_table_has_its_outcome() -> None:
    assert set(TABLES) == {*REFUSED_BY_INIT, *REFUSED_BY_TRAIN, *TOLD, *SLOW}


@pytest.mark.parametrize("name", REFUSED_BY_INIT)
def test_refused_at_the_first_look(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(name, tmp_path)
    assert run(monkeypatch, "init", "rows.csv", "--label", "label", "--json") == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == REFUSED_BY_INIT[name]
    assert error["fix"]
    assert not (tmp_path / "classward.toml").exists()


@pytest.mark.parametrize("name", REFUSED_BY_TRAIN)
def test_refused_before_anything_is_fitted(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(name, tmp_path)
    assert run(monkeypatch, "init", "rows.csv", "--label", "label") == 0
    capsys.readouterr()
    assert run(monkeypatch, "train", "--budget", "1s", "--json") == 1
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == REFUSED_BY_TRAIN[name]
    assert error["fix"]


@pytest.mark.parametrize("name", TOLD)
def test_what_is_done_instead_is_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(name, tmp_path)
    assert run(monkeypatch, "init", "rows.csv", "--label", "label") == 0
    assert TOLD[name] in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.parametrize("name", TOLD)
def test_and_training_loses_no_row(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write(name, tmp_path)
    assert run(monkeypatch, "init", "rows.csv", "--label", "label") == 0
    capsys.readouterr()
    assert run(monkeypatch, "train", "--budget", "1s", "--json") == 0
    said = capsys.readouterr()
    report = json.loads(said.out)["report"]
    folds = next(line for line in said.err.splitlines() if "snapshot" in line).partition(": ")[2].split(" · ")
    n_rows = sum(int(part.split()[1].replace(",", "")) for part in folds)
    assert n_rows == (108 if name == "missing labels" else N)
    assert sum(c["n"] for c in report["classes"]) == report["n"] == int(folds[2].split()[1])
    if name == "missing labels":
        assert "12 rows without a label were left out" in report["notes"]


def test_a_budget_that_is_too_small_for_anything_still_gives_a_model_or_a_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    write("carriage returns", tmp_path)
    assert run(monkeypatch, "init", "rows.csv", "--label", "label") == 0
    capsys.readouterr()
    code = run(monkeypatch, "train", "--budget", "0.001s", "--json")
    out = json.loads(capsys.readouterr().out)
    assert (code == 0 and out["report"]["n"] == 24) or (code == 1 and out["error"]["code"] == "CW243")
    for wrong in ("0s", "-1m", "soon", "5 days"):
        assert run(monkeypatch, "train", f"--budget={wrong}", "--json") == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "CW903"
