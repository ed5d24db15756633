"""Classes that were renamed, merged, split or added: which class a name stands for now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from classward.domain.label_space import ClassDef, LabelSpace

__all__ = ["MIGRATION_KINDS", "ClassMigration", "Taxonomy"]

MIGRATION_KINDS = ("rename", "merge", "split", "add")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassMigration:
    """One recorded change of the classes: classes ``old`` became classes ``new``; when, by whom and why.

    ``rename`` and ``merge`` have one new class, ``split`` one old class and two or more new ones, ``add`` no old class. A
    merge into a class that goes on lists that class among the old ones as well.
    """

    kind: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    at: datetime
    actor: str
    why: str

    @property
    def title(self) -> str:
        """The change in words."""
        old, new = (", ".join(map(repr, names)) for names in (self.old, self.new))
        return {
            "rename": f"{old} is called {new}",
            "merge": f"{old} are one class {new}",
            "split": f"{old} is split into {new}",
            "add": f"{new} is new",
        }[self.kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taxonomy:
    """All migrations in order, and what every name means after them.

    A name means one thing for ever: names that were given up are taken again only for the class that their labels went
    to. So a label or an answer is read the same way whether it was written before a migration or after it.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> told = dict(at=datetime(2026, 3, 2, tzinfo=UTC), actor="ana", why="new wording")
    >>> names = Taxonomy(migrations=(
    ...     ClassMigration(kind="rename", old=("bill",), new=("billing",), **told),
    ...     ClassMigration(kind="split", old=("other",), new=("spam", "praise"), **told),
    ... ))
    >>> names.current("bill"), names.current("billing"), names.current("other"), names.current("security")
    ('billing', 'billing', None, 'security')
    """

    migrations: tuple[ClassMigration, ...] = ()
    _current: dict[str, str | None] = field(init=False, repr=False, compare=False)
    _id: dict[str, str] = field(init=False, repr=False, compare=False)
    _since: dict[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        current: dict[str, str | None] = {}
        ids: dict[str, str] = {}
        since: dict[str, str] = {}
        for one in self.migrations:
            _apply(one, current, ids, since)
        object.__setattr__(self, "_current", current)
        object.__setattr__(self, "_id", ids)
        object.__setattr__(self, "_since", since)

    def then(self, migration: ClassMigration) -> Taxonomy:
        """The taxonomy after one more migration."""
        return Taxonomy(migrations=(*self.migrations, migration))

    def current(self, name: str) -> str | None:
        """What a class is called now; ``None`` if it was split, so that only a person can say which class is meant.

        A name that no migration touched stands for itself.
        """
        return self._current.get(name, name)

    @property
    def changed(self) -> dict[str, str | None]:
        """Every name that is read as something else: as which class, or ``None`` for what needs relabelling."""
        return {name: now for name, now in self._current.items() if now != name}

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that a migration touched, given up or in use."""
        return tuple(self._current)

    def class_id(self, name: str) -> str:
        """The id of the class that has, or last had, a name: the first name of the class."""
        return self._id.get(name, name)

    def since(self, name: str) -> str:
        """The day (ISO) on which a class of that name was made by a migration; empty for others."""
        return self._since.get(name, "")

    def is_same_class(self, name: str) -> bool:
        """Whether what a name stands for is the same class as before, if under another name (not a merged or split one)."""
        now = self.current(name)
        return now is not None and self.class_id(now) == self.class_id(name)

    def unreadable(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some classes that were split and have no successor."""
        return tuple(name for name in names if self.current(name) is None)

    def told(self, name: str) -> str:
        """How a name is read, in words; empty where it stands for itself."""
        now = self.current(name)
        if now == name:
            return ""
        if now is not None:
            return f"{name!r} is now {now!r}"
        split = next((m for m in reversed(self.migrations) if m.kind == "split" and self._leads(name, m.old[0])), None)
        into = ", ".join(map(repr, split.new)) if split else ""
        return f"{name!r} was split into {into}: needs relabelling"

    def _leads(self, name: str, old: str) -> bool:
        before = next(i for i, m in enumerate(self.migrations) if m.kind == "split" and m.old == (old,))
        return Taxonomy(migrations=self.migrations[:before]).current(name) == old

    def read_space(self, space: LabelSpace) -> tuple[LabelSpace, tuple[int, ...]]:
        """How the columns of a label space are read now: the space in names of today, and the new place of each column.

        Columns of classes that were merged have one place, where their probabilities add up. A class that was split
        keeps its column and its old name.

        Raises
        ------
        NotMulticlass
            CW201 if fewer than three classes are left.
        """
        if not self.migrations:
            return space, tuple(range(len(space)))
        merged: dict[str, ClassDef] = {}
        for was in space.classes:
            one = self._read(was)
            kept = merged.get(one.name, one)
            merged[one.name] = replace(
                one if self.is_same_class(was.name) else kept, is_critical=kept.is_critical or one.is_critical,
                is_sensitive=kept.is_sensitive or one.is_sensitive,
            )  # fmt: skip
        read = LabelSpace(classes=tuple(merged.values()), version=space.version, is_ordered=space.is_ordered)
        return read, tuple(read.index(self.current(was.name) or was.name) for was in space.classes)

    def _read(self, was: ClassDef) -> ClassDef:
        """A class in names of today; what was said of a class that was merged into another is not said of that one."""
        now = self.current(was.name)
        parent = None if was.parent is None else self.current(was.parent) or was.parent
        if now is None:
            return replace(was, parent=parent)
        if self.is_same_class(was.name):
            return replace(was, name=now, id=self.class_id(now), parent=parent)
        return ClassDef(
            id=self.class_id(now), name=now, parent=parent, is_critical=was.is_critical, is_sensitive=was.is_sensitive,
            effective_from=self.since(now),
        )  # fmt: skip


def _apply(one: ClassMigration, current: dict[str, str | None], ids: dict[str, str], since: dict[str, str]) -> None:
    """Move every name on by one migration."""
    day = one.at.date().isoformat()
    for name in one.old:
        current.setdefault(name, name)
        ids.setdefault(name, name)
    target = one.new[0] if one.kind in {"rename", "merge"} else None
    for name, now in current.items():
        if now in one.old:
            current[name] = target
    for name in one.new:
        current.setdefault(name, name)
    if one.kind == "rename":
        ids[one.new[0]] = ids[one.old[0]]
        return
    for name in one.new:
        if name not in one.old:
            ids[name] = _fresh(name, set(ids.values()))
            since[name] = day


def _fresh(name: str, used: set[str]) -> str:
    while name in used:
        name += "~"
    return name
