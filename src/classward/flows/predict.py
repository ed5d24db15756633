"""The data plane: every door (HTTP, library, batch, simulator) answers rows through this one function."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from classward.domain import ABSTAINED, Prediction, Repair
from classward.errors import InvalidInput, Refused
from classward.flows.bundle_facts import NO_FACTS, BundleFacts
from classward.inference import Blend, Columns, Decider, Model, Proba
from classward.lifecycle.predict import PayloadKeeper, PayloadPolicy, RowChecker
from classward.ports import Clock, Ids, RecordWriter

if TYPE_CHECKING:
    from classward.flows.remembered import Remembered

__all__ = ["LOCAL", "Answer", "AnsweredRow", "DataPlane", "LoadedVersion", "Unlogged"]

_T = TypeVar("_T")

LOCAL = "local"
"""Who asks where nobody is asked for a key: this process, or this machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedVersion:
    """A version in memory, ready to answer, with its compiled row checker; ``repairs`` are the task's."""

    version: int
    bundle_hash: str
    route: str
    model: Model
    repairs: tuple[Repair, ...] = ()
    facts: BundleFacts = NO_FACTS
    label_space_hash: str = field(init=False)
    class_names: tuple[str, ...] = field(init=False)
    checker: RowChecker = field(init=False)
    decider: Decider | None = field(init=False)
    set_decider: Decider | None = field(init=False)
    reads_images: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "label_space_hash", self.model.label_space.hash)
        object.__setattr__(self, "class_names", self.model.label_space.names)
        object.__setattr__(self, "checker", RowChecker(self.model.schema, self.repairs))
        rule = self.model.rule
        tells_news = isinstance(self.model, Blend) and self.model.novelty is not None
        is_plain = rule is None or (rule.is_plain and not tells_news)
        decider = None if rule is None or is_plain else Decider(rule, self.model.label_space)
        object.__setattr__(self, "decider", decider)
        sets = Decider(rule, self.model.label_space) if rule is not None and rule.sets else None
        object.__setattr__(self, "set_decider", sets)
        object.__setattr__(self, "reads_images", any(f.kind == "image" for f in self.model.schema.features))

    def sets(self) -> Decider:
        """Give what makes prediction sets.

        Raises
        ------
        InvalidInput
            CW294 if this version has none.
        """
        if self.set_decider is None:
            raise InvalidInput(
                "CW294",
                f"version {self.version} has no prediction sets",
                got="'sets' was asked for",
                why="a set keeps its promise only with thresholds that training found on labelled rows",
                fix="leave 'sets' out and ask for top_k, or deploy a version trained with calibration rows",
            )
        return self.set_decider


