"""How pages are filled in: one environment, autoescaped, with the words and bars that every page shares."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup

from classward.domain import Measure
from classward.lifecycle.evaluate.drawings import gain_svg
from classward.lifecycle.evaluate.pictures import interval_svg
from classward.lifecycle.evaluate.small_pictures import small_curve_svg, small_reliability_svg

__all__ = ["figure", "pages"]

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


def pages() -> Environment:
    """An environment for the templates beside this file; nothing a user wrote is taken as HTML."""
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_template),
    )
    environment.filters |= {
        "figure": figure, "signed": _signed, "stacked": _stacked, "bar": lambda m: Markup(interval_svg(m)),
        "gain": lambda m, top: Markup(gain_svg(m, top)),
        "loss": lambda m, top: Markup(gain_svg(m, top, is_loss=True)),
        "curve": lambda points, said, chance: Markup(small_curve_svg(points, said=said, chance=chance)),
        "reliability": lambda found: Markup(small_reliability_svg(found)),
        "count": lambda n: f"{n:,}", "p": lambda p: "p < 0.0001" if p < 1e-4 else f"p = {p:.2g}",
        "words": lambda name: _WORDS.get(name, name.replace("_", " ")),
    }  # fmt: skip
    return environment


def figure(measure: Measure, digits: int = 2) -> str:
    """A figure with its interval in brackets; a dash where there is nothing to measure."""
    if measure.value is None:
        return "–"
    span = measure.interval
    text = f"{measure.value:.{digits}f}"
    return f"{text} [{span.low:.{digits}f}, {span.high:.{digits}f}]" if span else text


def _stacked(measure: Measure, with_n: bool = False) -> Markup:
    """A figure with its interval (and n) in a second, smaller line."""
    if measure.value is None:
        return Markup("–")
    span = measure.interval
    below = f"{span.low:.2f} to {span.high:.2f}" if span else ""
    below += f", n {measure.n:,}" if with_n else ""
    return Markup("{:.2f}<small>{}</small>").format(measure.value, below)


def _signed(measure: Measure, digits: int = 3) -> str:
    """A difference with its sign, and its interval."""
    if measure.value is None:
        return "–"
    span = measure.interval
    text = f"{measure.value:+.{digits}f}"
    return f"{text} [{span.low:+.{digits}f}, {span.high:+.{digits}f}]" if span else text


def _template(name: str) -> str:
    return files("classward.lifecycle.evaluate").joinpath(name).read_text(encoding="utf-8")
