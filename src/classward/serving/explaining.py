"""Reasons for answers of critical classes, made beside the answers and never before them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from classward.flows.explain_answers import AnswerExplainer, ExplainPolicy, wanted
from classward.flows.predict import Answer, LoadedVersion
from classward.ports import Clock, RecordWriter
from classward.serving.logs import say
from classward.settings import Settings

__all__ = ["Explaining"]

_MOST_WAITING = 256


class Explaining:
    """One thread that explains answers after they have left, and appends the reasons to the record log.

    At most 256 answers wait; more are left out and counted as ``unexplained`` (``classward explain ID`` makes them later
    from the logged row).
    """

    def __init__(
        self, settings: Settings, clock: Clock, writer: RecordWriter, *, private: frozenset[str] = frozenset()
    ) -> None:
        self._private = private
        self._policy = ExplainPolicy(share=settings.explain_share, classes=settings.explain_classes)
        self._clock, self._writer = clock, writer
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="explain")
        self._n_waiting = 0
        self._explainer: AnswerExplainer | None = None

    def offer(self, loaded: LoadedVersion, answer: Answer, rows: Sequence[Mapping[str, object]]) -> None:
        """Take what the policy wants from an answered request; returns at once."""
        if self._policy.share <= 0.0:
            return
        for row_id, label, row in wanted(self._policy, loaded, answer, rows):
            if self._n_waiting >= _MOST_WAITING:
                self._writer.count("unexplained")
                continue
            self._n_waiting += 1
            self._thread.submit(self._explain, loaded, row_id, label, row).add_done_callback(self._done)

    def close(self) -> None:
        """Finish what waits."""
        self._thread.shutdown(wait=True)

    def _explain(self, loaded: LoadedVersion, row_id: str, label: str, row: Mapping[str, object]) -> None:
        if self._explainer is None or self._explainer.loaded is not loaded:
            self._explainer = AnswerExplainer(loaded, self._private)
        self._writer.attributions([self._explainer.explain(row_id, label, row, clock=self._clock)])

    def _done(self, future: Future[None]) -> None:
        self._n_waiting -= 1
        error = future.exception()
        if error is not None:
            self._writer.count("unexplained")
            say("an answer could not be explained", level=logging.WARNING, error=str(error))
