"""What is counted and logged when a request is not answered; the same for every door."""

from __future__ import annotations

import logging

from classward.errors import ClasswardError
from classward.serving.logs import say
from classward.serving.status import status_of
from classward.serving.trace import RequestTrace
from classward.serving.worker import Worker

__all__ = ["note_fault", "note_refusal"]


def note_refusal(worker: Worker, error: ClasswardError, *, request_id: str, trace: RequestTrace | None = None) -> None:
    """Count a refusal; log it too when the server, not the request, is the reason."""
    if status_of(error) < 500:
        worker.writer.count("refused")
        return
    worker.writer.count("failed")
    say(
        "request failed",
        level=logging.WARNING,
        request_id=request_id,
        code=error.code,
        version=_version(worker),
        more=_trace(trace),
    )


def note_fault(
    worker: Worker, error: Exception, *, request_id: str, trace: RequestTrace | None = None
) -> ClasswardError:
    """Count and log a fault of ours with its trace; give the error that the caller sees."""
    worker.writer.count("failed")
    say(
        "request failed",
        level=logging.ERROR,
        trace=error,
        request_id=request_id,
        version=_version(worker),
        more=_trace(trace),
    )
    return ClasswardError(
        "CW430",
        "the server made a mistake",
        why="nothing is wrong with the request as far as we know",
        fix="the server's log has the trace under this request id",
    )


def _version(worker: Worker) -> int | None:
    return worker.current.version if worker.current else None


def _trace(trace: RequestTrace | None) -> dict[str, object]:
    return {"trace_id": trace.trace_id} if trace else {}
