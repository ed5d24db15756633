"""``POST /predict``: rows in, classes with probabilities out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from classward.flows.answer_json import answer_as_json
from classward.flows.predict import Answer
from classward.serving.admission import check_deadline
from classward.serving.decode import check_count, decode_predict
from classward.serving.live import require_current
from classward.serving.messages import Reply, Request, json_reply
from classward.serving.trace import RequestTrace
from classward.serving.worker import Worker

__all__ = ["INLINE_ROWS", "answer_rows", "predict"]

INLINE_ROWS = 64
"""Requests of up to this many rows are answered on the event loop: handing over to a thread costs more.
Images always go to a thread: decoding takes long."""


async def predict(worker: Worker, request: Request) -> Reply:
    """Answer rows in this project's own form.

    Raises
    ------
    InvalidInput
        Naming row and field; nothing is predicted or logged.
    Refused
        CW801 when no version is live.
    """
    body = decode_predict(request.body)
    answer = await answer_rows(
        worker,
        body.rows,
        ids=body.ids,
        keys=body.keys,
        top_k=body.top_k,
        sets=body.sets,
        request_id=request.id,
        caller=request.caller,
        deadline_s=request.deadline_s,
        trace=request.trace,
    )
    return json_reply(answer_as_json(answer, is_full=body.all))


async def answer_rows(
    worker: Worker,
    rows: Sequence[dict[str, object]],
    *,
    ids: Sequence[str] | None,
    keys: Sequence[str | None] | None,
    top_k: int,
    sets: bool = False,
    request_id: str,
    caller: str,
    deadline_s: float | None = None,
    trace: RequestTrace | None = None,
) -> Answer:
    """Hand rows to the data plane, on the event loop or beside it, and count the answer.

    The answer leaves when its records are written; the event loop does other things until then.

    Raises
    ------
    InvalidInput
        CW425 when the caller's deadline passed before the rows were begun, CW294 when sets are asked of a version without.
    Shed
        CW433 when too many large requests wait.
    """
    check_count(len(rows), max_rows=worker.parts.settings.max_rows, what="rows")
    loaded = require_current(worker)
    if deadline_s is not None:
        check_deadline(deadline_s, worker.parts.clock.monotonic_s())
    mark = trace.mark if trace else None
    if len(rows) <= INLINE_ROWS and not loaded.reads_images:
        pending = worker.standby.decide(
            rows, ids=ids, keys=keys, top_k=top_k, sets=sets, request_id=request_id, caller=caller, mark=mark
        )
        answer = pending.settled(is_logged=await worker.writer.answered(pending.batch))
        if mark:
            mark("log")
    else:
        new_id = worker.parts.ids.new
        answer = await worker.run_rows(
            partial(
                _answer_beside,
                worker,
                rows,
                ids=ids if ids is not None else [new_id() for _ in rows],
                keys=keys,
                top_k=top_k,
                sets=sets,
                request_id=request_id,
                caller=caller,
                mark=mark,
            ),
            deadline_s=deadline_s,
        )
    loaded = answer.loaded or loaded  # a version may have been swapped in while the rows waited
    if trace:
        trace.answered(answer, loaded.route)
    for part in answer.parts or (answer,):
        own = [rows[i] for i in part.places] if part.places else rows
        by = part.loaded or loaded
        worker.metrics.answered(part, by.route)
        worker.explaining.offer(by, part, own)
        worker.shadow(part, own)
    return answer


def _answer_beside(worker: Worker, rows: Sequence[dict[str, object]], **asked: Any) -> Answer:
    """Answer and log rows in a thread beside the event loop."""
    pending = worker.standby.decide(rows, **asked)
    answer = pending.settled(is_logged=worker.writer.predictions(pending.batch))
    if asked["mark"]:
        asked["mark"]("log")
    return answer
