"""How results look in a terminal: aligned columns within 100 characters, plain when piped, and JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from classward.domain import Alert, Explanation, Measure, to_plain

__all__ = ["about", "as_json", "because", "fraction", "grounds", "measure", "moment", "place", "table", "tell"]


def as_json(value: object) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2))


def tell(stage: str, what: str) -> None:
    """One line of progress, on standard error so that results can be piped."""
    click.echo(f" {stage:<9}{what}", err=True)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows under a header in aligned columns; columns listed in ``right`` are right-aligned."""
    widths = [max(_width(row[i]) for row in (header, *rows)) for i in range(len(header))]
    for row in (header, *rows):
        cells = [
            " " * (widths[i] - _width(cell)) + cell if i in right else cell + " " * (widths[i] - _width(cell))
            for i, cell in enumerate(row)
        ]
        click.echo((" " + "   ".join(cells)).rstrip())


def measure(figure: Measure, *, digits: int = 2) -> str:
    """A figure with its interval; ``–`` when there is nothing to measure.

    >>> from classward.domain import Interval
    >>> measure(Measure(value=0.9312, n=100, interval=Interval(low=0.86, high=0.97, level=0.95, method="wilson")))
    '0.93 [0.86, 0.97]'
    >>> measure(Measure(value=None, n=0))
    '–'
    """
    if figure.value is None:
        return "–"
    text = f"{figure.value:.{digits}f}"
    if figure.interval:
        text += f" [{figure.interval.low:.{digits}f}, {figure.interval.high:.{digits}f}]"
    return text


def because(found: Explanation, *, most: int = 4) -> str:
    """What spoke most for (or against) an answer, in one line.

    >>> from classward.domain import Contribution
    >>> word = Contribution(column="subject", token="charged twice", value=1.93, standard_error=0.0)
    >>> because(Explanation(class_name="refund", contrast=None, score=2.0, base=0.1, contributions=(word,), method="",
    ...                     scale="", n_background=1, n_evaluations=1))
    "subject 'charged twice' +1.9"
    """
    named = [c for c in found.contributions if not c.column.startswith("(")][:most]
    return ", ".join(f"{c.column}{f' {c.token!r}' if c.token else ''} {c.value:+.1f}" for c in named) or "nothing known"


def about(alert: Alert) -> str:
    """What an alert is about, in few words."""
    of = alert.subject or alert.class_name
    named = {"feature": "values", "missing": "gaps", "unseen": "new values"}.get(alert.family, alert.family)
    return named if of is None else f"{named} of {of}"


def grounds(alert: Alert) -> str:
    """What an alert rests on: labels of a promise, or a change in words."""
    return alert.said or f"{alert.n_hits}/{alert.n} labels right, promised {alert.promised:.2f}"


def place(path: Path) -> str:
    """A path as it is typed from the current folder, or whole where it lies elsewhere.

    >>> place(Path.cwd() / "a" / "b.html")
    'a/b.html'
    """
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def fraction(value: float | None) -> str:
    """A share as a whole percentage."""
    return "–" if value is None else f"{100 * value:.0f} %"


def moment(at: datetime) -> str:
    """A time for people: to the second, UTC."""
    return at.strftime("%Y-%m-%d %H:%M:%S UTC")


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
