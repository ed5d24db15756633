"""What handlers tell a trace of their request; who makes traces is not their business."""

from __future__ import annotations

from typing import Protocol

from classward.flows.predict import Answer

__all__ = ["RequestTrace"]


class RequestTrace(Protocol):
    """The trace of one request, as far as this server is concerned."""

    @property
    def trace_id(self) -> str:
        """The trace's id as W3C writes it."""
        ...

    def mark(self, stage: str) -> None:
        """A stage of the answer ends now; ``begin`` opens the first one."""
        ...

    def answered(self, answer: Answer, route: str) -> None:
        """Say which version answered, and make the spans of the stages."""
        ...

    def end(self, status: int) -> None:
        """Close the span with the answer's status; faults of the server mark it as failed."""
        ...
