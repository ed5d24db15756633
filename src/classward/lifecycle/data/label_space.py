"""From labelled rows and a task to the ordered classes."""

from __future__ import annotations

import polars as pl

from classward.domain import ABSTAINED, ClassAbout, ClassDef, LabelSpace, Task
from classward.errors import DataError, UnknownClass, nearest
from classward.lifecycle.data.label_cells import labels_of

__all__ = ["build_label_space"]


def build_label_space(table: pl.DataFrame, task: Task) -> LabelSpace:
    """Order the classes of the rows by name, with flags and definitions from the task.

    Raises
    ------
    UnknownClass
        CW301 if the task flags, defines or promises something for a class that no row has.
    NotMulticlass
        CW201 with fewer than three classes.
    DataError
        CW253 for a class with a reserved name.
    """
    names = sorted(labels_of(table, task.label).drop_nulls().unique().to_list())
    _check_known(names, task)
    if ABSTAINED in names:
        raise DataError(
            "CW253", f"no class may be called {ABSTAINED!r}", got=f"rows of {task.label!r} with that label",
            why="it stands for rows that are left to a person", fix="rename the class in the label column",
        )  # fmt: skip
    definitions, about = dict(task.definitions), {part.name: part for part in task.about}
    return LabelSpace(
        classes=tuple(
            ClassDef(
                id=name,
                name=name,
                definition=part.definition or definitions.get(name, ""),
                examples=part.examples,
                owner=part.owner,
                is_critical=name in task.critical,
                is_sensitive=name in task.sensitive,
                parent=part.parent,
                status=part.status,
                effective_from=part.since,
                guide=part.guide,
                counterexamples=part.counterexamples,
            )
            for name in names
            for part in (about.get(name, ClassAbout(name=name)),)
        )
    )


def _check_known(names: list[str], task: Task) -> None:
    known = set(names)
    places = [("classes.critical", name) for name in task.critical]
    places += [("classes.sensitive", name) for name in task.sensitive]
    places += [("classes.definitions", name) for name, _ in task.definitions]
    places += [("classes.about", part.name) for part in task.about]
    places += [("decision.costs", name) for true, said, _ in task.decision.costs for name in (true, said)]
    places += [(f"slo.{slo.indicator}", slo.class_name) for slo in task.slos if slo.class_name is not None]
    for place, name in places:
        if name not in known:
            raise UnknownClass(
                "CW301",
                f"no row has the class {name!r}{nearest(name, names)}",
                got=f"{place} in the task file names {name!r}",
                why=f"a promise about a class without rows is never checked; the label column {task.label!r} has "
                f"{len(names)} classes: {', '.join(names[:12])}{' …' if len(names) > 12 else ''}",
                fix=f"correct the name under {place}, or add labelled rows of the class",
            )
