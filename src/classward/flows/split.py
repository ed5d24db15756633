"""The data plane while a canary is out: some rows are answered by the candidate, by a pure hash of their key."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from classward.domain import Deployment, LabelSpace
from classward.errors import InvalidInput
from classward.flows.predict import LOCAL, Answer, DataPlane, LoadedVersion, Unlogged
from classward.flows.remembered import Remembered
from classward.lifecycle.predict import PayloadPolicy, choose_route
from classward.ports import Clock, Ids, RecordWriter

__all__ = ["Candidate", "SplitPlane"]

_FLAG = "canary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version beside the live one, and the routes that say how much of the traffic is its own; replaced as one."""

    loaded: LoadedVersion
    deployment: Deployment


class SplitPlane(DataPlane):
    """Lets a candidate answer its share of rows; whatever goes wrong with it, the live version answers instead.

    A row goes by its key, or by its id if it has none, so that who saw which version can be computed again from the
    record. Without a candidate, or with one in shadow, this is :class:`~classward.flows.predict.DataPlane`.

    Where classes were renamed between the two, callers get the live version's names until the candidate is live; each
    record keeps the names of the version that answered.

    Parameters
    ----------
    failed : callable
        Told how the candidate failed on rows that the live version could answer.
    """

    def __init__(
        self,
        *,
        task: str,
        clock: Clock,
        ids: Ids,
        writer: RecordWriter | None,
        payload: PayloadPolicy | None = None,
        failed: Callable[[LoadedVersion, Exception], None],
        remembered: Remembered | None = None,
    ) -> None:
        super().__init__(task=task, clock=clock, ids=ids, writer=writer, payload=payload, remembered=remembered)
        self.candidate: Candidate | None = None
        self._failed = failed

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
        """Answer rows by the version that each belongs to."""

        def ask(which: Sequence[int] | None, who: LoadedVersion | None) -> Unlogged:
            return super(SplitPlane, self).decide(
                _at(rows, which), ids=_at(ids, which) if ids is not None else None,
                keys=_at(keys, which) if keys is not None else None, top_k=top_k, sets=sets, request_id=request_id,
                caller=caller, mark=mark, by=who,
            )  # fmt: skip

        candidate, current = self.candidate, self.current
        if by is not None or candidate is None or current is None or candidate.loaded.route != "canary":
            return ask(None, by)
        if ids is None:
            ids = [self.ids.new() for _ in rows]
        if len(ids) != len(rows) or (keys is not None and len(keys) != len(rows)):
            return ask(None, current)  # refuses
        request_id = request_id or self.ids.new()
        named = [key if key is not None else one for key, one in zip(keys or [None] * len(rows), ids, strict=True)]
        is_theirs = [choose_route(candidate.deployment, name).role == "canary" for name in named]
        theirs, ours = ([i for i, is_so in enumerate(is_theirs) if is_so is wanted] for wanted in (True, False))
        if not theirs:
            return ask(None, current)
        try:
            said = ask(theirs, candidate.loaded)
            seen = _in_names_of(said.answer, current.model.label_space)
        except Exception as error:  # noqa: BLE001 - whatever a candidate does, callers get the live version's answer
            answered = ask(None, current)  # raises for rows that nobody can answer
            self._failed(candidate.loaded, error)
            return answered
        said, seen = replace(said, answer=_flagged(said.answer)), _flagged(seen)
        if not ours:
            return said if seen.class_names == said.answer.class_names else _whole(said, seen)
        try:
            own = ask(ours, current)
        except InvalidInput:
            return ask(None, current)  # names the row by its place in the request
        return _merged(own, ours, said, seen, theirs)


def _at(values: Sequence[object], which: Sequence[int] | None) -> Sequence:  # type: ignore[type-arg]
    return values if which is None else [values[i] for i in which]


def _flagged(answer: Answer) -> Answer:
    return replace(answer, predictions=tuple(replace(row, flags=(*row.flags, _FLAG)) for row in answer.predictions))


def _in_names_of(answer: Answer, space: LabelSpace) -> Answer:
    """The same answer in the names (and their order) that another version has for the same classes."""
    if answer.loaded is None or set(answer.class_names) == set(space.names):
        return answer
    theirs = {c.id: c.name for c in space.classes}
    names = {c.name: theirs[c.id] for c in answer.loaded.model.label_space.classes}
    rows = tuple(
        replace(
            row, label=names.get(row.label, row.label), top=tuple((names[name], p) for name, p in row.top),
            possible=None if row.possible is None else tuple(names[name] for name in row.possible),
        )
        for row in answer.predictions
    )  # fmt: skip
    order = [list(names.values()).index(name) for name in space.names]
    return replace(
        answer, class_names=space.names, label_space_hash=space.hash, label_space_version=space.version,
        predictions=rows, probabilities=answer.probabilities[:, order],
    )  # fmt: skip


def _whole(said: Unlogged, seen: Answer) -> Unlogged:
    """An answer of the candidate alone, as callers see it; what counts answers by version gets its own names."""
    part = replace(said.answer, places=tuple(range(len(seen.predictions))))
    return replace(said, answer=replace(seen, parts=(part,)))


def _merged(own: Unlogged, ours: Sequence[int], said: Unlogged, seen: Answer, theirs: Sequence[int]) -> Unlogged:
    """One answer in the order of the request, with probabilities in the live version's order of classes."""
    n = len(ours) + len(theirs)
    rows = dict(zip(ours, own.answer.predictions, strict=True)) | dict(zip(theirs, seen.predictions, strict=True))
    proba = np.empty((n, own.answer.probabilities.shape[1]))
    proba[list(ours)] = own.answer.probabilities
    names = seen.class_names
    proba[list(theirs)] = seen.probabilities[:, [names.index(name) for name in own.answer.class_names]]
    parts = (replace(own.answer, places=tuple(ours)), replace(said.answer, places=tuple(theirs)))
    whole = replace(own.answer, predictions=tuple(rows[i] for i in range(n)), probabilities=proba, parts=parts)
    return Unlogged(answer=whole, batch=(*own.batch, *said.batch))
