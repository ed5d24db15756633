"""The pictures of a report, as SVG text; everything a user wrote is escaped."""

from __future__ import annotations

from html import escape

import numpy as np

from classward.domain import CalibrationReport, Measure, Report

__all__ = ["confusion_svg", "interval_svg", "reliability_svg"]

_MOST_CLASSES = 40
_WIDTH = 116


def interval_svg(measure: Measure) -> str:
    """A share on a line from 0 to 1 with its interval; nothing to measure is said in words."""
    if measure.value is None or measure.interval is None:
        return '<span class="none">no rows</span>'
    low, high, at = (4 + (_WIDTH - 8) * x for x in (measure.interval.low, measure.interval.high, measure.value))
    return (
        f'<svg class="bar" width="{_WIDTH}" height="14" role="img" aria-label="{measure.value:.2f}">'
        f"<title>{measure.value:.3f} on {measure.n:,} rows, 95 % interval {measure.interval.low:.3f} to "
        f"{measure.interval.high:.3f} ({escape(measure.interval.method)})</title>"
        f'<line class="axis" x1="0" x2="{_WIDTH}" y1="7" y2="7"/>'
        f'<line class="span" x1="{low:.1f}" x2="{max(high, low + 1):.1f}" y1="7" y2="7"/>'
        f'<circle class="dot" cx="{at:.1f}" cy="7" r="3.5"/></svg>'
    )


def confusion_svg(report: Report) -> str:
    """Shares of each true class by predicted class; of many classes, those most often confused."""
    counts = np.array(report.confusion)
    errors = counts.sum(axis=0) + counts.sum(axis=1) - 2 * np.diag(counts)
    n_all = len(report.class_names)
    kept = np.sort(np.argsort(-errors, kind="stable")[:_MOST_CLASSES]) if n_all > _MOST_CLASSES else np.arange(n_all)
    names = [report.class_names[i] for i in kept]
    cell = max(14, min(46, 680 // len(names)))
    margin = 10 + 7 * min(24, max(len(name) for name in names))
    size = margin + cell * len(names)
    parts = [
        (
            f'<svg viewBox="0 0 {size + 4} {size + 4}" width="{size + 4}" class="confusion" role="img" '
            'aria-label="confusion matrix, true classes in rows, predicted classes in columns">'
        )
    ]
    for a, i in enumerate(kept):
        y = margin + a * cell
        label = escape(_short(names[a]))
        parts.append(f'<text x="{margin - 6}" y="{y + cell * 0.68:.1f}" text-anchor="end">{label}</text>')
        parts.append(f'<text transform="translate({y + cell * 0.68:.1f},{margin - 6}) rotate(-90)">{label}</text>')
        total = max(int(counts[i].sum()), 1)
        parts += [
            _cell(margin + b * cell, y, cell, int(counts[i, j]), total, names[a], names[b])
            for b, j in enumerate(kept)
            if counts[i, j] or i == j
        ]
    end = margin + cell * len(names)
    parts.append(
        f'<rect class="frame" x="{margin}" y="{margin}" width="{end - margin}" height="{end - margin}"/></svg>'
    )
    return "".join(parts)


def _cell(x: int, y: int, cell: int, n: int, total: int, true: str, predicted: str) -> str:
    kind = "hit" if true == predicted else "miss"
    share = n / total
    text = ""
    if cell >= 22 and n:
        tone = " on" if share > 0.5 else ""
        text = f'<text class="n{tone}" x="{x + cell / 2:.1f}" y="{y + cell * 0.64:.1f}" text-anchor="middle">{n}</text>'
    title = f"true {true}, predicted {predicted}: {n} of {total} ({100 * share:.0f} %)"
    opacity = 0.0 if not n else 0.12 + 0.88 * share
    return (
        f'<g><title>{escape(title)}</title><rect class="{kind}" x="{x}" y="{y}" width="{cell - 1}" '
        f'height="{cell - 1}" fill-opacity="{opacity:.2f}"/>{text}</g>'
    )


def reliability_svg(calibration: CalibrationReport) -> str:
    """Share right against confidence, bin by bin with intervals; on the diagonal confidence means what it says."""
    size, margin = 300, 52

    def x(value: float) -> float:
        return margin + value * size

    def y(value: float) -> float:
        return 10 + (1 - value) * size

    parts = [
        (
            f'<svg viewBox="0 0 {size + 66} {size + 56}" width="{size + 66}" class="reliability" role="img" '
            'aria-label="reliability diagram: confidence against share right">'
        ),
        f'<line class="diagonal" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>',
        f'<rect class="frame" x="{margin}" y="10" width="{size}" height="{size}"/>',
    ]
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(f'<text x="{x(tick):.0f}" y="{size + 26}" text-anchor="middle">{tick:g}</text>')
        parts.append(f'<text x="{margin - 6}" y="{y(tick) + 4:.0f}" text-anchor="end">{tick:g}</text>')
    for b in calibration.bins:
        span = b.accuracy.interval
        if b.accuracy.value is None or span is None:
            continue
        title = f"confidence {b.confidence:.2f}, right {b.accuracy.value:.2f} of {b.accuracy.n} rows"
        parts.append(
            f"<g><title>{title}</title>"
            f'<line class="span" x1="{x(b.confidence):.1f}" x2="{x(b.confidence):.1f}" '
            f'y1="{y(span.low):.1f}" y2="{y(span.high):.1f}"/>'
            f'<circle class="dot" cx="{x(b.confidence):.1f}" cy="{y(b.accuracy.value):.1f}" r="4"/></g>'
        )
    parts.append(f'<text x="{x(0.5):.0f}" y="{size + 46}" text-anchor="middle">confidence</text>')
    parts.append(
        f'<text transform="translate(10,{y(0.5):.0f}) rotate(-90)" text-anchor="middle">share right</text></svg>'
    )
    return "".join(parts)


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"
