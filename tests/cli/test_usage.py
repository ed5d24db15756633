"""What the command line says to a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classward import wiring
from classward.cli.main import main
from classward.cli.output import place
from classward.settings import Settings


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["classward", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("card", "abc", "--json"), "'abc' is not a valid integer"),
        (("status", "--jsn", "--json"), "--jsn"),
        (("compare", "1", "2", "--alpha", "7", "--json"), "0.5"),
        (("tran", "--json"), "tran"),
        (("compare", "1", "--json"), "CANDIDATE"),
    ],
)
def test_usage_mistakes_are_errors_like_all_others(
    words: tuple[str, ...], told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *words) == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CW908"
    assert told in error["got"]
    assert "--help" in error["fix"]


def test_for_people_it_goes_to_the_error_stream(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "status", "--all-clases") == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "did you mean --all-classes?" in shown.err


def test_a_task_file_can_be_checked_by_option_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "other.toml")
    for words in (("config", "check", "-f", missing), ("config", "check", missing)):
        assert run(monkeypatch, *words) == 2
        assert f"{missing} does not exist" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--estimator", "sklearn.ensemble:RandomForrest"), "CW340"),
        (("--estimator", "sklearn.ensemble:BaggingClassifier"), "CW343"),
        (("--estimator-settings", '{"C": 2}'), "CW346"),
        (("--estimator", "sklearn.svm:SVC", "--estimator-settings", '{"c": 2}'), "CW342"),
    ],
)
def test_estimators_are_checked_before_rows_are_read(
    words: tuple[str, ...], code: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "train", *words, "--json") in (1, 2)
    assert json.loads(capsys.readouterr().out)["error"]["code"] == code


TASK = """
[task]
name = "desk"
label = "team"
[data]
train = "tickets.csv"
[features]
text = "text"
"""


@pytest.mark.parametrize(
    "words",
    [
        ("verify",), ("log",), ("why", "x"), ("status",), ("history",), ("report",), ("rollback",),
        ("predict", "t.csv", "-o", "o.csv"),
    ],
)  # fmt: skip
def test_what_only_reads_makes_no_workspace_in_a_mistyped_place(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classward.toml").write_text(TASK)
    assert run(monkeypatch, *words, "--workspace", "mistyped", "--json") == 2
    error = json.loads(capsys.readouterr().out)["error"]
    assert error["code"] == "CW614"
    assert str(tmp_path / "mistyped") in error["what"]
    assert not (tmp_path / "mistyped").exists()


def test_an_empty_journal_is_not_called_sound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classward.toml").write_text(TASK)
    wiring.open_context("classward.toml", Settings())
    assert run(monkeypatch, "verify") == 1
    assert "nothing to verify" in capsys.readouterr().out


def test_places_that_cannot_be_used_are_errors_with_their_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "classward.toml").write_text(TASK)
    (tmp_path / "a-file").write_text("x")
    (tmp_path / "latin.toml").write_bytes('[task]\nname = "Büro"'.encode("latin-1"))

    def told(*words: str) -> dict[str, str]:
        assert run(monkeypatch, *words, "--json") in (1, 2)
        error: dict[str, str] = json.loads(capsys.readouterr().out)["error"]
        return error

    for command in ("status", "train"):
        error = told(command, "--workspace", "a-file")
        assert (error["code"], str(tmp_path / "a-file") in error["what"]) == ("CW616", True)
    for words in (("config", "check"), ("status",)):
        error = told(*words, "-f", "latin.toml")
        assert (error["code"], "latin.toml" in error["what"]) == ("CW615", True)

    def full(*args: object, **given: object) -> None:
        raise OSError(28, "No space left on device", "/data/x")

    monkeypatch.setattr(wiring, "load_task", full)
    error = told("config", "check")
    assert (error["code"], error["got"]) == ("CW617", "No space left on device")
    assert "/data/x" in error["what"]


def test_places_are_told_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert place(tmp_path / "a" / "b.html") == "a/b.html"
    assert place(tmp_path.parent / "b.html") == str(tmp_path.parent / "b.html")
