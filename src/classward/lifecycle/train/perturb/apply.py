"""Declared perturbations by name, each for the columns it fits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from classward.domain import InputSchema
from classward.errors import UsageError, nearest
from classward.inference import Columns
from classward.lifecycle.train.perturb.texts import changed_case, changed_characters, changed_spaces, mistyped
from classward.lifecycle.train.rows import LabelledRows

__all__ = ["PERTURBATIONS", "Perturbation", "fitting_perturbations", "perturbed", "with_perturbed"]

_Values = Sequence[object]
_JITTER, _MISSING = 0.1, 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Perturbation:
    """What is done to columns of some kinds."""

    about: str
    kinds: tuple[str, ...]
    change: Callable[[_Values, np.random.Generator], list[object]]


def _each(change: Callable[[str, np.random.Generator], str]) -> Callable[[_Values, np.random.Generator], list[object]]:
    return lambda values, rng: [change(v, rng) if isinstance(v, str) and v else v for v in values]


def _jittered(values: _Values, rng: np.random.Generator) -> list[object]:
    """Add normal noise of a tenth of the column's spread (the middle half, so that outliers do not count)."""
    known = np.array([v for v in values if _is_number(v)], dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return list(values)
    low, high = np.quantile(known, [0.25, 0.75])
    width = _JITTER * float((high - low) / 1.349 or known.std())
    noise = rng.normal(scale=width, size=len(values)) if width else np.zeros(len(values))
    return [float(v) + float(e) if _is_number(v) else v for v, e in zip(values, noise, strict=True)]  # type: ignore[arg-type]


def _missing(values: _Values, rng: np.random.Generator) -> list[object]:
    return [None if gone else v for v, gone in zip(values, rng.random(len(values)) < _MISSING, strict=True)]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


PERTURBATIONS: Mapping[str, Perturbation] = MappingProxyType(
    {
        "typos": Perturbation(about="8 % of letters swapped, doubled or left out", kinds=("text",), change=_each(mistyped)),
        "case": Perturbation(about="capitals, small letters or title case", kinds=("text",), change=_each(changed_case)),
        "spaces": Perturbation(about="spaces doubled, lost or added", kinds=("text",), change=_each(changed_spaces)),
        "characters": Perturbation(
            about="8 % of letters without their accent, or another letter", kinds=("text",),
            change=_each(changed_characters),
        ),
        "jitter": Perturbation(
            about="numbers moved by a tenth of their column's spread", kinds=("numeric",), change=_jittered
        ),
        "missing": Perturbation(
            about="a fifth of the values gone", kinds=("numeric", "categorical", "boolean", "date"), change=_missing
        ),
    }
)  # fmt: skip
"""Name → what is done, and to which kinds of columns."""


def fitting_perturbations(schema: InputSchema) -> tuple[str, ...]:
    """Those that would change some column. A column that every row must have is never emptied."""
    return tuple(name for name, one in PERTURBATIONS.items() if _columns_for(schema, name, one))


def perturbed(columns: Columns, schema: InputSchema, name: str, rng: np.random.Generator) -> Columns:
    """Columns after one perturbation; those it does not fit stay as they are.

    Raises
    ------
    UsageError
        CW370 if there is no such perturbation, or it fits no column.
    """
    if name not in PERTURBATIONS:
        raise UsageError(
            "CW370",
            f"no perturbation is called {name!r}{nearest(name, PERTURBATIONS)}",
            fix=f"use {', '.join(PERTURBATIONS)}",
        )
    one = PERTURBATIONS[name]
    changed = _columns_for(schema, name, one)
    if not changed:
        raise UsageError(
            "CW370",
            f"the perturbation {name!r} fits no column",
            got=f"it changes {', '.join(one.kinds)} columns",
            fix=f"use {', '.join(fitting_perturbations(schema)) or 'none: no column can be perturbed'}",
        )
    return {c: one.change(values, rng) if c in changed else values for c, values in columns.items()}


def with_perturbed(rows: LabelledRows, names: str, rng: np.random.Generator) -> LabelledRows:
    """The same rows, and after them one changed copy of each; for rows that are fitted on and nothing else.

    Each copy is changed by one of the perturbations, dealt at random. A copy weighs what its row weighs.

    Parameters
    ----------
    rows : LabelledRows
        Rows of one fold.
    names : str
        Names joined by ``+``, or ``all`` for those that fit.
    rng : numpy Generator
        Deals and draws.

    Raises
    ------
    UsageError
        CW370 for one that does not exist or fits no column.
    """
    chosen = fitting_perturbations(rows.schema) if names == "all" else tuple(dict.fromkeys(names.split("+")))
    part = rng.integers(len(chosen), size=rows.n) if chosen else np.zeros(0, dtype=np.int64)
    pieces = [(np.flatnonzero(part == i), name) for i, name in enumerate(chosen)]
    parts = [rows, *(_changed(rows.take(at), name, rng) for at, name in pieces if len(at))]
    return replace(
        rows,
        columns={c: [v for one in parts for v in one.columns[c]] for c in rows.columns},
        n=sum(one.n for one in parts),
        origin=None,
        positions=None,
        y_index=np.concatenate([one.y_index for one in parts]),
        weight=None if rows.weight is None else np.concatenate([one.weight for one in parts]),
    )


def _changed(rows: LabelledRows, name: str, rng: np.random.Generator) -> LabelledRows:
    return replace(rows, origin=None, positions=None, columns=perturbed(rows.columns, rows.schema, name, rng))


def _columns_for(schema: InputSchema, name: str, one: Perturbation) -> set[str]:
    return {f.name for f in schema.features if f.kind in one.kinds and not (name == "missing" and f.is_required)}
