"""The report as one page that needs nothing else: SVG pictures, both themes, no script, no request."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from classward.domain import Measure, Report
from classward.lifecycle.evaluate.pictures import confusion_svg, interval_svg, reliability_svg

__all__ = ["report_html"]


def report_html(report: Report, *, title: str, facts: Sequence[tuple[str, str]]) -> str:
    """Write a report for people: the headline in words, then every class with n and interval, then the pictures.

    Parameters
    ----------
    title : str
        Heading of the page.
    facts : sequence of (name, text)
        What else to say about the version.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"figure": _figure, "bar": lambda m: Markup(interval_svg(m))}
    text = files("classward.lifecycle.evaluate").joinpath("page.html.j2").read_text(encoding="utf-8")
    worst = sorted((c for c in report.classes if c.n), key=lambda c: c.recall.value or 0.0)
    return environment.from_string(text).render(
        report=report, title=title, facts=facts, worst=worst[:3], headline=_headline(report),
        confusion=Markup(confusion_svg(report)), reliability=Markup(reliability_svg(report.calibration)),
    )  # fmt: skip


def _figure(measure: Measure, digits: int = 2) -> str:
    if measure.value is None:
        return "–"
    span = measure.interval
    text = f"{measure.value:.{digits}f}"
    return f"{text} [{span.low:.{digits}f}, {span.high:.{digits}f}]" if span else text


def _headline(report: Report) -> str:
    share = report.accuracy.value or 0.0
    baseline = report.baselines[0].accuracy.value or 0.0
    return (
        f"Of 100 rows like these, about {100 * share:.0f} get the right class out of {len(report.class_names)}; "
        f"always answering the most frequent class would get {100 * baseline:.0f}."
    )
