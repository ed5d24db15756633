"""The ordered classes of a task: the column order of every probability matrix."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar

from classward.domain.canonical import content_hash, to_plain
from classward.errors import NotMulticlass, UnknownClass, nearest

__all__ = ["ClassDef", "LabelSpace"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassDef:
    """One class: what it is called, what it means and how much it matters.

    ``id`` never changes; ``name`` may. ``effective_from`` is an ISO date or empty. ``guide`` tells of edge cases;
    ``examples`` belong to the class (of a class of leftovers: the names of the classes in it), ``counterexamples`` look like
    it and do not. ``status`` is ``active`` or ``deprecated``.
    """

    id: str
    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()
    owner: str = ""
    is_critical: bool = False
    is_sensitive: bool = False
    parent: str | None = None
    status: str = "active"
    effective_from: str = ""
    guide: str = ""
    counterexamples: tuple[str, ...] = ()

    LATER: ClassVar[tuple[str, ...]] = ("guide", "counterexamples")
    """Fields that older bundles do not have; they count in hashes only when they say something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSpace:
    """Classes in a fixed order, with a version.

    Raises
    ------
    NotMulticlass
        With fewer than three classes, or a class name given twice.

    Examples
    --------
    >>> space = LabelSpace.of(["billing", "refund", "security"], critical=["security"])
    >>> space.index("refund"), len(space), space.critical
    (1, 3, ('security',))
    """

    classes: tuple[ClassDef, ...]
    version: int = 1
    is_ordered: bool = False
    _position: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = [c.name for c in self.classes]
        if len(names) < 3:
            raise NotMulticlass(
                "CW201",
                "this is not a multiclass task",
                got=f"{len(names)} class(es): {', '.join(map(repr, names)) or 'none'}",
                why="per-class promises are made for one label out of three or more",
                fix="for two classes use a binary classifier (scikit-learn's LogisticRegression, for one)",
            )
        if len(set(names)) != len(names):
            twice = sorted({n for n in names if names.count(n) > 1})
            raise NotMulticlass("CW201", "a class is listed twice", got=", ".join(twice), fix="list each class once")
        object.__setattr__(self, "_position", {n: i for i, n in enumerate(names)})

    @classmethod
    def of(
        cls, names: Iterable[str], *, critical: Iterable[str] = (), sensitive: Iterable[str] = (), version: int = 1
    ) -> LabelSpace:
        """Build a space from plain names, in the given order."""
        critical, sensitive = set(critical), set(sensitive)
        return cls(
            classes=tuple(
                ClassDef(id=n, name=n, is_critical=n in critical, is_sensitive=n in sensitive) for n in names
            ),
            version=version,
        )

    def __len__(self) -> int:
        return len(self.classes)

    def __contains__(self, name: object) -> bool:
        return name in self._position

    @property
    def names(self) -> tuple[str, ...]:
        """Class names in column order."""
        return tuple(c.name for c in self.classes)

    @property
    def critical(self) -> tuple[str, ...]:
        """Names of the classes whose recall is promised."""
        return tuple(c.name for c in self.classes if c.is_critical)

    @property
    def sensitive(self) -> tuple[str, ...]:
        """Names of the classes whose precision is promised."""
        return tuple(c.name for c in self.classes if c.is_sensitive)

    def folded_into(self, name: str) -> str | None:
        """The class that a name is one of the examples of, where classes were taken together; ``None`` otherwise."""
        return next((c.name for c in self.classes if name in c.examples), None)

    def index(self, name: str) -> int:
        """Column of a class.

        Raises
        ------
        UnknownClass
            If no class has that name; the text suggests the nearest.
        """
        try:
            return self._position[name]
        except KeyError:
            raise UnknownClass(
                "CW301",
                f"no class is called {name!r}{nearest(name, self._position)}",
                got=repr(name),
                why=f"the task has {len(self)} classes: {', '.join(self.names[:12])}{' …' if len(self) > 12 else ''}",
                fix="correct the name, or retrain with rows of the new class",
            ) from None

    @property
    def hash(self) -> str:
        """Content hash of classes, order and version."""
        return content_hash([_hashed(c) for c in self.classes], self.version, self.is_ordered)


def _hashed(one: ClassDef) -> object:
    """A class as it is hashed: fields that came later count only when they say something, so that old hashes stay."""
    plain = to_plain(one)
    assert isinstance(plain, dict)
    return {name: value for name, value in plain.items() if value or name not in ClassDef.LATER}
