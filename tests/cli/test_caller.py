"""``log`` and ``why`` say who asked."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from classward import wiring
from classward.cli import log, why
from classward.conformance.examples import answer
from classward.settings import Settings


def test_who_asked_is_told_and_what_older_records_do_not_know_too(tmp_path: Path) -> None:
    file = tmp_path / "classward.toml"
    file.write_text('[task]\nname = "desk"\nlabel = "team"\n[data]\ntrain = "t.csv"\n[features]\ntext = "text"\n')
    writer = wiring.open_writer(wiring.open_context(file, Settings()), Settings())
    given = [answer("a", task="desk", n_classes=3), answer("b", task="desk", n_classes=3)]
    writer.predictions([replace(given[0], caller="key:shop"), given[1]])
    writer.close()
    printed = CliRunner().invoke(log.command, ["-f", str(file), "--json"]).output
    told = {line["id"]: line for line in map(json.loads, printed.splitlines())}
    assert {row_id: row["caller"] for row_id, row in told.items()} == {"a": "key:shop", "b": None}
    assert list(told["a"]) == [
        "id", "request_id", "at", "version", "route", "label", "probability", "flags", "kind", "caller",
    ]  # fmt: skip
    asked = CliRunner().invoke(why.command, ["a", "-f", str(file), "--json"])
    assert json.loads(asked.output)["why"]["prediction"]["caller"] == "key:shop"
