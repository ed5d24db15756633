"""Any address that takes JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from classward.backends.notifiers.post import place_of, post
from classward.domain import Alert, Notice, to_plain

__all__ = ["WebhookPlace"]


class WebhookPlace:
    """Gets each notice as one POST: ``{"format_version": 1, "notice": …}``; any answer below 300 accepts it."""

    def __init__(self, url: str) -> None:
        self._url = url
        digest = hashlib.sha256(url.encode()).hexdigest()[:8]
        self.name = f"webhook {place_of(url)} {digest}"

    def deliver(self, notice: Notice) -> str:
        """Send it."""
        return post(self._url, {"format_version": 1, "notice": to_plain(notice)})

    def beat(self, alerts: Sequence[Alert], *, now: datetime) -> str:
        """Nothing: it is told of changes alone."""
        return ""
