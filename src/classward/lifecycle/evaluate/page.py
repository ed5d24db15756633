"""The report as one page that needs nothing else: SVG pictures, both themes, no script, no request."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from classward.domain import ClassReport, Report, Slice, is_uncalibrated
from classward.lifecycle.evaluate.drawings import curves_svg, map_svg
from classward.lifecycle.evaluate.pictures import confusion_svg, reliability_svg
from classward.lifecycle.evaluate.templates import pages

__all__ = ["report_html"]

_MOST_CLASSES, _MOST_SLICES, _MOST_CELLS, _MOST_PAIRS = 20, 10, 8, 8
_FEW = 20


def report_html(report: Report, *, title: str, facts: Sequence[tuple[str, str]]) -> str:
    """Write a report for people: the headline in words, what to do next, every class, then where the errors are.

    Parameters
    ----------
    title : str
        Heading of the page.
    facts : sequence of (name, text)
        What else to say about the version.
    """
    found = report.analysis
    worst = sorted(report.classes, key=_recall)
    slices = found.slices if found is not None else None
    return pages().get_template("page.html.j2").render(
        report=report, found=found, title=title, facts=facts, headline=_headline(report),
        worst=([c for c in worst if c.n >= _FEW] or [c for c in worst if c.n])[:3],
        shown=worst[:_MOST_CLASSES] if len(worst) > _MOST_CLASSES + 5 else worst,
        folded=worst[_MOST_CLASSES:] if len(worst) > _MOST_CLASSES + 5 else [],
        slices_shown=_first(slices.slices) if slices is not None else [],
        slices_folded=slices.slices[len(_first(slices.slices)) :] if slices is not None else [],
        cells=slices.cells[:_MOST_CELLS] if slices is not None else [],
        asked=_asked(report),
        uncalibrated=is_uncalibrated(report.calibration.verdict),
        pairs=found.pairs[:_MOST_PAIRS] if found is not None else [],
        confusion=Markup(confusion_svg(report)), reliability=Markup(reliability_svg(report.calibration)),
        map=Markup(map_svg(found.map, report.class_names)) if found is not None and found.map is not None else None,
        curves=Markup(curves_svg(found.class_figures)) if found is not None else None,
        roc=Markup(curves_svg(found.class_figures, kind="roc")) if found is not None else None,
        answered=Markup(map_svg(found.map, report.class_names, by="predicted")) if found and found.map else None,
        extra=found.figures if found is not None else (),
    )  # fmt: skip


def _recall(c: ClassReport) -> tuple[bool, float, int, str]:
    return c.recall.value is None, c.recall.value or 0.0, -c.n, c.class_name


def _first(slices: Sequence[Slice]) -> Sequence[Slice]:
    """Slices shown to be worse, and a few more for comparison."""
    n_worse = sum(s.verdict == "worse" for s in slices)
    return slices[: min(max(5, n_worse), _MOST_SLICES)]


def _headline(report: Report) -> str:
    share = report.accuracy.value or 0.0
    baseline = report.baselines[0].accuracy.value or 0.0
    return (
        f"Of 100 rows like these, about {100 * share:.0f} get the right class out of {len(report.class_names)}; "
        f"always answering the most frequent class would get {100 * baseline:.0f}."
    )


def _asked(report: Report) -> list[int]:
    """Places of the classes, those that are ranked or calibrated worst first; classes of few rows last."""
    found = report.analysis
    if found is None or len(found.class_figures) != len(report.classes):
        return []
    off = {c.class_name for c in report.calibration.classes if c.verdict == "off"}
    return sorted(
        range(len(report.classes)),
        key=lambda i: (
            report.classes[i].class_name not in off,
            report.classes[i].n < _FEW,
            found.class_figures[i].average_precision.value or 0.0,
        ),
    )
