"""Copies of answered rows for the other version of a rollout: made beside the answers, never before them."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from classward.domain import failure_counter
from classward.flows.predict import Answer, DataPlane, LoadedVersion
from classward.flows.split import Candidate
from classward.lifecycle.predict import PayloadPolicy
from classward.serving.admission import Admission
from classward.serving.logs import say
from classward.serving.timely import TimelyWriter

__all__ = ["Shadowing"]

_MOST_ROWS_WAITING = 256
_MOST_LAG_S = 0.02
_DROPPED = "shadow_dropped"


class Shadowing:
    """One thread that asks the other version the same rows, after the answer has left, and logs what it says as ``shadow``.

    At most 256 rows wait; more, and those that come while the server is late, are left out and counted as
    ``shadow_dropped``: copies give way first. Nothing of a copy is kept but the answer.
    """

    def __init__(self, plane: DataPlane, writer: TimelyWriter, admission: Admission) -> None:
        self._plane = DataPlane(
            task=plane.task, clock=plane.clock, ids=plane.ids, writer=None, payload=PayloadPolicy(share=0.0)
        )
        self._writer, self._admission = writer, admission
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="shadow")
        self._n_waiting = 0

    def offer(
        self,
        candidate: Candidate,
        current: LoadedVersion,
        answer: Answer,
        rows: Sequence[Mapping[str, object]],
    ) -> None:
        """Take an answered request, or a part of one; returns at once."""
        is_own = answer.bundle_hash == candidate.loaded.bundle_hash
        other = current if is_own else candidate.loaded
        route = candidate.deployment.of_role("shadow")
        share = route.weight if route is not None else 1.0
        places = [i for i, row in enumerate(answer.predictions) if _is_sampled(row.id, share)]
        if not places:
            return
        if (
            self._n_waiting + len(places) > _MOST_ROWS_WAITING
            or self._admission.lag_s > _MOST_LAG_S
            or self._writer.is_stalled
        ):
            self._writer.count(_DROPPED, len(places))
            return
        self._n_waiting += len(places)
        ids = [answer.predictions[i].id for i in places]
        copies = [rows[i] for i in places]
        future = self._thread.submit(self._copy, other, ids, copies, answer.request_id)
        future.add_done_callback(lambda done: self._done(done, other, candidate.loaded, len(places)))

    def close(self) -> None:
        """Leave what waits."""
        self._thread.shutdown(wait=True, cancel_futures=True)

    def _copy(
        self, other: LoadedVersion, ids: Sequence[str], rows: Sequence[Mapping[str, object]], request_id: str
    ) -> None:
        said = self._plane.decide(rows, ids=ids, request_id=request_id, by=other)
        self._writer.predictions([replace(p, route="shadow", features=None, payload_weight=None) for p in said.batch])

    def _done(self, future: Future[None], other: LoadedVersion, candidate: LoadedVersion, n: int) -> None:
        self._n_waiting -= n
        error = None if future.cancelled() else future.exception()
        if error is None:
            return
        if other is candidate:
            self._writer.count(failure_counter(other.bundle_hash, f"on a copied row: {type(error).__name__}"))
        say("a copied row could not be answered", level=logging.WARNING, version=other.version, error=str(error))


def _is_sampled(row_id: str, share: float) -> bool:
    return share >= 1.0 or zlib.crc32(row_id.encode("utf-8", "surrogatepass")) < share * 2**32
