"""What the command line says to a mistake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from classward.cli.main import main


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
