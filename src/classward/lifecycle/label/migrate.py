"""May classes be renamed, merged, split or added as asked, and what are the classes then."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from classward.domain import ABSTAINED, ClassDef, ClassMigration, LabelSpace, Taxonomy
from classward.errors import Refused, UsageError

__all__ = ["checked_migration", "migrated_space"]


def checked_migration(asked: ClassMigration, space: LabelSpace, taxonomy: Taxonomy) -> ClassMigration:
    """Let a change of classes pass if every label and answer can be read afterwards, or say why not.

    Parameters
    ----------
    asked : ClassMigration
        What somebody wants; a merge into a class that goes on need not list that class among the old ones.
    space : LabelSpace
        The classes of today.
    taxonomy : Taxonomy
        What happened before.

    Returns
    -------
    migration : ClassMigration
        As it is to be recorded.

    Raises
    ------
    UnknownClass
        CW301 for an old class that does not exist.
    UsageError
        CW114 for a change that is none: one class merged, split or named twice, a class split into itself.
    Refused
        CW111 if a new name belongs to another class; CW112 if labels under it are read as another class; CW113 if fewer
        than three classes would be left.
    """
    for name in asked.old:
        space.index(name)
    old = asked.old
    if asked.kind == "merge" and asked.new[0] in space and asked.new[0] not in old:
        old = (*old, asked.new[0])
    fault = _fault(asked.kind, old, asked.new)
    if fault:
        raise UsageError("CW114", "this changes no classes", got=fault, fix="see 'classward classes --help'")
    for name in asked.new:
        if name in space and name not in old:
            raise Refused(
                "CW111", f"there is a class {name!r} already", got=asked.title,
                why="two classes under one name could not be told apart afterwards",
                fix=f"choose another name, or take them together: classward classes merge … --into {name!r}",
            )  # fmt: skip
        is_given_up = name in taxonomy.names and name not in space
        if is_given_up and (asked.kind == "split" or taxonomy.current(name) not in old):
            raise Refused(
                "CW112", f"the name {name!r} was given up and cannot mean something else", got=taxonomy.told(name),
                why="labels and answers written under it would be read as another class than they were given for",
                fix="choose a name that was never used",
            )  # fmt: skip
    n_left = len(space) - len(old) + len(asked.new)
    if n_left < 3:
        raise Refused(
            "CW113", "too few classes would be left", got=f"{n_left} of {len(space)}",
            why="per-class promises are made for one label out of three or more", fix="keep at least three classes",
        )  # fmt: skip
    return replace(asked, old=old)


def migrated_space(space: LabelSpace, migration: ClassMigration, taxonomy: Taxonomy) -> LabelSpace:
    """The classes after a migration, as the next version of the label space.

    Classes that were split off or added have no flags yet: what is promised for them stands in the task file. They are
    ordered by name unless the classes have an order of their own; then new ones come where the split one was, or last.

    Parameters
    ----------
    taxonomy : Taxonomy
        With ``migration`` as its last one.
    """
    read, _ = taxonomy.read_space(space)
    made = [
        ClassDef(id=taxonomy.class_id(name), name=name, effective_from=taxonomy.since(name))
        for name in (migration.new if migration.kind in {"split", "add"} else ())
    ]
    kept = list(read.classes)
    at = len(kept)
    if migration.kind == "split":
        at = next(i for i, c in enumerate(kept) if c.name == migration.old[0])
        del kept[at]
    classes: Iterable[ClassDef] = (*kept[:at], *made, *kept[at:])
    if not space.is_ordered:
        classes = sorted(classes, key=lambda c: c.name)
    return LabelSpace(classes=tuple(classes), version=space.version + 1, is_ordered=space.is_ordered)


def _fault(kind: str, old: tuple[str, ...], new: tuple[str, ...]) -> str:
    if len(set(old)) != len(old) or len(set(new)) != len(new):
        return "a class is named twice"
    if kind == "merge" and len(old) < 2:
        return "one class alone"
    if kind == "split" and len(new) < 2:
        return "a class that is split becomes two or more"
    if kind in {"split", "rename"} and old[0] in new:
        return f"{old[0]!r} is on both sides"
    if any(not name.strip() or not name.isprintable() or name == ABSTAINED for name in new):
        return f"a class name is printable text other than {ABSTAINED!r}"
    return ""
