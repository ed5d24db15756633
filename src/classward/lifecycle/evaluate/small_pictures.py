"""Pictures small enough for a line of a table: one class's curves and its calibration."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from classward.domain import ClassCalibration

__all__ = ["small_curve_svg", "small_reliability_svg"]

_SIDE = 56
_EDGE = 3


def small_curve_svg(points: Sequence[tuple[float, float]], *, said: str, chance: float | None = None) -> str:
    """A curve in the unit square; ``chance`` draws what a score that tells nothing has (``None``: the diagonal)."""
    if not points:
        return '<span class="none">–</span>'
    if chance is not None:  # the curve begins at the first threshold that finds a row
        points = [(0.0, points[0][1]), *points]
    line = " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)
    low, high = (0.0, 1.0) if chance is None else (chance, chance)
    guess = f'<line class="diagonal" x1="{_x(0)}" y1="{_y(low):.1f}" x2="{_x(1)}" y2="{_y(high):.1f}"/>'
    return f'{_frame(said)}{guess}<polyline class="curve c0" points="{line}"/></svg>'


def small_reliability_svg(found: ClassCalibration) -> str:
    """Share of rows that are the class against its probability; on the diagonal it means what it says."""
    if not found.bins:
        return '<span class="none">–</span>'
    parts = [
        _frame(f"calibration of {found.class_name}: {found.verdict}"),
        f'<line class="diagonal" x1="{_x(0)}" y1="{_y(0)}" x2="{_x(1)}" y2="{_y(1)}"/>',
    ]
    for b in found.bins:
        span, value = b.accuracy.interval, b.accuracy.value
        if span is None or value is None:
            continue
        x = _x(b.confidence)
        parts.append(
            f"<g><title>stated {b.confidence:.3f}, was {value:.3f} of {b.accuracy.n:,} rows</title>"
            f'<line class="thin" x1="{x:.1f}" x2="{x:.1f}" y1="{_y(span.low):.1f}" y2="{_y(span.high):.1f}"/>'
            f'<circle class="dot" cx="{x:.1f}" cy="{_y(value):.1f}" r="2"/></g>'
        )
    return "".join(parts) + "</svg>"


def _frame(said: str) -> str:
    return (
        f'<svg class="small" width="{_SIDE}" height="{_SIDE}" role="img" aria-label="{escape(said)}">'
        f"<title>{escape(said)}</title>"
        f'<rect class="frame" x="{_EDGE}" y="{_EDGE}" width="{_SIDE - 2 * _EDGE}" height="{_SIDE - 2 * _EDGE}"/>'
    )


def _x(value: float) -> float:
    return _EDGE + value * (_SIDE - 2 * _EDGE)


def _y(value: float) -> float:
    return _EDGE + (1 - value) * (_SIDE - 2 * _EDGE)
