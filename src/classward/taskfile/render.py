"""What a first look found → a commented task file that fits on a screen."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from classward.domain import DataSource, Feature
from classward.errors import UnknownClass, nearest
from classward.taskfile.toml_text import array, key, quoted

if TYPE_CHECKING:
    from classward.lifecycle.data import Inference

__all__ = ["render"]

_WIDTH = 100
_MOST_FEATURES_ALIGNED = 24


def render(
    found: Inference,
    *,
    test: DataSource | None = None,
    critical: Sequence[str] = (),
    sensitive: Sequence[str] = (),
    owner: str = "",
) -> str:
    """Write a task file that reads back to what was found; only what differs from a default, and what to look at.

    Raises
    ------
    UnknownClass
        CW301 if a flagged class has no row.
    """
    _check_flags(found, (*critical, *sensitive))
    parts = [
        "# Written by 'classward init'. Every key and its default: classward config defaults",
        *_task(found, owner),
        "",
        *_data(found, test),
        "",
        *_features(found),
        "",
        *_classes(found, critical, sensitive),
        "",
        *_slo(critical),
    ]
    return "\n".join(parts) + "\n"


def _task(found: Inference, owner: str) -> list[str]:
    pairs = [("name", found.name), ("label", found.label)]
    roles = (("id", found.id_column), ("time", found.time_column), ("group", found.group_column))
    said = {"time": "splits are by time", "group": "splits keep each value in one fold", "id": ""}
    lines = ["[task]", *(f"{name} = {quoted(value)}" for name, value in pairs)]
    for role, column in roles:
        if column is not None:
            lines.append(f"{role} = {quoted(column)}" + (f"  # {said[role]}" if said[role] else ""))
    if found.suggested_group is not None:
        lines.append(f"# group = {quoted(found.suggested_group)}  # keeps all rows of one entity in one fold")
    lines.append(f"owner = {quoted(owner)}" if owner else '# owner = "team@example.org"')
    return lines


def _data(found: Inference, test: DataSource | None) -> list[str]:
    lines = ["[data]", f"train = {quoted(found.source.location)}  # {found.n_rows:,} rows"]
    if found.source.query:
        lines.append(f"query = {quoted(found.source.query)}")
    if test is not None:
        lines.append(f"test = {quoted(test.location)}  # sealed: read once per version")
    return lines


def _features(found: Inference) -> list[str]:
    width = max(len(key(f.feature.name)) for f in found.features)
    width = width if width <= _MOST_FEATURES_ALIGNED else 0
    lines = ["[features]"]
    for item in found.features:
        line = f"{key(item.feature.name):<{width}} = {_kind(item.feature)}"
        lines.append(line if len(found.features) > _MOST_FEATURES_ALIGNED else f"{line}  # {item.reason}")
    left_out = [f"{quoted(item.column)} ({item.reason})" for item in found.left_out]
    return [*lines, *_comment("left out: ", left_out)]


def _kind(feature: Feature) -> str:
    if feature.length:
        return f"{{ kind = {quoted(feature.kind)}, length = {feature.length} }}"
    return quoted(feature.kind)


def _classes(found: Inference, critical: Sequence[str], sensitive: Sequence[str]) -> list[str]:
    names = [name for name, _ in found.class_counts]
    shown = [f"{quoted(name)} {n:,}" for name, n in found.class_counts[:8]]
    more = [f"and {len(names) - 8:,} more"] if len(names) > 8 else []
    suspected = {s.rare for s in found.typo_suspects}
    example = quoted(next(name for name in reversed(names) if name not in suspected))
    lines = ["[classes]"]
    lines += _comment("rows per class: ", [*shown, *more])
    suspects = [f"{quoted(s.rare)} looks like {quoted(s.near)}" for s in found.typo_suspects[:5]]
    lines += _comment("mistyped? ", suspects)
    lines.append(f"critical = {array(critical)}" if critical else f"# critical = [{example}]  # recall is promised")
    lines.append(
        f"sensitive = {array(sensitive)}" if sensitive else f"# sensitive = [{example}]  # precision is promised"
    )
    return lines


def _slo(critical: Sequence[str]) -> list[str]:
    lines = ["[slo]", 'window = "7d"']
    if critical:
        lines.append(f"# recall.{key(critical[0])} = 0.80  # the default for critical classes")
    return [*lines, "# latency_p95_ms = 200"]


def _comment(title: str, items: Iterable[str]) -> list[str]:
    text = ", ".join(items)
    if not text:
        return []
    return textwrap.wrap(
        title + text, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_long_words=False,
        break_on_hyphens=False,
    )  # fmt: skip


def _check_flags(found: Inference, flagged: Sequence[str]) -> None:
    names = [name for name, _ in found.class_counts]
    for name in flagged:
        if name not in names:
            raise UnknownClass(
                "CW301",
                f"no row has the class {name!r}{nearest(name, names)}",
                got=repr(name),
                why=f"column {found.label!r} has {len(names)} classes: {', '.join(names[:12])}"
                f"{' …' if len(names) > 12 else ''}",
                fix="correct the name",
            )
