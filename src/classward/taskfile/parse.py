"""Text → Task, with every default filled in."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator

from classward.domain import (
    SLO,
    AlertPolicy,
    ClassAbout,
    DataSource,
    DecisionPolicy,
    Feature,
    FoldingRule,
    GateFloor,
    GatePolicy,
    LoopPolicy,
    Provenance,
    RolloutPolicy,
    Task,
)
from classward.errors import TaskFileError
from classward.taskfile.chances import chance_per_rollout, yearly_chance
from classward.taskfile.convert import Place, convert
from classward.taskfile.durations import days, seconds
from classward.taskfile.format import FeaturePart, TaskFile
from classward.taskfile.repairs import check_repairs, private_in, repairs_of

__all__ = ["parse"]


def parse(text: str, *, path: str) -> Task:
    """Read a task file's text.

    Places of data are kept as written; whoever reads them resolves them against the file's folder. Whether the classes
    exist is known only with the rows: see ``build_label_space``.

    Parameters
    ----------
    text : str
        The whole file.
    path : str
        Its name, for errors.

    Raises
    ------
    TaskFileError
        CW101 not TOML; CW102 unknown key; CW103 wrong type or out of range; CW104 missing key; CW105 keys that
        contradict each other. Each names the line.
    """
    try:
        raw = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise _not_toml(str(error), path) from None
    place = Place(text.removeprefix("\ufeff").replace("\r\n", "\n"), path)
    file: TaskFile = convert(raw, TaskFile, place=place)
    _check(file, place)
    check_repairs(file, place)
    return _task(file, frozenset(raw.get("slo", {})))


def _not_toml(said: str, path: str) -> TaskFileError:
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", said)
    line = f"line {where[1]}" if where and where[1] else "the last line"
    return TaskFileError(
        "CW101",
        f"{path}, {line}: not TOML",
        got=said[: where.start()] if where else said,
        why="names with dots, spaces or other signs must be quoted; text always is",
        fix="correct the line; 'classward config check' reads the file again",
    )


def _check(file: TaskFile, place: Place) -> None:
    task, data = file.task, file.data
    for role in ("id", "time", "group"):
        if getattr(task, role) == task.label:
            place.error("CW105", f"task.{role} is the label", ("task", role), fix=f"name another column as {role}")
    if task.label in file.features:
        place.error(
            "CW105", f"the label {task.label!r} is listed as a feature", ("features", task.label),
            why="the model would be told the answer", fix="remove it from [features]",
        )  # fmt: skip
    _check_vectors(file, place)
    _check_rollout(file, place)
    _check_gate(file, place)
    _check_loop(file, place)
    if data.test is None and data.test_share + data.calibration_share > 0.9:
        place.error(
            "CW105", "test_share and calibration_share leave less than a tenth to learn from", ("data", "test_share"),
            got=f"{data.test_share:g} + {data.calibration_share:g}", fix="lower one of them",
        )  # fmt: skip
    for name in ("critical", "sensitive", "order"):
        twice = [repr(c) for c, n in Counter(getattr(file.classes, name)).items() if n > 1]
        if twice:
            place.error(
                "CW105", f"classes.{name} lists a class twice", ("classes", name), got=", ".join(twice),
                fix="list each class once",
            )  # fmt: skip
    both = [name for name, part in file.classes.about.items() if part.definition and name in file.classes.definitions]
    if both:
        place.error(
            "CW105", "a class is defined twice", ("classes", "about", both[0], "definition"), got=repr(both[0]),
            fix="keep classes.definitions or classes.about, not both",
        )  # fmt: skip
    if file.classes.order and file.classes.fold_below is not None:
        place.error(
            "CW105", "classes.order and classes.fold_below exclude each other", ("classes", "fold_below"),
            why="a class of leftovers has no place in an order", fix="keep one of them",
        )  # fmt: skip
    if file.decision.correct_prior and file.classes.order:
        place.error(
            "CW105", "decision.correct_prior and classes.order exclude each other", ("decision", "correct_prior"),
            why="ordered classes are decided by the cost of their distance", fix="keep one of them",
        )  # fmt: skip
    if file.decision.correct_prior and file.decision.costs:
        place.error(
            "CW105", "decision.correct_prior and decision.costs exclude each other", ("decision", "correct_prior"),
            why="both weigh the classes against each other", fix="keep one of them",
        )  # fmt: skip
    if file.decision.keep_promises and file.decision.known_accuracy is not None:
        place.error(
            "CW105", "decision.keep_promises and decision.known_accuracy exclude each other", ("decision", "keep_promises"),
            why="rows called unknown are misses of recall that the proof of a promise does not count yet",
            fix="keep one of them",
        )  # fmt: skip
    chances = (("alerts", "false_pages", file.alerts.false_pages), ("drift", "false_tickets", file.drift.false_tickets))
    for part, name, text in chances:
        if not 0.0 < yearly_chance(text) < 1.0:
            place.error(
                "CW103", f"{part}.{name} must be a chance between 0 and 1", (part, name), got=text,
                why="evidence is never certain", fix='write "1% chance per year"',
            )  # fmt: skip
    spans = (
        ("slo", "window", file.slo.window), ("labels", "wait", file.labels.wait), ("drift", "opening", file.drift.opening),
        ("loop", "schedule", file.loop.schedule), ("loop", "window", file.loop.window),
    )  # fmt: skip
    for part, name, text in spans:
        if text not in {"never", "all"} and not days(text) > 0:
            place.error("CW103", f"{part}.{name} must be longer than nothing", (part, name), got=text, fix='write "7d"')


def _check_loop(file: TaskFile, place: Place) -> None:
    if not seconds(file.loop.budget) > 0:
        place.error(
            "CW103",
            "loop.budget must be longer than nothing",
            ("loop", "budget"),
            got=file.loop.budget,
            fix='write "5m"',
        )


def _check_rollout(file: TaskFile, place: Place) -> None:
    part = file.rollout
    if list(part.steps) != sorted(set(part.steps)) or part.steps[-1] != 1.0:
        place.error(
            "CW105", "rollout.steps must grow and end with 1.0", ("rollout", "steps"),
            got=", ".join(f"{s:g}" for s in part.steps), why="a rollout that never reaches all traffic has no end",
            fix="write [0.05, 0.25, 1.0]",
        )  # fmt: skip
    for name in ("false_rollback", "false_promotion"):
        if not 0.0 < chance_per_rollout(getattr(part, name)) < 1.0:
            place.error(
                "CW103", f"rollout.{name} must be a chance between 0 and 1", ("rollout", name), got=getattr(part, name),
                why="evidence is never certain", fix='write "1% per rollout"',
            )  # fmt: skip


def _check_gate(file: TaskFile, place: Place) -> None:
    for name in file.gate.slices:
        if name not in file.features:
            place.error(
                "CW105", f"gate.slices names {name!r}, which is no input column", ("gate", "slices"),
                got=f"columns: {', '.join(file.features)}", why="slices are cut by what the report knows of each row",
                fix="name a column of [features]",
            )  # fmt: skip


def _check_vectors(file: TaskFile, place: Place) -> None:
    for name, part in file.features.items():
        kind, length = (part, 0) if isinstance(part, str) else (part.kind, part.length)
        if kind == "vector" and length < 1:
            place.error(
                "CW105", f"the vector {name!r} has no length", ("features", name),
                why="a request with a vector of another length must be refused",
                fix='write { kind = "vector", length = 384 }',
            )  # fmt: skip
        if kind != "vector" and not isinstance(part, str) and (length or part.encoder):
            place.error(
                "CW105", f"{name!r} is {kind}: it has no length and no encoder", ("features", name),
                fix="leave them out, or make it a vector",
            )  # fmt: skip


def _task(file: TaskFile, declared: frozenset[str]) -> Task:
    task, data, slo = file.task, file.data, file.slo
    return Task(
        name=task.name, label=task.label, owner=task.owner, sre=task.sre, id_column=task.id, time_column=task.time,
        group_column=task.group, train=DataSource(location=data.train, query=data.query),
        test=None if data.test is None else DataSource(location=data.test),
        features=tuple(_feature(name, part) for name, part in file.features.items()),
        alerts=_alerts(file), rollout=_rollout(file), gate=_gate(file), loop=_loop(file), repairs=repairs_of(file),
        private=private_in(file),
        decision=_decision(file), critical=file.classes.critical,
        sensitive=file.classes.sensitive,
        definitions=tuple(file.classes.definitions.items()), about=tuple(_about(file)), tags=tuple(file.tags.items()),
        provenance=Provenance(
            source=data.source, owner=data.owner, licence=data.licence, consent=data.consent, upstream=data.upstream
        ),
        order=file.classes.order, few_rows=file.classes.few, folding=_folding(file), slos=tuple(_slos(file, declared)),
        recall_default=slo.recall_default, precision_default=slo.precision_default, window_days=days(slo.window),
        label_wait_days=days(file.labels.wait), test_share=data.test_share,
        calibration_share=data.calibration_share, min_per_class=data.min_per_class, seed=data.seed,
        most_holdout_reads=data.most_holdout_reads,
    )  # fmt: skip


def _about(file: TaskFile) -> Iterator[ClassAbout]:
    for name, part in file.classes.about.items():
        yield ClassAbout(
            name=name, definition=part.definition, guide=part.guide, examples=part.examples,
            counterexamples=part.counterexamples, owner=part.owner, parent=part.parent, status=part.status,
            since=part.since,
        )  # fmt: skip


def _alerts(file: TaskFile) -> AlertPolicy:
    part, drift = file.alerts, file.drift
    return AlertPolicy(
        false_pages=yearly_chance(part.false_pages), most_label_weight=part.most_label_weight,
        false_tickets=yearly_chance(drift.false_tickets), opening_days=days(drift.opening), least_effect=drift.least_effect,
        quiet_days=days(part.quiet),
    )  # fmt: skip


def _rollout(file: TaskFile) -> RolloutPolicy:
    part = file.rollout
    return RolloutPolicy(
        steps=part.steps, margin=part.margin, false_rollback=chance_per_rollout(part.false_rollback),
        false_promotion=chance_per_rollout(part.false_promotion), shadow_days=days(part.shadow), step_days=days(part.step),
        soak_days=days(part.soak), maturity_days=days(part.maturity), shadow_share=part.shadow_share,
        min_rows=part.min_rows, most_disagreement=part.most_disagreement, pause_on=part.pause_on,
        most_rollbacks=part.most_rollbacks,
    )  # fmt: skip


def _gate(file: TaskFile) -> GatePolicy:
    part = file.gate
    own = (("recall", part.recall), ("precision", part.precision))
    return GatePolicy(
        is_required=part.required, error_rate=part.error_rate, examples=part.examples, slices=part.slices,
        slice_gap=part.slice_gap, slice_rows=part.slice_rows, holds_on_budget=part.budget == "hold",
        floors=tuple(
            GateFloor(class_name=name, indicator=kind, floor=floor) for kind, some in own for name, floor in some.items()
        ),
    )  # fmt: skip


def _loop(file: TaskFile) -> LoopPolicy:
    part = file.loop
    return LoopPolicy(
        autonomy=part.autonomy, schedule_days=None if part.schedule == "never" else days(part.schedule),
        min_new_labels=part.min_new_labels, cooldown_days=days(part.cooldown), budget_s=seconds(part.budget),
        window_days=None if part.window == "all" else days(part.window),
    )  # fmt: skip


def _folding(file: TaskFile) -> FoldingRule | None:
    classes, slo = file.classes, file.slo
    if classes.fold_below is None:
        return None
    kept = dict.fromkeys((*classes.critical, *classes.sensitive, *slo.recall, *slo.precision))
    return FoldingRule(fewer_than=classes.fold_below, name=classes.fold_into, kept=tuple(kept))


def _decision(file: TaskFile) -> DecisionPolicy:
    part = file.decision
    pairs = ((true, said, cost) for true, row in part.costs.items() for said, cost in row.items())
    return DecisionPolicy(
        costs=tuple(pairs), cost_default=part.cost_default, abstain_cost=part.abstain_cost,
        corrects_prior=part.correct_prior, keeps_promises=part.keep_promises, accuracy=part.accuracy,
        known_accuracy=part.known_accuracy, set_miss=part.set_miss, first=tuple(dict.fromkeys(part.first)),
    )  # fmt: skip


def _feature(name: str, part: str | FeaturePart) -> Feature:
    if isinstance(part, str):
        return Feature(name=name, kind=part)
    return Feature(
        name=name,
        kind=part.kind,
        is_required=part.required,
        description=part.description,
        length=part.length,
        encoder=part.encoder,
    )


def _slos(file: TaskFile, declared: frozenset[str]) -> Iterator[SLO]:
    slo = file.slo
    promises = (
        ("recall", slo.recall, file.classes.critical, slo.recall_default),
        ("precision", slo.precision, file.classes.sensitive, slo.precision_default),
    )
    for indicator, targets, flagged, default in promises:
        for name in dict.fromkeys((*flagged, *targets)):
            yield SLO(
                indicator=indicator, class_name=name, target=targets.get(name, default), min_labels=slo.min_labels,
                origin="declared" if name in targets else "default",
            )  # fmt: skip
    for indicator in ("latency_p95_ms", "availability"):
        origin = "declared" if indicator in declared else "default"
        yield SLO(indicator=indicator, class_name=None, target=getattr(slo, indicator), origin=origin)
