"""Pictures of the analysis, as SVG text: the map, curves and bars; everything a user wrote is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from classward.domain import ClassFigures, ClassMap, Measure

__all__ = ["curves_svg", "gain_svg", "map_svg"]

_MAP = 420
_CURVE = 300
_BAR = 150
_MOST_CURVES = 6
_FEW = 20


def map_svg(found: ClassMap, names: Sequence[str], *, by: str = "true") -> str:
    """Rows as dots in the colour of their true (or ``predicted``) class, wrong answers as crosses on top.

    Smaller classes are grey.
    """
    xs, ys = [p.x for p in found.points] or [0.0], [p.y for p in found.points] or [0.0]
    span = max(max(xs) - min(xs), max(ys) - min(ys)) or 1.0
    left, top = (min(xs) + max(xs) - span) / 2, (min(ys) + max(ys) - span) / 2
    colour = {index: f"c{i}" for i, index in enumerate(found.coloured)}
    dots: dict[str, list[str]] = {}
    crosses: dict[str, list[str]] = {}
    for p in found.points:
        x, y = 10 + (_MAP - 20) * (p.x - left) / span, 10 + (_MAP - 20) * (p.y - top) / span
        kind = colour.get(p.true if by == "true" else p.predicted, "rest")
        if p.true == p.predicted:
            dots.setdefault(kind, []).append(f"M{x:.1f} {y:.1f}h.01")
        else:
            crosses.setdefault(kind, []).append(f"M{x - 3:.1f} {y - 3:.1f}l6 6m-6 0l6-6")
    parts = [
        (
            f'<svg viewBox="0 0 {_MAP} {_MAP}" width="{_MAP}" class="map" role="img" '
            f'aria-label="map of rows, coloured by {by} class, wrong answers crossed">'
            f'<rect class="frame" x="1" y="1" width="{_MAP - 2}" height="{_MAP - 2}"/>'
        )
    ]
    for style, drawn in (("dots", dots), ("crosses", crosses)):
        ranked = sorted(drawn, key=lambda kind: (kind != "rest", kind))
        parts += [f'<path class="{style} {kind}" d="{"".join(drawn[kind])}"/>' for kind in ranked]
    legend = "".join(
        f'<span class="key"><svg width="12" height="12"><path class="dots {colour[i]}" d="M6 6h.01"/></svg> '
        f"{escape(names[i])}</span>"
        for i in found.coloured
    )
    others = len(names) - len(found.coloured)
    if others:
        legend += (
            f'<span class="key"><svg width="12" height="12"><path class="dots rest" d="M6 6h.01"/></svg> {others} other'
            f"{'s' if others > 1 else ''}</span>"
        )
    legend += (
        '<span class="key"><svg width="12" height="12"><path class="crosses rest" d="M3 3l6 6m-6 0l6-6"/></svg> '
        "answered wrong</span>"
    )
    return "".join(parts) + f'</svg><p class="legend">{legend}</p>'


def curves_svg(figures: Sequence[ClassFigures], *, kind: str = "precision_recall") -> str:
    """Precision against recall, or ``roc``, of the classes with the lowest average precision (20 rows or more first)."""
    is_roc = kind == "roc"
    worst = sorted(
        (f for f in figures if f.average_precision.value is not None and (f.roc if is_roc else f.precision_recall)),
        key=lambda f: (f.n < _FEW, f.average_precision.value or 0.0),
    )[:_MOST_CURVES]
    across, up, said = ("false alarms", "recall", "AUC") if is_roc else ("recall", "precision", "average precision")
    left = 46
    parts = [
        (
            f'<svg viewBox="0 0 {_CURVE + 60} {_CURVE + 50}" width="{_CURVE + 60}" class="curves" role="img" '
            f'aria-label="{up} against {across} of the hardest classes">'
            f'<rect class="frame" x="{left}" y="8" width="{_CURVE}" height="{_CURVE}"/>'
        )
    ]
    for tick in (0.0, 0.5, 1.0):
        parts.append(f'<text x="{left + tick * _CURVE:.0f}" y="{_CURVE + 24}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{left - 6}" y="{12 + (1 - tick) * _CURVE:.0f}" text-anchor="end">{tick:g}</text>')
    shown = [(f, f.roc if is_roc else f.precision_recall, f.auc if is_roc else f.average_precision) for f in worst]
    for i, (f, curve, area) in enumerate(shown):
        curve = curve if is_roc else ((0.0, curve[0][1]), *curve)
        points = " ".join(f"{left + x * _CURVE:.1f},{8 + (1 - y) * _CURVE:.1f}" for x, y in curve)
        title = f"{f.class_name}: {said} {area.value:.2f} on {f.n:,} rows"
        parts.append(f'<g><title>{escape(title)}</title><polyline class="curve c{i}" points="{points}"/></g>')
    parts.append(f'<text x="{left + _CURVE / 2:.0f}" y="{_CURVE + 42}" text-anchor="middle">{across}</text>')
    parts.append(
        f'<text transform="translate(10,{8 + _CURVE / 2:.0f}) rotate(-90)" text-anchor="middle">{up}</text></svg>'
    )
    legend = "".join(
        f'<span class="key"><svg width="14" height="12"><path class="curve c{i}" d="M1 6h12"/></svg> '
        f"{escape(f.class_name)} ({area.value:.2f})</span>"
        for i, (f, _, area) in enumerate(shown)
    )
    return "".join(parts) + f'<p class="legend">{legend}</p>'


def gain_svg(measure: Measure, largest: float, *, is_loss: bool = False) -> str:
    """A signed figure as a bar from the middle, with its interval as a line; ``largest`` is the end of the scale.

    ``is_loss`` gives growth the colour of what is bad.
    """
    if measure.value is None or largest <= 0:
        return '<span class="none">–</span>'
    middle, half = _BAR / 2, _BAR / 2 - 4

    def at(value: float) -> float:
        return middle + half * max(-1.0, min(1.0, value / largest))

    low, high = sorted((middle, at(measure.value)))
    kind = "hit" if (measure.value >= 0) != is_loss else "miss"
    line = ""
    if measure.interval is not None:
        line = f'<line class="ends" x1="{at(measure.interval.low):.1f}" x2="{at(measure.interval.high):.1f}" y1="7" y2="7"/>'
    return (
        f'<svg class="bar" width="{_BAR}" height="14" role="img" aria-label="{measure.value:.2f}">'
        f"<title>{measure.value:.3f} on {measure.n:,} rows</title>"
        f'<rect class="{kind}" x="{low:.1f}" y="2" width="{max(high - low, 1):.1f}" height="10" fill-opacity=".55"/>'
        f'{line}<line class="axis" x1="{middle}" x2="{middle}" y1="0" y2="14"/></svg>'
    )
