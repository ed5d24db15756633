"""Prometheus's own tools judge the files: valid, silent while all is well, loud while all is wrong, silent after."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from classward import wiring
from classward.backends.prometheus.rules import burn_alerts, left_out, rule_file
from classward.backends.prometheus.yaml_text import yaml_text
from classward.domain import SLO, DataSource, Task
from classward.errors import UsageError
from classward.flows.export_watching import write_exported

NAMES = ("classward.rules.yml", "classward.rules_test.yml", "prometheus.yml", "alertmanager.yml")
PROMISES = (
    SLO(indicator="recall", class_name='say "no"\\', target=0.8),
    SLO(indicator="recall", class_name="überfällig", target=0.95),
    SLO(indicator="precision", class_name="refund", target=0.9),
    SLO(indicator="latency_p95_ms", class_name=None, target=120.0),
    SLO(indicator="availability", class_name=None, target=0.999),
)
TASK = Task(
    name="desk", label="team", features=(), train=DataSource(location="x.csv"), owner="me", slos=PROMISES, window_days=7
)


def tool(name: str, *args: str) -> str:
    if shutil.which(name) is None and not os.environ.get("CI"):
        pytest.skip(f"{name} is not installed: make monitors")
    done = subprocess.run([name, *args], capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_exported(wiring.watching_files("prometheus", TASK, server="127.0.0.1:8400"), tmp_path)
    return tmp_path


def test_prometheus_and_alertmanager_take_the_files(folder: Path) -> None:
    assert sorted(p.name for p in folder.iterdir()) == sorted(NAMES)
    assert "SUCCESS" in tool("promtool", "check", "rules", str(folder / NAMES[0]))
    tool("promtool", "check", "config", str(folder / NAMES[2]))
    assert "SUCCESS" in tool("amtool", "check-config", str(folder / NAMES[3]))


@pytest.mark.slow
def test_rules_are_quiet_while_all_is_well_and_loud_while_all_is_wrong(folder: Path) -> None:
    assert "SUCCESS" in tool("promtool", "test", "rules", str(folder / NAMES[1]))
    text = (folder / NAMES[1]).read_text(encoding="utf-8")
    assert [text.count(f'alertname: "{name}"') for name in ("ClasswardBudgetBurns", "ClasswardDown")] == [4, 4]
    assert text.count("exp_labels:") > 4 * len(PROMISES) // 2


@pytest.mark.slow
def test_the_test_finds_a_rule_that_does_not_fire_any_more(folder: Path) -> None:
    rules = folder / NAMES[0]
    text = rules.read_text(encoding="utf-8")
    damaged = re.sub(r"(burn_low:ratio_1d\{.*\}) > ", r"\1 > 1e9 + ", text)
    assert damaged != text
    rules.write_text(damaged, encoding="utf-8")
    with pytest.raises(AssertionError, match="ClasswardBudgetBurns"):
        tool("promtool", "test", "rules", str(folder / NAMES[1]))


def test_a_rule_that_could_never_fire_is_not_written_and_the_file_says_why() -> None:
    task = replace(TASK, window_days=28, slos=(SLO(indicator="recall", class_name="refund", target=0.6),))
    (said,) = left_out(task)
    assert "cannot burn faster than 2.5" in said
    assert [dict(r.labels)["rule"] for r in burn_alerts(task.slos[0], task)] == [
        "twice the promised errors within six hours"
    ]
    made = wiring.watching_files("prometheus", task, server="h:1")
    assert made.left_out == (said,)
    rules = next(f for f in made.files if f.name == NAMES[0])
    assert f"# {said}" in rules.text
    assert "a fifth of the budget in a day" not in rules.text.replace(said, "")


def test_requests_page_and_classes_open_tickets() -> None:
    severities = {
        (slo.indicator, dict(rule.labels)["window"], dict(rule.labels)["severity"])
        for slo in PROMISES for rule in burn_alerts(slo, TASK)
    }  # fmt: skip
    assert ("availability", "1h", "page") in severities
    assert ("availability", "1d", "ticket") in severities
    assert {s for i, _, s in severities if i in ("recall", "precision")} == {"ticket"}


def test_a_task_without_promises_has_rules_about_the_rest() -> None:
    groups = rule_file(replace(TASK, slos=()))["groups"]
    assert isinstance(groups, list)
    assert [g["name"] for g in groups] == ["classward desk: the rest"]


def test_what_was_changed_by_hand_is_not_replaced(folder: Path) -> None:
    made = wiring.watching_files("prometheus", TASK, server="127.0.0.1:8400")
    write_exported(made, folder)
    (folder / NAMES[3]).write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError, match="CW445") as failed:
        write_exported(made, folder)
    assert "alertmanager.yml" in str(failed.value)
    assert (folder / NAMES[3]).read_text(encoding="utf-8") == "mine"
    with pytest.raises(UsageError, match="CW445"):
        write_exported(made, folder / NAMES[3])


def test_text_is_yaml_that_says_the_same() -> None:
    value = {"a": [1, {"b": 'x: "y"', "c": "- two\nlines"}], "none": [], "t": True}
    assert yaml_text(value, comments=("why\nso",)).splitlines() == [
        "# why so", "a:", "  - 1", '  - b: "x: \\"y\\""', "    c: |-", "      - two", "      lines", "none: []", "t: true",
    ]  # fmt: skip


def test_the_dashboard_has_a_line_for_each_promise_and_panels_that_do_not_overlap() -> None:
    (file,) = wiring.watching_files("grafana", TASK, server="").files
    board = json.loads(file.text)
    burns = next(p for p in board["panels"] if p["title"].startswith("Burn rate"))
    assert len(burns["targets"]) == len(PROMISES)
    taken = [
        (x, y)
        for at in (p["gridPos"] for p in board["panels"])
        for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])
    ]  # fmt: skip
    assert len(taken) == len(set(taken))
    assert max(x for x, _ in taken) == 23
