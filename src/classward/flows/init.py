"""Look at a table and write the first task file, saying what was inferred and why."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain import DataSource
from classward.lifecycle.data import Inference, looks
from classward.ports import TableSource
from classward.taskfile import render

__all__ = ["Asked", "Begun", "init"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user said; everything else is inferred."""

    label: str
    name: str | None = None
    id_column: str | None = None
    time_column: str | None = None
    group_column: str | None = None
    critical: tuple[str, ...] = ()
    sensitive: tuple[str, ...] = ()
    owner: str = ""
    insist: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """The task file's text and what the table looks like."""

    text: str
    looks: Inference


def init(tables: TableSource, source: DataSource, test: DataSource | None, asked: Asked, *, name: str) -> Begun:
    """Read the table, infer its columns, and write a task file for it; nothing is stored.

    Raises
    ------
    NotMulticlass
        If the label is not one out of three or more classes; each reason comes with its fix.
    """
    found = looks(
        tables.read(source), label=asked.label, id_column=asked.id_column, time_column=asked.time_column,
        group_column=asked.group_column, name=asked.name or name, source=source, insist=asked.insist,
    )  # fmt: skip
    text = render(found, test=test, critical=asked.critical, sensitive=asked.sensitive, owner=asked.owner)
    return Begun(text=text, looks=found)
