"""E-mail, chats and paging services through a library that knows them (Apprise)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from importlib import import_module

from classward.domain import Alert, Notice
from classward.errors import UsageError

__all__ = ["ServicesPlace"]


class ServicesPlace:
    """One address of a service, such as ``mailtos://…`` or ``slack://…``. Never shown: it holds the secret.

    Raises
    ------
    UsageError
        CW443 if the library is not installed; CW444 if it does not know the address.
    """

    def __init__(self, url: str) -> None:
        try:
            library = import_module("apprise")
        except ModuleNotFoundError:
            raise UsageError(
                "CW443", "alerts are to go to a service, but what knows services is not installed", got="no module apprise",
                fix="pip install 'classward[notify]', or unset CLASSWARD_ALERT_SERVICES",
            ) from None  # fmt: skip
        scheme = url.partition(":")[0]
        self._service = library.Apprise()
        if not self._service.add(url):
            raise UsageError(
                "CW444", "an address of CLASSWARD_ALERT_SERVICES is of no known service", got=f"{scheme}://…",
                why="an alert that is sent nowhere looks like silence", fix="see the list of addresses of Apprise",
            )  # fmt: skip
        self.name = f"service {scheme} {hashlib.sha256(url.encode()).hexdigest()[:8]}"

    def deliver(self, notice: Notice) -> str:
        """Send it as a message."""
        told = self._service.notify(title=notice.title, body=notice.text)
        return "" if told else "the service did not take it"

    def beat(self, alerts: Sequence[Alert], *, now: datetime) -> str:
        """Nothing: people are told of changes alone."""
        return ""
