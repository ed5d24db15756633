"""How class names are read since classes were changed, and what the task file promises under the names of today."""

from __future__ import annotations

from dataclasses import replace

from classward.domain import SLO, ClassAbout, DecisionPolicy, Task, Taxonomy
from classward.flows.context import Context
from classward.lifecycle.release import migration_of

__all__ = ["in_current_names", "task_now", "taxonomy_of"]


def taxonomy_of(ctx: Context) -> Taxonomy:
    """How names are read, from every change of classes that the journal records."""
    changes = ctx.journal.events(task=ctx.task.name, kind="classes_changed")
    return Taxonomy(migrations=tuple(migration_of(event) for event in changes))


def in_current_names(ctx: Context) -> Context:
    """The same context with the task file's class names read as they are called now."""
    return replace(ctx, task=task_now(ctx.task, taxonomy_of(ctx)))


def task_now(task: Task, taxonomy: Taxonomy) -> Task:
    """A task with class names of today, so that promises made under an old name go on.

    Promises and flags of merged classes are those of the class they became, the strictest where they differ. What a task
    says about the meaning of a class holds only for the same class. Names of split classes stay as they are written:
    what they promised cannot be promised for any one of the new classes.
    """
    if not taxonomy.changed:
        return task
    folding = task.folding
    return replace(
        task,
        critical=_names(task.critical, taxonomy),
        sensitive=_names(task.sensitive, taxonomy),
        definitions=tuple(_texts(task.definitions, taxonomy).items()),
        about=_abouts(task.about, taxonomy),
        order=_names(task.order, taxonomy),
        folding=folding and replace(folding, kept=_names(folding.kept, taxonomy), name=_name(folding.name, taxonomy)),
        slos=_slos(task.slos, taxonomy),
        decision=_decision(task.decision, taxonomy),
    )


def _name(name: str, taxonomy: Taxonomy) -> str:
    return taxonomy.current(name) or name


def _names(names: tuple[str, ...], taxonomy: Taxonomy) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_name(name, taxonomy) for name in names))


def _texts(pairs: tuple[tuple[str, str], ...], taxonomy: Taxonomy) -> dict[str, str]:
    told = {_name(n, taxonomy): text for n, text in pairs if taxonomy.is_same_class(n) or taxonomy.current(n) is None}
    return told | {n: text for n, text in pairs if taxonomy.current(n) == n}


def _abouts(abouts: tuple[ClassAbout, ...], taxonomy: Taxonomy) -> tuple[ClassAbout, ...]:
    found: dict[str, ClassAbout] = {}
    for part in sorted(abouts, key=lambda a: taxonomy.current(a.name) == a.name):
        if taxonomy.is_same_class(part.name) or taxonomy.current(part.name) is None:
            name, parent = _name(part.name, taxonomy), part.parent and _name(part.parent, taxonomy)
            found[name] = replace(part, name=name, parent=parent)
    return tuple(found.values())


def _slos(slos: tuple[SLO, ...], taxonomy: Taxonomy) -> tuple[SLO, ...]:
    found: dict[tuple[str, str | None], SLO] = {}
    for slo in slos:
        one = slo if slo.class_name is None else replace(slo, class_name=_name(slo.class_name, taxonomy))
        key = (one.indicator, one.class_name)
        kept = found.get(key)
        if kept is None or (one.class_name is not None and one.target > kept.target):
            found[key] = one
    return tuple(found.values())


def _decision(policy: DecisionPolicy, taxonomy: Taxonomy) -> DecisionPolicy:
    costs: dict[tuple[str, str], float] = {}
    for true, said, cost in policy.costs:
        pair = (_name(true, taxonomy), _name(said, taxonomy))
        if pair[0] != pair[1]:
            costs[pair] = max(cost, costs.get(pair, cost))
    return replace(
        policy, costs=tuple((true, said, cost) for (true, said), cost in costs.items()),
        first=_names(policy.first, taxonomy),
    )  # fmt: skip
