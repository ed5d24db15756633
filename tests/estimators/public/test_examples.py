"""Examples of public estimators, and of their page in the manual, run."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import pytest

MODULES = ("boosted_trees", "calibrated", "forest", "kernel", "linear", "linear_text", "network")
PAGE = Path(__file__).resolve().parents[3] / "docs" / "estimators.md"


@pytest.mark.parametrize("name", [*(f"classward.estimators.public.{m}" for m in MODULES), "classward.api.featuriser"])
def test_examples_of_docstrings(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted
    assert result.failed == 0


def test_examples_of_the_page() -> None:
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        exec(block, {})  # the page is ours