@dataclass(frozen=True, slots=True, kw_only=True)
class AnsweredRow:
    """One answered row; ``top`` holds (class, probability), best first.

    ``possible`` is the prediction set, best first, or ``None`` when sets were not asked for.
    """

    id: str
    version: int
    label: str
    probability: float
    top: tuple[tuple[str, float], ...]
    path: str
    flags: tuple[str, ...]
    possible: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answered request. ``probabilities`` has shape (n_rows, n_classes), columns as ``class_names``.

    ``label_space_version`` counts how often classes, their order or what they mean changed; ``label_space_hash`` names
    exactly this list, and stands in each record.

    Without ``is_calibrated`` they are scores: no check on labelled rows has shown yet that they mean what they say.
    ``set_miss`` is the share of rows of any class whose set may miss the truth; ``None`` when sets were not asked for.
    """

    request_id: str
    version: int
    bundle_hash: str
    class_names: tuple[str, ...]
    label_space_hash: str
    predictions: tuple[AnsweredRow, ...]
    probabilities: NDArray[np.float64]
    label_space_version: int = 1
    is_calibrated: bool = False
    set_miss: float | None = None
    loaded: LoadedVersion | None = field(default=None, repr=False, compare=False)
    """What answered: the version may have been swapped since."""
    parts: tuple[Answer, ...] = field(default=(), repr=False, compare=False)
    """What each version said, when two shared the rows of a request; ``places`` are the rows of a part."""
    places: tuple[int, ...] = field(default=(), repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlogged:
    """An answer that must not leave yet, and the records of its rows, which whoever asked for it has to write."""

    answer: Answer
    batch: tuple[Prediction, ...]

    def settled(self, *, is_logged: bool) -> Answer:
        """The answer as it may leave: rows whose record could not be written say so."""
        return self.answer if is_logged else _unlogged(self.answer)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """What a caller asked beside the rows."""

    ids: Sequence[str] | None
    keys: Sequence[str | None] | None
    top_k: int
    request_id: str | None
    started_s: float
    sets: bool = False
    caller: str = LOCAL
    mark: Callable[[str], None] | None = None

    def reached(self, stage: str) -> None:
        if self.mark is not None:
            self.mark(stage)


class DataPlane:
    """Checks rows, predicts, decides, logs and answers with whatever version ``current`` points to.

    Assigning ``current`` swaps the version atomically: a request keeps the version it began with. Not safe for use from
    several threads at once when a writer is given, since a record writer belongs to one thread.

    Parameters
    ----------
    task : str
        Name for the records.
    clock, ids : ports
        Where times and identifiers come from.
    writer : RecordWriter or None
        Where answers are logged before they leave; ``None`` logs nothing and says so by the flag ``unlogged``.
    kind : str
        ``online``, ``batch``, ``library`` or ``simulated``; kept with every record.
    payload : PayloadPolicy
        Which rows keep their feature values in the log, and what is kept of private ones.
    remembered : Remembered, optional
        Spares the model rows that it was asked before; the same object may serve several planes of one thread.
    """

    def __init__(
        self,
        *,
        task: str,
        clock: Clock,
        ids: Ids,
        writer: RecordWriter | None,
        kind: str = "online",
        payload: PayloadPolicy | None = None,
        remembered: Remembered | None = None,
    ) -> None:
        self._remembered = remembered
        self.task, self.clock, self.ids, self.writer = task, clock, ids, writer
        self.kind, self._payloads = kind, PayloadKeeper(payload or PayloadPolicy())
        self.current: LoadedVersion | None = None

    def answer(
        self,
        rows: Sequence[Mapping[str, object]],
        *,
        ids: Sequence[str] | None = None,
        keys: Sequence[str | None] | None = None,
        top_k: int = 1,
        sets: bool = False,
        request_id: str | None = None,
        caller: str = LOCAL,
        mark: Callable[[str], None] | None = None,
    ) -> Answer:
        """Answer rows given as mappings from feature name to value.

        With ``sets`` each row also has its prediction set: the classes that stay possible, so that the set of a row of any
        class holds the truth as often as the version promises. An input of no class has a set too, which then says nothing.

        ``caller`` is who asks, for the records. ``mark`` is told ``begin`` and then each stage at its end: ``features``
        (rows are checked and stand in columns), ``model`` (columns became probabilities), ``decide``, ``log``.

        Raises
        ------
        InvalidInput
            Naming row and field, or CW294 when the version has no sets; nothing is predicted or logged.
        Refused
            CW801 when no version is live.
        """
        done = self._settled(
            self.decide(
                rows, ids=ids, keys=keys, top_k=top_k, sets=sets, request_id=request_id, caller=caller, mark=mark
            )
        )
        if mark is not None:
            mark("log")
        return done

    def decide(
        self,
        rows: Sequence[Mapping[str, object]],
        *,
        ids: Sequence[str] | None = None,
        keys: Sequence[str | None] | None = None,
        top_k: int = 1,
        sets: bool = False,
        request_id: str | None = None,
        caller: str = LOCAL,
        mark: Callable[[str], None] | None = None,
        by: LoadedVersion | None = None,
    ) -> Unlogged:
        """Do all of :meth:`answer` but writing the records, for callers that can do something else meanwhile.

        ``by`` names another version than the current one.
        """
        started_s = self.clock.monotonic_s()
        call = _Call(
            ids=ids, keys=keys, top_k=top_k, sets=sets, request_id=request_id, started_s=started_s, caller=caller,
            mark=mark,
        )  # fmt: skip
        call.reached("begin")
        loaded = by or self._loaded()
        if sets:
            loaded.sets()
        checked = loaded.checker.check(rows)
        call.reached("features")
        return self._answer(loaded, checked.columns, checked.n, checked.flags, call)

    def answer_columns(
        self,
        columns: Columns,
        n: int,
        *,
        ids: Sequence[str] | None = None,
        keys: Sequence[str | None] | None = None,
        top_k: int = 1,
        sets: bool = False,
    ) -> Answer:
        """Answer rows that were already checked and stand in columns (files, simulator)."""
        started_s = self.clock.monotonic_s()
        call = _Call(ids=ids, keys=keys, top_k=top_k, sets=sets, request_id=None, started_s=started_s)
        return self._settled(self._answer(self._loaded(), columns, n, ((),) * n, call))

    def logits(self, rows: Sequence[Mapping[str, object]]) -> NDArray[np.float64]:
        """Scores before the last calibration, of shape (n, n_classes); nothing is logged. They are no probabilities."""
        loaded = self._loaded()
        checked = loaded.checker.check(rows)
        return loaded.model.logits(checked.columns, checked.n)

    def _settled(self, pending: Unlogged) -> Answer:
        return pending.settled(is_logged=self.writer is not None and self.writer.predictions(pending.batch))

    def _loaded(self) -> LoadedVersion:
        loaded = self.current
        if loaded is None:
            raise Refused(
                "CW801",
                f"no version of task {self.task!r} is live",
                why="nothing was deployed yet",
                fix="run 'classward train', then 'classward deploy VERSION --now --because …'",
            )
        return loaded

    def _answer(
        self, loaded: LoadedVersion, columns: Columns, n: int, flags: Sequence[tuple[str, ...]], call: _Call
    ) -> Unlogged:
        row_ids = _one_per_row("ids", call.ids, n) or [self.ids.new() for _ in range(n)]
        row_keys = _one_per_row("keys", call.keys, n)
        model, before = loaded.model, self._remembered
        proba, unseen = (
            (model.predict_proba(columns, n), model.unseen(columns, n))
            if before is None
            else before.say(model, loaded.bundle_hash, columns, n)
        )
        call.reached("model")
        order, values = proba.top(min(max(call.top_k, 1), len(loaded.class_names)))
        decided = _decide(loaded, proba, order)
        possible = _sets(loaded, proba) if call.sets else None
        names = loaded.class_names
        answered = tuple(
            AnsweredRow(
                id=row_ids[i],
                version=loaded.version,
                label=decided[i].label,
                probability=float(proba.matrix[i, decided[i].index]),
                top=tuple((names[j], p) for j, p in zip(best, top, strict=True)),
                path=decided[i].path,
                flags=(*flags[i], *unseen[i], *decided[i].flags),
                possible=possible[i] if possible is not None else None,
            )
            for i, (best, top) in enumerate(zip(order.tolist(), values.tolist(), strict=True))
        )
        answer = Answer(
            request_id=call.request_id or self.ids.new(),
            version=loaded.version,
            bundle_hash=loaded.bundle_hash,
            class_names=names,
            label_space_hash=loaded.label_space_hash,
            label_space_version=loaded.model.label_space.version,
            predictions=answered,
            probabilities=proba.matrix,
            is_calibrated=loaded.facts.is_calibrated,
            set_miss=loaded.sets().rule.sets[0].alpha if call.sets else None,
            loaded=loaded,
        )
        latency_ms = 1000.0 * (self.clock.monotonic_s() - call.started_s)
        batch = self._records(answer, loaded.route, columns, row_keys, latency_ms, call.caller)
        call.reached("decide")
        return Unlogged(answer=answer, batch=batch)

    def _records(
        self,
        answer: Answer,
        route: str,
        columns: Columns,
        keys: Sequence[str | None] | None,
        latency_ms: float,
        caller: str,
    ) -> tuple[Prediction, ...]:
        at = self.clock.now()
        matrix = answer.probabilities.tolist()
        kept = [self._kept(row, columns, i) for i, row in enumerate(answer.predictions)]
        return tuple(
            Prediction(
                id=row.id,
                request_id=answer.request_id,
                at=at,
                task=self.task,
                version=row.version,
                bundle_hash=answer.bundle_hash,
                label_space_hash=answer.label_space_hash,
                route=route,
                label=row.label,
                probability=row.probability,
                probabilities=tuple(matrix[i]),
                path=row.path,
                flags=row.flags,
                kind=self.kind,
                latency_ms=latency_ms,
                key=keys[i] if keys else None,
                features=kept[i][0],
                payload_weight=kept[i][1],
                caller=caller,
                features_hash=None if kept[i][0] is not None else self._payloads.hash_of(columns, i),
            )
            for i, row in enumerate(answer.predictions)
        )

    def _kept(self, row: AnsweredRow, columns: Columns, i: int) -> tuple[str | None, float | None]:
        kept = self._payloads.keep(
            columns, i, row_id=row.id, label=row.label, probability=row.probability, flags=row.flags
        )
        return kept or (None, None)


@dataclass(frozen=True, slots=True)
class _Decided:
    label: str
    index: int
    path: str
    flags: tuple[str, ...] = ()


def _decide(loaded: LoadedVersion, proba: Proba, order: NDArray[np.int64]) -> list[_Decided]:
    """The answer of each row: the most probable class, or what the version's rule says."""
    names = loaded.class_names
    if loaded.decider is None:
        return [_Decided(names[i], i, "model") for i in order[:, 0].tolist()]
    done = loaded.decider.decide(proba)
    rows = zip(done.predicted.tolist(), done.is_abstained.tolist(), done.paths, strict=True)
    return [
        _Decided(ABSTAINED, i, path, ("abstained",)) if gone else _Decided(names[i], i, _PATHS.get(path, path))
        for i, gone, path in rows
    ]


def _unlogged(answer: Answer) -> Answer:
    rows = tuple(replace(row, flags=(*row.flags, "unlogged")) for row in answer.predictions)
    return replace(answer, predictions=rows, parts=tuple(map(_unlogged, answer.parts)))


def _sets(loaded: LoadedVersion, proba: Proba) -> list[tuple[str, ...]]:
    """The prediction set of each row, best class first."""
    names = loaded.class_names
    order = np.argsort(-proba.matrix, axis=1, kind="stable")
    is_in = np.take_along_axis(loaded.sets().sets(proba), order, axis=1)
    return [tuple(names[j] for j in columns[held].tolist()) for columns, held in zip(order, is_in, strict=True)]


_PATHS = {"argmax": "model"}


def _one_per_row(name: str, values: Sequence[_T] | None, n: int) -> Sequence[_T] | None:
    if values is not None and len(values) != n:
        raise InvalidInput(
            "CW408",
            f"'{name}' must have one entry per row",
            got=f"{len(values)} for {n} rows",
            fix=f"give {n} {name}",
        )
    return values
