"""The report as one page that needs nothing else: SVG pictures, both themes, no script, no request."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from classward.domain import ClassReport, Measure, Report, Slice
from classward.lifecycle.evaluate.drawings import curves_svg, gain_svg, map_svg
from classward.lifecycle.evaluate.pictures import confusion_svg, interval_svg, reliability_svg

__all__ = ["report_html"]

_MOST_CLASSES, _MOST_SLICES, _MOST_CELLS, _MOST_PAIRS = 20, 10, 8, 8
_FEW = 20
_WORDS = {
    "balanced_accuracy": "balanced accuracy: mean recall of the classes",
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "matthews_corrcoef": "Matthews correlation",
    "cohen_kappa": "Cohen's kappa",
    "mean_cost": "mean cost of a row",
    "worst_class_recall": "recall of the worst class",
    "confident_errors": "wrong among answers with confidence 0.9 or more",
    "roc_auc_micro": "AUC, all cells together",
    "roc_auc_macro": "AUC one against rest, mean of the classes",
    "average_precision_macro": "average precision, mean of the classes",
}


def report_html(report: Report, *, title: str, facts: Sequence[tuple[str, str]]) -> str:
    """Write a report for people: the headline in words, what to do next, every class, then where the errors are.

    Parameters
    ----------
    title : str
        Heading of the page.
    facts : sequence of (name, text)
        What else to say about the version.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_template),
    )
    environment.filters |= {
        "figure": _figure, "bar": lambda m: Markup(interval_svg(m)), "gain": lambda m, top: Markup(gain_svg(m, top)),
        "count": lambda n: f"{n:,}", "p": lambda p: "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}",
        "words": lambda name: _WORDS.get(name, name.replace("_", " ")),
    }  # fmt: skip
    found = report.analysis
    worst = sorted(report.classes, key=_recall)
    slices = found.slices if found is not None else None
    return environment.get_template("page.html.j2").render(
        report=report, found=found, title=title, facts=facts, headline=_headline(report),
        worst=([c for c in worst if c.n >= _FEW] or [c for c in worst if c.n])[:3],
        shown=worst[:_MOST_CLASSES] if len(worst) > _MOST_CLASSES + 5 else worst,
        folded=worst[_MOST_CLASSES:] if len(worst) > _MOST_CLASSES + 5 else [],
        slices_shown=_first(slices.slices) if slices is not None else [],
        slices_folded=slices.slices[len(_first(slices.slices)) :] if slices is not None else [],
        cells=slices.cells[:_MOST_CELLS] if slices is not None else [],
        pairs=found.pairs[:_MOST_PAIRS] if found is not None else [],
        confusion=Markup(confusion_svg(report)), reliability=Markup(reliability_svg(report.calibration)),
        map=Markup(map_svg(found.map, report.class_names)) if found is not None and found.map is not None else None,
        curves=Markup(curves_svg(found.class_figures)) if found is not None else None,
        extra=found.figures if found is not None else (),
    )  # fmt: skip


def _template(name: str) -> str:
    return files("classward.lifecycle.evaluate").joinpath(name).read_text(encoding="utf-8")


def _recall(c: ClassReport) -> tuple[bool, float, int, str]:
    return c.recall.value is None, c.recall.value or 0.0, -c.n, c.class_name


def _first(slices: Sequence[Slice]) -> Sequence[Slice]:
    """Slices shown to be worse, and a few more for comparison."""
    n_worse = sum(s.verdict == "worse" for s in slices)
    return slices[: min(max(5, n_worse), _MOST_SLICES)]


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
