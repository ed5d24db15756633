"""Label spaces as the journal declared them; old answers stay readable by the space they were given in."""

from __future__ import annotations

import json
from collections.abc import Iterator

from classward.domain import ClassDef, LabelSpace
from classward.flows.context import Context
from classward.flows.versions import newest, registry_state

__all__ = ["find_label_space", "known_classes", "last_label_space"]


def last_label_space(ctx: Context) -> LabelSpace | None:
    """The space declared last, or ``None`` before the first training."""
    spaces = [space for _, space in _declared(ctx)]
    return spaces[-1] if spaces else None


def find_label_space(ctx: Context, label_space_hash: str) -> LabelSpace | None:
    """The space with a hash, or ``None`` if it was never declared."""
    return next((space for digest, space in _declared(ctx) if digest == label_space_hash), None)


def known_classes(ctx: Context) -> LabelSpace:
    """Every class that was ever declared: what a label may name, since answers of old versions get labels too.

    Raises
    ------
    Refused
        CW802 before the first training.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    if not state.known_classes:
        newest(state)
    return LabelSpace.of(state.known_classes)


def _declared(ctx: Context) -> Iterator[tuple[str, LabelSpace]]:
    for event in ctx.journal.events(task=ctx.task.name, kind="label_space_declared"):
        payload = json.loads(event.payload)
        plain = payload["label_space"]
        lists = ("examples", "counterexamples")
        classes = tuple(ClassDef(**(c | {name: tuple(c.get(name, ())) for name in lists})) for c in plain["classes"])
        yield payload["hash"], LabelSpace(classes=classes, version=plain["version"], is_ordered=plain["is_ordered"])
