"""Nouns are frozen, slotted, keyword-only and hold nothing that can change."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import typing

import pytest

import classward.domain

MODULES = [
    importlib.import_module(f"classward.domain.{m.name}") for m in pkgutil.iter_modules(classward.domain.__path__)
]
NOUNS = [
    value
    for module in MODULES
    for value in vars(module).values()
    if dataclasses.is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__
]


def test_there_are_nouns() -> None:
    assert len(NOUNS) > 25


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: n.__name__)
def test_noun_is_frozen_slotted_and_keyword_only(noun: type) -> None:
    params = noun.__dataclass_params__  # type: ignore[attr-defined]
    assert params.frozen
    assert "__slots__" in vars(noun)
    assert all(f.kw_only for f in dataclasses.fields(noun) if f.init)


@pytest.mark.parametrize("noun", NOUNS, ids=lambda n: n.__name__)
def test_noun_holds_nothing_mutable(noun: type) -> None:
    hints = typing.get_type_hints(noun)
    public = [f for f in dataclasses.fields(noun) if not f.name.startswith("_")]
    for field in public:
        assert not _mutable(hints[field.name]), f"{noun.__name__}.{field.name} can change"


def _mutable(hint: object) -> bool:
    origin = typing.get_origin(hint) or hint
    if origin in {list, dict, set, bytearray}:
        return True
    return any(_mutable(arg) for arg in typing.get_args(hint))
