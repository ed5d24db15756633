"""What a first look found, in lines for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from classward.domain import FEATURE_KINDS
from classward.lifecycle.data.found import Inference, TypoSuspect

__all__ = ["describe"]

_WIDTH = 100
_INDENT = 2 + 12
_MOST_SUSPECTS = 3


def describe(found: Inference) -> list[str]:
    """Say what was inferred, what was left out, and why; lines of at most 100 columns where names allow it."""
    size = f"{found.source.location}: {found.n_rows:,} rows, {found.n_columns} columns"
    lines = [size + (f", {found.starts_at} to {found.ends_at}" if found.starts_at else "")]
    lines += _block("label", [_label(found)])
    if found.id_column:
        lines += _block("id", [f"{found.id_column}"])
    if found.time_column:
        lines += _block("time", [f"{found.time_column}    splits will be by time"])
    if found.group_column:
        lines += _block("group", [f"{found.group_column}    splits keep each value in one fold"])
    for kind in FEATURE_KINDS:
        names = [f.feature.name for f in found.features if f.feature.kind == kind]
        if names:
            lines += _block(kind, names)
    if found.left_out:
        lines += _block("left out", [f"{item.column} ({item.reason})" for item in found.left_out])
    for note in found.notes:
        lines += textwrap.wrap(
            note, _WIDTH, initial_indent=f"  {'note':<{_INDENT - 2}}", subsequent_indent=" " * _INDENT,
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return lines


def _label(found: Inference) -> str:
    suspects = {s.rare for s in found.typo_suspects}
    smallest = min(
        ((name, n) for name, n in found.class_counts if name not in suspects),
        key=lambda pair: pair[1],
        default=found.class_counts[-1],
    )
    parts = [f'{len(found.class_counts)} classes; smallest "{smallest[0]}" {smallest[1]:,} rows']
    parts += [_suspect(s) for s in found.typo_suspects[:_MOST_SUSPECTS]]
    if len(found.typo_suspects) > _MOST_SUSPECTS:
        parts.append(f"{len(found.typo_suspects) - _MOST_SUSPECTS} more names look mistyped")
    return f"{found.label}    " + "; ".join(parts)


def _suspect(suspect: TypoSuspect) -> str:
    return f'"{suspect.rare}" ({suspect.n_rare:,} rows) looks like "{suspect.near}": typo?'


def _block(title: str, items: Iterable[str]) -> Iterator[str]:
    """One titled list, wrapped between items."""
    line = f"  {title:<{_INDENT - 2}}"
    is_empty = True
    for item in items:
        if not is_empty and len(line) + len(item) + 3 > _WIDTH:
            yield line + ","
            line, is_empty = " " * _INDENT, True
        line += item if is_empty else f", {item}"
        is_empty = False
    yield line
