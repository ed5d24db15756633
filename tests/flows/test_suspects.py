"""Suspects are found while training and can be looked at later."""

from __future__ import annotations

import json

import polars as pl
import pytest
from classward_project import Project, tickets

from classward.cli.main import main
from classward.flows.suspects import read_suspects
from classward.flows.train import train


def test_wrong_labels_are_listed_by_row_and_nothing_is_changed(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tickets(400, seed=1).with_row_index("at")
    is_wrong = (pl.col("at") % 6 == 3) & (pl.col("team") == "shipping")
    table = table.with_columns(team=pl.when(is_wrong).then(pl.lit("billing")).otherwise(pl.col("team")))
    wrong = set(tickets(400, seed=1).with_row_index("at").filter(is_wrong)["at"].to_list())
    table.drop("at").write_parquet(project.folder / "tickets.parquet")
    result = train(project.open(), budget_s=4.0, n_threads=1, tell=lambda stage, what: None)
    stored = read_suspects(project.ctx, result.version)
    assert stored["n_suspects"] == result.n_suspects > 0
    assert stored["n"] < 400  # sealed rows are not looked at
    rows = {s["id"] for s in stored["suspects"]}
    assert len(rows & wrong) >= 1
    assert all(s["given"] == table["team"][s["id"]] for s in stored["suspects"])
    assert any("labels look wrong or hard" in note for note in result.report.notes)
    monkeypatch.setattr("sys.argv", ["classward", "suspects", "-f", str(project.task_file), "--json"])
    with pytest.raises(SystemExit):
        main()
    assert json.loads(capsys.readouterr().out)["suspects"] == stored["suspects"]
    monkeypatch.setattr("sys.argv", ["classward", "suspects", "-f", str(project.task_file)])
    with pytest.raises(SystemExit):
        main()
    said = capsys.readouterr().out
    assert "a person should look" in said
    assert "shipping" in said
