from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from classward.flows.names_on_demand import on_demand

ROOMS = ("domain", "statistics", "inference", "ports", "lifecycle.predict")


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_give_the_same_names_one_by_one(room: str) -> None:
    module = importlib.import_module(f"classward.{room}")
    text = Path(module.__file__).read_text(encoding="utf-8")
    made = on_demand(text)
    assert "_WHERE" in made
    space: dict[str, object] = {"__name__": module.__name__}
    exec(compile(made, "made", "exec"), space)
    assert space["__doc__"] == module.__doc__
    assert space["__all__"] == list(module.__all__)
    for name in module.__all__:
        assert space["__getattr__"](name) is getattr(module, name)
        assert space[name] is getattr(module, name)
    with pytest.raises(AttributeError, match="has no attribute 'nope'"):
        space["__getattr__"]("nope")


@pytest.mark.parametrize(
    "text",
    [
        "import os",
        "from a.b import c as d\n__all__ = ['d']",
        "from a.b import c\n__all__ = ['c', 'd']",
        "from a.b import c",
        "from .b import c\n__all__ = ['c']",
        "from a.b import c\nx = 1\n__all__ = ['c']",
    ],
)
def test_other_texts_come_back_as_they_are(text: str) -> None:
    assert on_demand(text) == text
