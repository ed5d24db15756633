"""``history --revisions`` and ``status`` tell which past days changed."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from classward import wiring
from classward.cli import history
from classward.flows import revisions
from classward.flows.revisions import Revision
from classward.settings import Settings

STAMP = Revision(
    day=date(2026, 3, 2), version=1, route="live", revision=2, revised_at=datetime(2026, 3, 4, 9, 30, tzinfo=UTC),
    why="3 labels came: 4 of 7 right, 4 of 4 before", n_answers=20, n_labelled=7, n_right=4,
)  # fmt: skip


def test_days_that_changed_are_listed_with_when_and_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "classward.toml"
    file.write_text('[task]\nname = "desk"\nlabel = "team"\n[data]\ntrain = "t.csv"\n[features]\ntext = "text"\n')
    wiring.open_context(file, Settings())
    told = CliRunner().invoke(history.command, ["-f", str(file), "--revisions", "--json"])
    assert json.loads(told.output) == {"revisions": []}
    monkeypatch.setattr(revisions, "revisions", lambda ctx: (STAMP,))
    told = CliRunner().invoke(history.command, ["-f", str(file), "--revisions", "--json"])
    (stamp,) = json.loads(told.output)["revisions"]
    assert (stamp["day"], stamp["revision"], stamp["n_right"]) == ("2026-03-02", 2, 4)
    told = CliRunner().invoke(history.command, ["-f", str(file), "--revisions"])
    for part in ("2026-03-02", "v1 live", "4 of 7", "2026-03-04 09:30", "3 labels came"):
        assert part in told.output
