"""From labelled rows and a task to the ordered classes."""

from __future__ import annotations

import polars as pl

from classward.domain import ABSTAINED, ClassAbout, ClassDef, FoldedClasses, LabelSpace, Task, Taxonomy
from classward.errors import DataError, UnknownClass, nearest
from classward.lifecycle.data.label_cells import labels_of

__all__ = ["build_label_space"]


def build_label_space(
    table: pl.DataFrame, task: Task, folded: FoldedClasses | None = None, *, taxonomy: Taxonomy | None = None
) -> LabelSpace:
    """Order the classes of the rows, by name unless the task states an order, with flags and definitions from the task.

    ``folded`` says which classes were taken together; their names stand as examples of the one class, so that later labels
    are folded alike. ``taxonomy`` knows the ids of classes that were renamed, merged or split off; other classes are known
    by their names.

    Raises
    ------
    UnknownClass
        CW301 if the task flags, defines or promises something for a class that no row has.
    NotMulticlass
        CW201 with fewer than three classes.
    DataError
        CW253 for a class with a reserved name; CW293 if the stated order leaves a class out.
    """
    taxonomy = taxonomy or Taxonomy()
    names = sorted(labels_of(table, task.label).drop_nulls().unique().to_list())
    _check_known(names, task)
    if ABSTAINED in names:
        raise DataError(
            "CW253", f"no class may be called {ABSTAINED!r}", got=f"rows of {task.label!r} with that label",
            why="it stands for rows that are left to a person", fix="rename the class in the label column",
        )  # fmt: skip
    if task.order:
        names = _ordered(names, task.order)
    definitions, about = dict(task.definitions), {part.name: part for part in task.about}
    leftovers = {folded.rule.name: tuple(was for was, _ in folded.folded)} if folded else {}
    return LabelSpace(
        is_ordered=bool(task.order),
        classes=tuple(
            ClassDef(
                id=taxonomy.class_id(name),
                name=name,
                definition=part.definition or definitions.get(name, ""),
                examples=leftovers.get(name) or part.examples,
                owner=part.owner,
                is_critical=name in task.critical,
                is_sensitive=name in task.sensitive,
                parent=part.parent,
                status=part.status,
                effective_from=part.since or taxonomy.since(name),
                guide=part.guide,
                counterexamples=part.counterexamples,
            )
            for name in names
            for part in (about.get(name, ClassAbout(name=name)),)
        ),
    )


def _ordered(names: list[str], order: tuple[str, ...]) -> list[str]:
    missing = [name for name in names if name not in order]
    if missing:
        raise DataError(
            "CW293",
            "classes.order leaves classes out",
            got=f"{len(missing)} of {len(names)} classes have no place: {', '.join(map(repr, missing[:12]))}",
            why="whether an answer is one step off or five is known only if every class has its place",
            fix="list every class once, from the lowest to the highest, or remove the order",
        )
    return list(order)


def _check_known(names: list[str], task: Task) -> None:
    known = set(names)
    places = [("classes.critical", name) for name in task.critical]
    places += [("classes.sensitive", name) for name in task.sensitive]
    places += [("classes.definitions", name) for name, _ in task.definitions]
    places += [("classes.about", part.name) for part in task.about]
    places += [("classes.order", name) for name in task.order]
    places += [("decision.costs", name) for true, said, _ in task.decision.costs for name in (true, said)]
    places += [("decision.first", name) for name in task.decision.first]
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
