"""The manual is tested: what the code has, the docs have."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import classward
from classward.cli.main import COMMANDS
from classward.domain import EVENT_KINDS
from classward.settings import Settings

SOURCE = Path(classward.__file__).parent
DOCS = Path(__file__).resolve().parents[2] / "docs"
CODES = sorted(
    {c for p in SOURCE.rglob("*.py") for c in re.findall(r'"(CW\d{3})"', p.read_text(encoding="utf-8"))} - {"CW000"}
)


def test_codes_were_found() -> None:
    assert len(CODES) > 30


@pytest.mark.parametrize("code", CODES)
def test_every_error_code_has_its_entry(code: str) -> None:
    text = "\n".join(p.read_text(encoding="utf-8") for p in (DOCS / "errors").glob("*.md"))
    assert re.search(rf"^## {code}\b", text, re.MULTILINE), f"{code} is not explained in docs/errors/"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command: str) -> None:
    assert f"classward {command}" in (DOCS / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("field", [f.name for f in dataclasses.fields(Settings)])
def test_every_setting_is_documented(field: str) -> None:
    assert f"CLASSWARD_{field.upper()}" in (DOCS / "settings.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", EVENT_KINDS)
def test_every_event_kind_is_documented(kind: str) -> None:
    assert f"`{kind}`" in (DOCS / "journal.md").read_text(encoding="utf-8")
