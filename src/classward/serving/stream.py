"""``POST /predict`` as a stream: one JSON object a line in, one answer a line out, however many there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl

import msgspec

from classward.errors import ClasswardError, InvalidInput, nearest
from classward.flows.answer_json import rows_as_json
from classward.serving.body import ClientGone
from classward.serving.decode import MAX_TOP_K, StreamLine, decode_line
from classward.serving.failures import note_fault, note_refusal
from classward.serving.live import require_current
from classward.serving.messages import Reply, Request
from classward.serving.predict import answer_rows
from classward.serving.worker import Worker

__all__ = ["NDJSON", "STREAM_ROWS", "predict_stream"]

NDJSON = "application/x-ndjson"
STREAM_ROWS = 32
"""Rows that are answered, logged and sent together; between them other requests have their turn."""

_NAMES = ("top_k", "all", "sets")

_encoder = msgspec.json.Encoder()


class _Options(NamedTuple):
    """What stands in the address."""

    top_k: int
    is_full: bool
    sets: bool


async def predict_stream(worker: Worker, request: Request) -> Reply:
    """Answer rows as they come; memory is bounded by one line and 32 rows.

    A line that cannot be answered gets a line with ``error`` in its place and spoils no other. A client must read while
    it sends.

    Raises
    ------
    InvalidInput
        CW294, CW423, CW427 for what stands in the address; what goes wrong later is told in the last line.
    Refused
        CW801 when no version is live.
    """
    options = _options(request.query)
    loaded = require_current(worker)
    if options.sets:
        loaded.sets()
    return Reply(body=b"", content_type=NDJSON.encode(), rest=_answers(worker, request, options))


def _options(query: bytes) -> _Options:
    given = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=20))
    for name in given:
        if name not in _NAMES:
            raise InvalidInput(
                "CW427",
                f"no option is called {name[:50]!r}{nearest(name[:50], _NAMES)}",
                fix="a stream knows the options top_k, all and sets: POST /predict?top_k=3&all=true",
            )
    top_k = given.get("top_k", "1")
    if not (top_k.isascii() and top_k.isdigit() and 1 <= int(top_k[:9]) <= MAX_TOP_K):
        raise InvalidInput("CW423", f"'top_k' must be between 1 and {MAX_TOP_K}", fix="leave it out for the best class")
    return _Options(int(top_k), is_full=_flag(given, "all"), sets=_flag(given, "sets"))


def _flag(given: Mapping[str, str], name: str) -> bool:
    value = given.get(name, "false")
    if value not in {"true", "false"}:
        raise InvalidInput("CW427", f"the option {name!r} is true or false", got=repr(value[:50]), fix=f"?{name}=true")
    return value == "true"


async def _answers(worker: Worker, request: Request, options: _Options) -> AsyncIterator[bytes]:
    """Give the answers of up to 32 lines at a time; whatever ends the stream early is its last line."""
    assert request.pieces is not None
    n_done = 0
    try:
        async for lines in _lines(request.pieces, worker.parts.settings.max_body_bytes):
            yield await _answer(worker, request, lines, n_done, options)
            n_done += len(lines)
            await asyncio.sleep(0)
    except ClientGone:
        raise
    except ClasswardError as error:
        note_refusal(worker, error, request_id=request.id)
        yield _encoder.encode_lines([_told(error, n_done, request.id)])
    except Exception as error:  # noqa: BLE001 - process boundary: a fault of ours is logged, counted and told
        yield _encoder.encode_lines([_told(note_fault(worker, error, request_id=request.id), n_done, request.id)])


async def _lines(pieces: AsyncIterator[bytes], max_bytes: int) -> AsyncIterator[list[bytes]]:
    """Cut pieces into lines, at most 32 at a time; what has arrived is not held back."""
    rest = b""
    async for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for at in range(0, len(lines), STREAM_ROWS):
            if some := [line for line in lines[at : at + STREAM_ROWS] if line.strip()]:
                yield some
        if len(rest) > max_bytes:
            raise InvalidInput(
                "CW412", "a line is too large", got=f"more than {max_bytes} bytes", fix="end each row with a line feed"
            )
    if rest.strip():
        yield [rest]


async def _answer(worker: Worker, request: Request, lines: Sequence[bytes], first: int, options: _Options) -> bytes:
    told: dict[int, dict[str, object]] = {}
    rows: dict[int, StreamLine] = {}
    for index, line in enumerate(lines, start=first):
        try:
            rows[index] = decode_line(line)
        except InvalidInput as error:
            note_refusal(worker, error, request_id=request.id)
            told[index] = _told(error, index, request.id)
    try:
        told |= await _answer_all(worker, request, rows, options)
    except InvalidInput:  # some row is bad: each on its own, so that the others are answered
        for index, row in rows.items():
            try:
                told |= await _answer_all(worker, request, {index: row}, options)
            except InvalidInput as error:
                note_refusal(worker, error, request_id=request.id)
                told[index] = _told(error, index, request.id)
    return _encoder.encode_lines([told[index] for index in sorted(told)])


async def _answer_all(
    worker: Worker, request: Request, rows: Mapping[int, StreamLine], options: _Options
) -> dict[int, dict[str, object]]:
    if not rows:
        return {}
    new_id = worker.parts.ids.new
    answer = await answer_rows(
        worker,
        [row.row for row in rows.values()],
        ids=[row.id or new_id() for row in rows.values()],
        keys=[row.key for row in rows.values()],
        top_k=options.top_k,
        sets=options.sets,
        request_id=request.id,
        caller=request.caller,
    )
    answered = zip(rows, rows_as_json(answer, is_full=options.is_full), strict=True)
    space = answer.label_space_version
    return {index: {"index": index, "label_space_version": space, **row} for index, row in answered}


def _told(error: ClasswardError, index: int, request_id: str) -> dict[str, object]:
    return {"index": index, "error": {**error.as_dict(), "request_id": request_id}}
