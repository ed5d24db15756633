"""``classward export prometheus`` and ``grafana`` need a task file and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from classward.cli.main import cli


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    words = ("refund please", "no signal here", "late parcel again", "thank you all")
    rows = [f"{words[i % 4]} {i},{'xyz'[(i * 7 + i // 5) % 3]}" for i in range(60)]
    (tmp_path / "t.csv").write_text("\n".join(("text,team", *rows)) + "\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["init", "t.csv", "--label", "team", "--name", "desk", "--critical", "x"])
    assert done.exit_code == 0, done.output
    return tmp_path


def test_files_are_written_without_a_workspace(here: Path) -> None:
    before = {p.name for p in here.iterdir()}
    done = CliRunner().invoke(cli, ["export", "prometheus", "--server", "h:1", "--json"])
    assert done.exit_code == 0, done.output
    assert len(json.loads(done.output)["files"]) == 4
    assert '"h:1"' in (here / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    assert "recall of x" in (here / "prometheus" / "classward.rules.yml").read_text(encoding="utf-8")
    done = CliRunner().invoke(cli, ["export", "grafana", "-o", "board"])
    assert done.exit_code == 0, done.output
    assert "board/classward.dashboard.json" in done.output
    assert {p.name for p in here.iterdir()} == before | {"prometheus", "board"}


@pytest.mark.parametrize(("args", "said"), [(["prometheus", "3"], "no version is named"), (["serverless"], "with -o")])
def test_what_does_not_fit_together_is_refused(here: Path, args: list[str], said: str) -> None:
    done = CliRunner().invoke(cli, ["export", *args])
    assert done.exit_code == 2
    assert said in done.output
