"""How results look in a terminal: aligned columns within 100 characters, plain when piped, and JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import click

from classward.domain import Alert, Explanation, Measure, to_plain

__all__ = ["about", "as_json", "because", "fraction", "grounds", "measure", "moment", "place", "say", "table", "tell"]

_WIDEST, _LEAST, _LEAST_LAST = 100, 12, 30
_WHOLE = ("id", "at", "file", "path")


def as_json(value: object) -> None:
    """Print a value as one JSON document."""
    click.echo(json.dumps(to_plain(value), ensure_ascii=False, indent=2))


def tell(stage: str, what: str) -> None:
    """A line of progress, or a few, on standard error so that results can be piped."""
    for i, line in enumerate(_wrapped(what, _WIDEST - 10)):
        click.echo(f" {stage if i == 0 else '':<9}{line}", err=True)


def say(text: str) -> None:
    """A sentence of a result, continued below itself, further in, where it is longer than a line."""
    inner = len(text) - len(text.lstrip())
    for i, line in enumerate(_wrapped(text.lstrip(), _WIDEST - inner - 3)):
        click.echo(f"{' ' * (inner if i == 0 else inner + 3)}{line}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Print rows under a header in aligned columns; columns listed in ``right`` are right-aligned.

    Lines stay within 100 characters where they can: the last column is continued below itself, and of long names in others
    the middle is left out. Ids are never shortened; ``--json`` has everything whole.
    """
    widths = _fitting([max(_width(row[i]) for row in (header, *rows)) for i in range(len(header))], header, right)
    last = len(header) - 1
    for row in (header, *rows):
        cells = [_shortened(cell, widths[i]) if i < last else cell for i, cell in enumerate(row)]
        under = [cells[-1]] if last in right else _wrapped(cells[-1], widths[-1])
        for k, part in enumerate(under):
            shown = [*(cells[:-1] if k == 0 else [""] * last), part]
            padded = [
                " " * (widths[i] - _width(cell)) + cell if i in right else cell + " " * (widths[i] - _width(cell))
                for i, cell in enumerate(shown)
            ]
            click.echo((" " + "   ".join(padded)).rstrip())


def _fitting(widths: list[int], header: Sequence[str], right: Sequence[int]) -> list[int]:
    """Widths that fit a line, as far as columns of text can give: the last first, then the widest."""
    able = [i for i in range(len(widths)) if i not in right and header[i] not in _WHOLE]
    found, spare = list(widths), sum(widths) + 3 * (len(widths) - 1) + 1 - _WIDEST
    last = len(widths) - 1
    if spare > 0 and last in able:
        given = min(spare, max(0, found[last] - _LEAST_LAST))
        found[last] -= given
        spare -= given
    while spare > 0 and any(found[i] > _LEAST for i in able if i != last):
        widest = max((i for i in able if i != last), key=lambda i: found[i])
        found[widest] -= 1
        spare -= 1
    return found


def _shortened(cell: str, width: int) -> str:
    """The cell, or its beginning and end: names that begin alike often differ there.

    >>> _shortened("balance_not_updated_after_bank_transfer", 20)
    'balance_no…_transfer'
    """
    if _width(cell) <= width:
        return cell
    head, tail = "", ""
    while True:
        more = cell[len(head)] if _width(head) <= _width(tail) else cell[-len(tail) - 1]
        if _width(head) + _width(tail) + _width(more) + 1 > width:
            return f"{head}…{tail}"
        head, tail = (head + more, tail) if _width(head) <= _width(tail) else (head, more + tail)


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of whole words, none wider than ``width`` where words allow it; at least one."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and _width(lines[-1]) + 1 + _width(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


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
