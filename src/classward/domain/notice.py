"""What is sent to people about alerts."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.alerts import Alert

__all__ = ["Notice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Alerts of one version that are told together.

    ``state`` is ``firing`` or ``resolved``, ``to`` whom the task file names for them; ``title`` and ``text`` say
    everything in words. ``is_held`` if they were kept back while a version went live.
    """

    task: str
    state: str
    severity: str
    version: int
    alerts: tuple[Alert, ...]
    to: tuple[str, ...]
    title: str
    text: str
    is_held: bool = False
