"""A project's registry, figures and reports for notebooks and scripts."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from classward import wiring
from classward.api.views import ReportView, View, figure

if TYPE_CHECKING:
    from classward.domain import PairedReport, Report
    from classward.flows.explain import Explained
    from classward.flows.status import Status

__all__ = ["ReportView", "Workspace"]


class Workspace:
    """A project's registry, figures and reports, for notebooks and scripts.

    Everything it gives shows itself: as text where it is printed, as a page in a notebook; ``data`` is the noun behind it.
    Reading sealed rows again (slices, comparisons) is recorded and counted, as on the command line.

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

    def report(self, version: int | None = None, *, where: str = "", window_days: float | None = None) -> View[Report]:
        """The report of a version (the newest when none is named), shown as a page in a notebook.

        Parameters
        ----------
        where : str
            ``COLUMN=VALUE``: only a slice of the sealed rows, or of the window.
        window_days : float, optional
            Labelled live answers of the last so many days instead of sealed rows.
        """
        from classward.artifact.read import read_extra
        from classward.flows.register import read_report
        from classward.flows.report import live_or_newest, sealed_report, window_report
        from classward.flows.versions import newest, registry_state

        ctx = self._context
        state = registry_state(ctx.journal, ctx.task.name)
        if version is not None:
            found = state.stored_version(version)
        else:
            found = newest(state) if window_days is None else live_or_newest(ctx)
        if window_days is not None:
            cut = window_report(ctx, found, window=timedelta(days=window_days), where=where)
            return self._shown(cut.report, cut.page())
        if where:
            cut = sealed_report(ctx, found, where=where)
            return self._shown(cut.report, cut.page())
        page = read_extra(ctx.artifacts.path(found.bundle_hash), "report.html", expected_hash=found.bundle_hash)
        return self._shown(read_report(ctx, found), page.decode())

    def compare(self, live: int, candidate: int, *, metrics: tuple[str, ...] = ()) -> View[PairedReport]:
        """Two versions on rows that neither was trained on; the decision is recorded."""
        from classward.flows.compare import compare

        made = compare(self._context, live, candidate, metrics=metrics)
        found = made.paired
        text = (
            f"{found.candidate_name} against {found.live_name}: {made.decision.verdict} on {made.n_rows:,} rows; accuracy "
            f"{figure(found.accuracy.difference)}, log loss {figure(found.log_loss)}, {found.cost_of} {figure(found.cost)}"
        )
        return View(found, text, made.page())

    def explain(
        self, answer: str | Mapping[str, object], *, against: str | None = None, version: int | None = None
    ) -> View[Explained]:
        """Why a logged answer (its id), or a row (column → value), got its class."""
        from classward.flows.explain import explain_given, explain_logged
        from classward.lifecycle.evaluate import explanation_html

        if isinstance(answer, str):
            found = explain_logged(self._context, answer, contrast=against)
        else:
            found = explain_given(self._context, answer, contrast=against, version=version)
        strongest = ", ".join(
            f"{c.column}{f' {c.token!r}' if c.token else ''} {c.value:+.1f}"
            for c in found.explanation.contributions[:4]
        )
        text = f"{found.label!r} {found.probability:.2f} because {strongest}"
        return View(found, text, explanation_html(found.explanation))

    def confusion(self, version: int | None = None, *, share_of: str = "counts") -> str:
        """The confusion matrix as CSV text: ``counts``, or shares of each ``true`` or ``predicted`` class."""
        from classward.lifecycle.evaluate import confusion_csv

        return confusion_csv(self.report(version).data, share_of=share_of)

    def _shown(self, made: Report, page: str) -> View[Report]:
        worst = min((c for c in made.classes if c.recall.value is not None), key=lambda c: c.recall.value or 0.0)
        text = (
            f"{made.task_name}, {made.n:,} rows ({made.fold}): accuracy {figure(made.accuracy)}, macro F1 "
            f"{figure(made.macro_f1)}, log loss {figure(made.log_loss)}, ECE {made.calibration.ece:.3f} "
            f"({made.calibration.verdict}); hardest class {worst.class_name!r}: recall {figure(worst.recall)}"
        )
        return View(made, text, page)
