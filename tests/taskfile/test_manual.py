"""The task file's page, schema and defaults say the same as the code."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from classward.taskfile import defaults, json_schema, parse

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "task-file.md").read_text(encoding="utf-8")
KEYS = [key for key, _, _ in defaults()]


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_documented(key: str) -> None:
    assert f"| `{key}` |" in PAGE


def test_nothing_else_is_documented() -> None:
    assert set(re.findall(r"^\| `([^`]+)` \|", PAGE, re.MULTILINE)) == set(KEYS)


def test_documented_numbers_are_the_defaults() -> None:
    said = dict(re.findall(r"^\| `([^`]+)` \| ([^|]+) \|", PAGE, re.MULTILINE))
    for key, default, _ in defaults():
        if isinstance(default, bool):
            assert said[key] == str(default).lower()
        elif isinstance(default, int | float):
            assert float(said[key]) == default, key
        elif key in {"slo.window", "labels.wait"}:
            assert said[key] == f'"{default}"'


def test_the_example_is_read() -> None:
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    task = parse(example[1], path="classward.toml")
    assert {(s.indicator, s.class_name): s.target for s in task.slos if s.class_name} == {
        ("recall", "security"): 0.85,
        ("recall", "outage"): 0.80,
        ("precision", "legal"): 0.80,
        ("precision", "legal v1.0"): 0.9,
    }


def test_every_default_has_its_reason() -> None:
    assert len(set(KEYS)) == len(KEYS) > 25
    assert all(reason for _, _, reason in defaults())


def test_the_schema_describes_every_key_and_refuses_unknown_ones() -> None:
    schema = json_schema()
    for part in schema["$defs"].values():
        assert part["additionalProperties"] is False
        for key, said in part["properties"].items():
            assert said.get("description"), key
    seen = {key for part in schema["$defs"].values() for key in part["properties"]}
    assert {key.split(".")[1].split("<")[0] for key in KEYS if "<" not in key} <= seen


def test_defaults_written_out_change_nothing() -> None:
    lines: dict[str, list[str]] = {}
    for key, default, _ in defaults():
        if "<" not in key and default not in ("(required)", "(none)"):
            part, name = key.split(".")
            value = str(default).lower() if isinstance(default, bool) else repr(default)
            lines.setdefault(part, []).append(f"{name} = {value}")
    needed = {"task": ["name = 't'", "label = 'y'"], "data": ["train = 't.csv'"], "features": ["x = 'text'"]}
    whole = {part: needed.get(part, []) + lines.get(part, []) for part in {**needed, **lines}}

    def text(parts: dict[str, list[str]]) -> str:
        return "\n".join(line for part, said in parts.items() for line in (f"[{part}]", *said))

    assert tomllib.loads(text(whole))["slo"]["availability"] == 0.999
    short, full = parse(text(needed), path="t"), parse(text(whole), path="t")
    assert [(s.indicator, s.target) for s in short.slos] == [(s.indicator, s.target) for s in full.slos]
    for name in ("window_days", "label_wait_days", "test_share", "calibration_share", "min_per_class", "seed", "owner"):
        assert getattr(short, name) == getattr(full, name)
