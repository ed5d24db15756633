"""What is wrong with a request, collected into one error that names rows and fields."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from classward.errors import InvalidInput, nearest

__all__ = ["MOST_LISTED", "Problem", "refuse", "unknown_field"]

MOST_LISTED = 20
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one row, counted from 0 as in the request's list."""

    row: int
    code: str
    text: str
    got: str


def unknown_field(row: int, name: object, known: Iterable[str]) -> Problem:
    """A field that the schema does not have: an error, since a misspelt feature would silently be missing."""
    if not isinstance(name, str):
        return Problem(row, "CW402", "a field name is not text", type(name).__name__)
    shown = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
    return Problem(row, "CW402", f"unknown field {shown!r}{nearest(shown, known)}", "a field the schema lacks")


def refuse(problems: list[Problem], n_rows: int, known: Iterable[str]) -> InvalidInput:
    """Make one error of the first problems; its code is that of the first."""
    first = problems[0]
    if len(problems) == 1:
        what, got = f"row {first.row}: {first.text}", first.got
    else:
        more = "at least " if len(problems) >= MOST_LISTED else ""
        n_bad = len({p.row for p in problems})
        what = f"{more}{len(problems)} problems in {n_bad} of {n_rows} rows; the first: row {first.row}: {first.text}"
        got = "; ".join(f"row {p.row}: {p.text} ({p.code}, got {p.got})" for p in problems)
    return InvalidInput(first.code, what, got=got, why=_WHY[first.code], fix=_FIX[first.code].format(_list(known)))


def _list(known: Iterable[str]) -> str:
    names = list(known)
    return ", ".join(map(repr, names[:20])) + (" …" if len(names) > 20 else "")


_WHY = {
    "CW272": "an image travels whole in the request; a path or address is never opened",
    "CW273": "a shorter, longer or broken vector means something else in every place",
    "CW274": "numbers of two encoders, or of two versions of one, mean different things in the same place",
    "CW401": "the model was told that this field is always there",
    "CW402": "a misspelt field would silently count as missing",
    "CW403": "values are never converted by guess: '001' is not 1",
    "CW404": "nothing can be learned from or computed with it",
    "CW405": "such text cannot be stored or compared safely",
    "CW406": "a row maps field names to values",
    "CW407": "there is nothing to answer",
}
_FIX = {
    "CW272": "send the bytes of the file in base64, or null; rows are counted from 0",
    "CW273": "send as many numbers as the encoder makes, or null; rows are counted from 0",
    "CW274": "make the vector by the encoder that the model was trained with",
    "CW401": "send the field with a value; rows are counted from 0",
    "CW402": "correct or remove the field; the fields are {0}",
    "CW403": "send the type that is asked for, or null if the value is not known; rows are counted from 0",
    "CW404": "send null if the value is not known",
    "CW405": "remove or replace the character",
    "CW406": "send each row as an object with the fields {0}",
    "CW407": "send at least one row with the fields {0}",
}
