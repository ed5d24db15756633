"""Look at a table and write the first task file, saying what was inferred and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from classward.domain import DataSource, InputSchema
from classward.errors import DataError
from classward.flows.images import with_images
from classward.lifecycle.data import Inference, LeftOut, looks
from classward.ports import TableSource
from classward.taskfile import render

__all__ = ["Asked", "Begun", "init"]

_N_LOOKED_AT = 50


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
    table = tables.read(source)
    found = looks(
        table, label=asked.label, id_column=asked.id_column, time_column=asked.time_column,
        group_column=asked.group_column, name=asked.name or name, source=source, insist=asked.insist,
    )  # fmt: skip
    found = _with_images_there(found, table, tables, source)
    text = render(found, test=test, critical=asked.critical, sensitive=asked.sensitive, owner=asked.owner)
    return Begun(text=text, looks=found)


def _with_images_there(found: Inference, table: pl.DataFrame, tables: TableSource, source: DataSource) -> Inference:
    """Keep image columns whose images can be read; leave others out with the reason."""
    kept, left_out = [], list(found.left_out)
    for item in found.features:
        name = item.feature.name
        if item.feature.kind != "image":
            kept.append(item)
            continue
        sample = table.filter(pl.col(name).is_not_null()).select(name).head(_N_LOOKED_AT)
        _, bad = with_images(
            sample, InputSchema(features=(item.feature,)), lambda names: tables.attached(source, names)
        )
        if 2 * len(bad) > sample.height:
            reason = f"{item.reason}, but {len(bad)} of the first {sample.height} cannot be read: {bad[0].problem}"
            left_out.append(LeftOut(column=name, reason=reason))
        else:
            note = f"{item.reason}; {len(bad)} of the first {sample.height} cannot be read" if bad else item.reason
            kept.append(replace(item, reason=note))
    if not kept:
        raise DataError(
            "CW217", "no column can be learned from", got="; ".join(f"{o.column}: {o.reason}" for o in left_out[:10]),
            why="a classifier needs at least one column that is known before the label",
            fix="correct the paths of the images: they are looked up beside the table",
        )  # fmt: skip
    return replace(found, features=tuple(kept), left_out=tuple(left_out))
