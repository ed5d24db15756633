"""Which rows share something: levels, ranges, lengths, missing values, spans of time."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
from numpy.typing import NDArray

from classward.lifecycle.evaluate.held_out import HeldOut

__all__ = ["Cut", "cuts_of", "numbers_of"]

_MOST_LEVELS = 8
_N_RANGES = 4
_N_SPANS = 6
_LONGEST = 40
_PLAIN = {float, int, bool, type(None)}


@dataclass(frozen=True, slots=True)
class Cut:
    """Rows (a bool array) under the name of a column and a level in words."""

    column: str
    level: str
    kind: str
    rows: NDArray[np.bool_]


def cuts_of(held: HeldOut) -> Iterator[Cut]:
    """Cut held-out rows along every column, and along time.

    Categorical and boolean columns give their eight most frequent levels and one cut for all others; numbers and dates
    quarters of the rows (each value where there are few); texts quarters by length in characters; every column its missing
    values (infinite numbers too); times six spans of equally many rows.

    Any figure may be taken on such rows, for one with ``evaluate``.
    """
    for feature in held.features:
        values = held.columns[feature.name]
        if feature.kind in {"numeric", "date"}:
            numbers = numbers_of(values)
            word = _day if feature.kind == "date" else (lambda x: f"{x:.4g}")
            yield from _ranges(feature.name, numbers, "range", word)
            if np.isnan(numbers).any():
                yield Cut(feature.name, "missing", "missing", np.isnan(numbers))
            continue
        is_missing = np.fromiter((_is_missing(v) for v in values), dtype=np.bool_, count=held.n)
        if feature.kind in {"categorical", "boolean"}:
            yield from _levels(feature.name, values)
        elif feature.kind == "text":
            lengths = np.array([len(v) if isinstance(v, str) else 0 for v in values], dtype=np.float64)
            lengths[is_missing] = np.nan
            yield from _ranges(feature.name, lengths, "length", lambda x: f"{x:.0f}")
        if is_missing.any():
            yield Cut(feature.name, "missing", "missing", is_missing)
    if held.times is not None:
        yield from _spans(held.times)


def numbers_of(values: Sequence[object]) -> NDArray[np.float64]:
    """Numbers, booleans and dates (as seconds) as float64 with NaN for anything missing or infinite."""
    if set(map(type, values)) <= _PLAIN:  # most columns: no look at each value
        out = np.array(values, dtype=np.float64)
    else:
        out = np.fromiter((_number(v) for v in values), dtype=np.float64, count=len(values))
    out[~np.isfinite(out)] = np.nan
    return out


def _number(value: object) -> float:
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp()
    return float(value) if isinstance(value, int | float | np.number) else np.nan


def _is_missing(value: object) -> bool:
    return (
        value is None or (isinstance(value, str) and not value.strip()) or (isinstance(value, float) and value != value)
    )


def _levels(column: str, values: Sequence[object]) -> Iterator[Cut]:
    counts = Counter(v for v in values if not _is_missing(v))
    kept = [level for level, _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:_MOST_LEVELS]]
    place = {level: i for i, level in enumerate(kept)}
    codes = np.fromiter((-1 if _is_missing(v) else place.get(v, len(kept)) for v in values), np.int64, len(values))
    for i, level in enumerate(kept):
        yield Cut(column, _word(level), "level", codes == i)
    if len(counts) > len(kept):
        yield Cut(column, f"{len(counts) - len(kept)} rarer levels", "level", codes == len(kept))


def _word(level: object) -> str:
    text = {True: "yes", False: "no"}[level] if isinstance(level, bool) else " ".join(str(level).split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _ranges(column: str, numbers: NDArray[np.float64], kind: str, word: Callable[[float], str]) -> Iterator[Cut]:
    known = numbers[~np.isnan(numbers)]
    distinct = np.unique(known)
    if not len(distinct):
        return
    if len(distinct) <= _N_RANGES + 2:
        for value in distinct:
            yield Cut(column, word(value) + _unit(kind), kind, numbers == value)
        return
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _N_RANGES + 1), method="higher"))
    for i, (low, high) in enumerate(itertools.pairwise(edges)):
        is_last = i == len(edges) - 2
        rows = (numbers >= low) & ((numbers <= high) if is_last else (numbers < high))
        text = f"{word(low)} to {word(high)}" if is_last else f"{word(low)} to below {word(high)}"
        yield Cut(column, text + _unit(kind), kind, rows)


def _unit(kind: str) -> str:
    return " characters" if kind == "length" else ""


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _spans(times: NDArray[np.datetime64]) -> Iterator[Cut]:
    known = np.flatnonzero(~np.isnat(times))
    order = known[np.argsort(times[known], kind="stable")]
    is_long = len(known) > 0 and times[order[-1]] - times[order[0]] > np.timedelta64(_N_SPANS * 2, "D")
    for part in np.array_split(order, _N_SPANS):
        if len(part):
            rows = np.zeros(len(times), dtype=np.bool_)
            rows[part] = True
            first, last = (
                np.datetime_as_string(times[part[i]], unit="D" if is_long else "m", casting="unsafe") for i in (0, -1)
            )
            yield Cut("time", f"{first} to {last}{'' if is_long else ' UTC'}".replace("T", " "), "time", rows)
    if len(known) < len(times):
        yield Cut("time", "missing", "missing", np.isnat(times))
