"""The version that answers when the live one fails: kept in memory, asked through a breaker, and never in silence."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from classward.errors import ClasswardError
from classward.flows.predict import DataPlane, LoadedVersion, Unlogged
from classward.lifecycle.release import RegistryState
from classward.serving.breaker import Breaker
from classward.serving.logs import say
from classward.serving.parts import ServingParts

__all__ = ["Standby"]

_FLAGS = ("degraded", "fallback")
_ROUTE = "fallback"


class Standby:
    """Asks the live version; if its model fails, not the request, the declared fallback answers with flags that say so.

    Without a declared version (``CLASSWARD_FALLBACK_VERSION``) a fault is a fault. Rows that the fallback cannot read, as its
    schema is another, get the live version's own answer or fault.

    Parameters
    ----------
    parts : ServingParts
        Settings, clock, and where bundles are loaded.
    live : DataPlane
        What answers usually.
    """

    def __init__(self, parts: ServingParts, live: DataPlane) -> None:
        self._parts, self._live = parts, live
        self._plane = DataPlane(
            task=parts.task.name, clock=parts.clock, ids=parts.ids, writer=None, payload=parts.payload
        )
        self._number = parts.settings.fallback_version
        self._retry_s = 0.0
        self.breaker = Breaker()

    @property
    def is_there(self) -> bool:
        """Whether a fallback is loaded."""
        return self._plane.current is not None

    def refresh(self, state: RegistryState) -> None:
        """Load the declared version once it exists; a failure is logged and tried again. Not for the event loop."""
        now_s = self._parts.clock.monotonic_s()
        if not self._number or self.is_there or now_s < self._retry_s:
            return
        try:
            bundle_hash = state.stored_version(self._number).bundle_hash
            self._plane.current = LoadedVersion(
                version=self._number, bundle_hash=bundle_hash, route=_ROUTE, model=self._parts.load_bundle(bundle_hash),
                repairs=self._parts.task.repairs, facts=self._parts.load_facts(bundle_hash),
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001 - process loop: without a fallback the live version still answers
            self._retry_s = now_s + 10.0
            say("cannot load the fallback", level=logging.ERROR, trace=error, version=self._number)
        else:
            say("fallback loaded", version=self._number, bundle_hash=bundle_hash)

    def decide(self, rows: Sequence[Mapping[str, object]], **asked: Any) -> Unlogged:
        """Answer rows as ``DataPlane.decide`` does, by the live version or, if that fails, by the fallback."""
        if not self.is_there:
            return self._live.decide(rows, **asked)
        now_s = self._parts.clock.monotonic_s()
        if not self.breaker.may_try(now_s) and (pending := self._fallback(rows, asked)) is not None:
            return pending
        try:
            pending = self._live.decide(rows, **asked)
        except ClasswardError:
            raise
        except Exception as error:
            if self.breaker.failed(now_s):
                say(
                    "the model fails: the fallback answers", level=logging.ERROR, trace=error, version=self._number,
                    request_id=asked.get("request_id"),
                )  # fmt: skip
            pending = self._fallback(rows, asked)
            if pending is None:
                raise
            return pending
        if self.breaker.is_open:
            say("the model answers again", version=pending.answer.version)
        self.breaker.succeeded()
        return pending

    def _fallback(self, rows: Sequence[Mapping[str, object]], asked: Mapping[str, Any]) -> Unlogged | None:
        try:
            pending = self._plane.decide(rows, **asked)
        except ClasswardError:
            return None  # rows of another schema, or sets that the fallback does not have
        answer = replace(
            pending.answer,
            predictions=tuple(replace(row, flags=(*row.flags, *_FLAGS)) for row in pending.answer.predictions),
        )
        return Unlogged(answer=answer, batch=tuple(replace(p, flags=(*p.flags, *_FLAGS)) for p in pending.batch))
