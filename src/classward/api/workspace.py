"""A project's registry, figures and reports for notebooks and scripts."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from classward import wiring

if TYPE_CHECKING:
    from classward.domain import Report
    from classward.flows.status import Status

__all__ = ["ReportView", "Workspace"]


class ReportView:
    """A report that shows itself in a notebook; ``data`` is the noun behind it."""

    def __init__(self, data: Report, page: str) -> None:
        self.data, self._page = data, page

    def _repr_html_(self) -> str:
        import html

        return (
            f'<iframe srcdoc="{html.escape(self._page, quote=True)}" style="width:100%;height:70vh;border:0"></iframe>'
        )


class Workspace:
    """A project's registry, figures and reports, read-only, for notebooks and scripts.

    Examples
    --------
    >>> Workspace("classward.toml").status().classes[0].recall.value    # doctest: +SKIP
    0.93
    """

    def __init__(self, task_file: str | Path = "classward.toml") -> None:
        self._context = wiring.open_context(task_file, wiring.read_settings(os.environ))

    def status(self) -> Status:
        """What is live and how each class does, now."""
        from classward.flows.status import status

        return status(self._context, now=self._context.clock.now())

    def report(self, version: int | None = None) -> ReportView:
        """The report of a version (the newest when none is named), shown as a page in a notebook."""
        from classward.artifact.read import read_extra
        from classward.flows.register import read_report
        from classward.flows.versions import newest, registry_state

        state = registry_state(self._context.journal, self._context.task.name)
        found = state.stored_version(version) if version is not None else newest(state)
        folder = self._context.artifacts.path(found.bundle_hash)
        page = read_extra(folder, "report.html", expected_hash=found.bundle_hash).decode()
        return ReportView(read_report(self._context, found), page)
