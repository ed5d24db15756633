"""Verdicts for people and for continuous integration."""

from __future__ import annotations

import xml.etree.ElementTree as Xml
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from classward import wiring
from classward.cli import gate
from classward.cli.junit import junit_xml
from classward.domain import Decision, GateCriterion, GateVerdict, Task
from classward.errors import TaskFileError
from classward.flows.gate import GateJudged
from classward.taskfile import parse, parse_safety

NASTY = 'class "<b>" & \x00\x1b \ud800'


def judged(*outcomes: str, name: str = "security") -> GateJudged:
    criteria = tuple(
        GateCriterion(name="recall floor", subject=f"{name} {i}", outcome=outcome, said=f"so {name}")
        for i, outcome in enumerate(outcomes)
    )
    total = next((o for o in ("failed", "not enough evidence") if o in outcomes), "passed")
    decision = Decision(
        id="d", at=datetime(2026, 3, 2, tzinfo=UTC), task="desk", verb="gate", verdict=total, reasons=(), error_rate=0.05,
        error_rate_of="", inputs="{}", inputs_hash="",
    )  # fmt: skip
    verdict = GateVerdict(outcome=total, criteria=criteria, left_out=("safety examples: none",))
    return GateJudged(version=2, live=1, verdict=verdict, decision=decision)


def test_junit_counts_what_failed_and_what_is_missing_and_skips_nothing() -> None:
    root = Xml.fromstring(junit_xml(judged("passed", "failed", "not enough evidence", name=NASTY), task=NASTY))
    suite = root.find("testsuite")
    assert suite is not None
    assert [suite.get(k) for k in ("tests", "failures", "errors", "skipped")] == ["3", "1", "1", "0"]
    kinds = [[child.tag for child in case] for case in suite.findall("testcase")]
    assert kinds == [[], ["failure"], ["error"]]
    error = suite.find("testcase/error")
    assert error is not None
    assert error.get("type") == "not enough evidence"
    assert "safety examples" in suite.findtext("system-out", "")


@pytest.mark.parametrize(
    ("outcomes", "code"), [(["passed"], 0), (["passed", "failed"], 1), (["passed", "not enough evidence"], 3)]
)
def test_exit_codes_tell_the_outcome(outcomes: list[str], code: int, monkeypatch: Any, tmp_path: Path) -> None:
    context = SimpleNamespace(task=with_examples(""))
    monkeypatch.setattr(gate, "open_task", lambda *args: context)
    monkeypatch.setattr("classward.flows.gate.judge_version", lambda *args, **more: judged(*outcomes))
    ran = CliRunner().invoke(gate.command, ["2", "--junit", str(tmp_path / "gate.xml")])
    assert ran.exit_code == code, ran.output
    assert "left out: safety examples" in ran.output
    assert len(Xml.parse(tmp_path / "gate.xml").getroot().findall(".//testcase")) == len(outcomes)


def with_examples(name: str) -> Task:
    text = f'[task]\nname = "desk"\nlabel = "team"\n[data]\ntrain = "t.csv"\n[features]\ntext = "text"\n[gate]\n{name}'
    return parse(text, path="classward.toml")


def test_examples_lie_beside_the_task_file(tmp_path: Path) -> None:
    file = tmp_path / "classward.toml"
    assert wiring.load_safety(file, with_examples("")) is None
    task = with_examples('examples = "safety.toml"')
    with pytest.raises(TaskFileError, match="CW874"):
        wiring.load_safety(file, task)
    (tmp_path / "safety.toml").write_text(
        '[[must_pass]]\nname = "a"\nrow = { text = "x" }\nclass = "b"\n', encoding="utf-8"
    )
    found = wiring.load_safety(file, task)
    assert found is not None
    assert [(e.kind, e.row, e.class_name) for e in found] == [("must-pass", '{"text":"x"}', "b")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("[[must_pass]", "CW875"),
        ('[[must-pass]]\nname = "a"', "CW102"),
        ('[[must_pass]]\nname = "a"\nrow = { x = 1 }', "CW103"),
        ('[[directional]]\nname = "a"\nrow = { x = 1 }\nchange = { x = 2 }\nclass = "b"\ndirection = "left"', "CW103"),
        ('[[forbidden]]\nname = "a"\nrow = { x = 1 }\nclass = "b"\n' * 2, "CW875"),
    ],
)
def test_a_wrong_file_of_examples_is_refused(text: str, code: str) -> None:
    with pytest.raises(TaskFileError, match=code):
        parse_safety(text, path="safety.toml")


def test_slices_must_be_columns() -> None:
    with pytest.raises(TaskFileError, match="CW105"):
        with_examples('slices = ["country"]')
