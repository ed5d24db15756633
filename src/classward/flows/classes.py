"""Rename, merge, split and add classes: one recorded change, by which everything stored goes on being readable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from classward.domain import ClassMigration, EventDraft, LabelSpace, Taxonomy, to_plain
from classward.errors import UsageError
from classward.flows.alert_log import alerts_of
from classward.flows.context import Context, draft
from classward.flows.label_space import last_label_space
from classward.flows.versions import newest, registry_state
from classward.lifecycle.label import checked_migration, migrated_space

__all__ = ["ClassesNow", "change_classes", "classes_now"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassesNow:
    """The classes of today and how they came about.

    ``lost`` are classes of the live version that were split since: it goes on answering with them until it is replaced,
    and those answers count nowhere. ``waiting`` are classes that exist by a migration and that no version was trained on.
    """

    label_space: LabelSpace
    taxonomy: Taxonomy
    live_version: int | None
    lost: tuple[str, ...]
    waiting: tuple[str, ...]


def classes_now(ctx: Context) -> ClassesNow:
    """The classes of today.

    Raises
    ------
    Refused
        CW802 before the first training: classes are declared by the rows that are trained on.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    space = last_label_space(ctx)
    if space is None:
        newest(state)
        raise AssertionError("a version has a label space")
    live = state.live
    known = dict(state.label_spaces)
    names = dict.fromkeys((*space.names, *state.taxonomy.names))
    trained = {
        state.taxonomy.current(name) for version in state.versions for name in known.get(version.label_space_hash, ())
    }
    return ClassesNow(
        label_space=space, taxonomy=state.taxonomy, live_version=live.version if live else None,
        lost=state.lost_classes(live.version) if live else (),
        waiting=tuple(n for n in names if state.taxonomy.current(n) == n and n not in trained),
    )  # fmt: skip


def change_classes(
    ctx: Context, kind: str, *, old: tuple[str, ...] = (), new: tuple[str, ...], because: str
) -> ClassMigration:
    """Record that classes ``old`` are classes ``new`` from now on.

    Nothing stored is changed: labels and answers of before are read through the change. Versions go on answering in the
    names they were trained with until another one is deployed.

    Raises
    ------
    UsageError
        CW901 without a reason; CW114 for a change that is none.
    UnknownClass
        CW301 for an old class that does not exist.
    Refused
        CW802 before the first training; CW111, CW112, CW113 where names could not be told apart afterwards or too few
        classes would be left.
    """
    if not because.strip():
        raise UsageError(
            "CW901", "a change of classes needs a reason", got="no --because",
            why="who reads a figure later must know why the classes are others", fix='add --because "…"',
        )  # fmt: skip
    head = ctx.journal.head()
    now = classes_now(ctx)
    asked = ClassMigration(kind=kind, old=old, new=new, at=ctx.clock.now(), actor=ctx.actor, why=because)
    migration = checked_migration(asked, now.label_space, now.taxonomy)
    space = migrated_space(now.label_space, migration, now.taxonomy.then(migration))
    changed = {"kind": kind, "old": migration.old, "new": migration.new}
    declared = {"label_space": to_plain(space), "hash": space.hash}
    ctx.journal.append(
        draft(ctx, "classes_changed", changed, why=because), draft(ctx, "label_space_declared", declared, why=because),
        *_ended_alerts(ctx, migration, now.taxonomy.then(migration)), expected=head,
    )  # fmt: skip
    return migration


def _ended_alerts(ctx: Context, migration: ClassMigration, taxonomy: Taxonomy) -> Iterator[EventDraft]:
    """Alerts about classes that are no more end with them: no label could ever resolve them."""
    for alert in alerts_of(ctx):
        name = alert.class_name
        if alert.state != "resolved" and name in migration.old and not taxonomy.is_same_class(name):
            why = f"the class is no more: {migration.title}"
            yield draft(ctx, "alert_resolved", {"id": alert.id, "evidence": None}, why=why)
