"""An explanation as a piece of a page, for notebooks and consoles."""

from __future__ import annotations

from html import escape

from classward.domain import Contribution, Explanation, Interval, Measure
from classward.lifecycle.evaluate.drawings import gain_svg

__all__ = ["explanation_html"]

_STYLE = (
    "<style>.why{--ink:#1d2433;--line:#d9dee8;--good:#2563a8;--bad:#c2410c;font:14px/1.5 system-ui,sans-serif}"
    "@media (prefers-color-scheme:dark){.why{--ink:#e7ebf3;--line:#323a4a;--good:#6aa9ee;--bad:#fb923c}}"
    ".why td{padding:.1rem .8rem .1rem 0;text-align:left}.why .hit{fill:var(--good)}.why .miss{fill:var(--bad)}"
    ".why .axis{stroke:var(--line)}.why .ends{stroke:var(--ink);stroke-width:1.5}</style>"
)


def explanation_html(found: Explanation, *, most: int = 12) -> str:
    """Write an explanation for people: the score, its largest contributions as bars, and the warnings.

    Parameters
    ----------
    most : int, default=12
        Contributions shown; the others are added up in one line, so that the bars still sum to the score.
    """
    against = f"rather than {found.contrast}" if found.contrast is not None else "rather than any other class"
    shown, others = found.contributions[:most], found.contributions[most:]
    largest = 1.2 * max((abs(c.value) for c in shown), default=0.0)
    lines = [_line(_name(c), c.value, c.standard_error, largest, found.n_background) for c in shown]
    if others:
        lines.append(_line(f"{len(others)} others", sum(c.value for c in others), 0.0, largest, found.n_background))
    warnings = "".join(f"<li>{escape(w)}</li>" for w in found.warnings)
    return (
        f'{_STYLE}<div class="why"><p><b>{escape(found.class_name)}</b> {escape(against)}: {found.score:+.2f} in '
        f"{escape(found.scale)}, where rows in general have {found.base:+.2f}.</p><table><tbody>{''.join(lines)}</tbody>"
        f"</table><p>{escape(found.method)}; {found.n_background} background rows.</p>{_examples(found)}"
        f"<ul>{warnings}</ul></div>"
    )


def _examples(found: Explanation) -> str:
    if not found.nearest:
        return ""
    lines = "".join(
        f"<tr><td>{escape(x.id)}</td><td>{escape(x.class_name)}</td><td>{x.similarity:.3f}</td></tr>"
        for x in found.nearest
    )
    head = "<tr><th>id</th><th>class</th><th>similarity</th></tr>"
    return f"<p>Nearest training rows, by the cosine of their vectors:</p><table>{head}{lines}</table>"


def _name(c: Contribution) -> str:
    return c.column if c.token is None else f"{c.column}: “{c.token}”"


def _line(name: str, value: float, error: float, largest: float, n: int) -> str:
    span = Interval(low=value - 1.96 * error, high=value + 1.96 * error, level=0.95, method="normal") if error else None
    bar = gain_svg(Measure(value=value, n=n, interval=span), largest)
    return f"<tr><td>{escape(name)}</td><td>{bar}</td><td>{value:+.2f}</td></tr>"
