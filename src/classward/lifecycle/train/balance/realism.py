"""Could synthetic rows be real?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from classward.domain import Measure
from classward.lifecycle.train.balance.distances import mixed_rows, nearest_rows
from classward.lifecycle.train.rows import LabelledRows
from classward.statistics import measured_share

__all__ = ["Realism", "realism"]

_MOST_ROWS = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Realism:
    """What synthetic rows of one class look like beside real ones.

    Parameters
    ----------
    class_name : str
        Class the rows were made for.
    n_real, n_synthetic : int
        Real rows of the class, and rows made.
    distance, real_distance : float or None
        Median distance from a synthetic row to the nearest real row of the class, and from a real row to the next one:
        a synthetic distance far below the real one means copies, far above it means rows where nobody is. In standard
        deviations; a category that differs counts as one.
    copies, intruders : Measure
        Share of synthetic rows equal to a real one; and whose nearest real row is of another class.
    out_of_range, new_values, new_combinations : Measure
        Share with a number beyond the class's real ones, with a category no real row of the class has, and with a
        combination of categories no real row of any class has.
    remark : str
        What to make of it.
    """

    class_name: str
    n_real: int
    n_synthetic: int
    distance: float | None
    real_distance: float | None
    copies: Measure
    intruders: Measure
    out_of_range: Measure
    new_values: Measure
    new_combinations: Measure
    remark: str


def realism(rows: LabelledRows, n_real: int, *, rng: np.random.Generator) -> tuple[Realism, ...]:
    """Compare rows from ``n_real`` on, which are synthetic, with the real ones before them, class by class.

    Dates and texts are not looked at. Of many rows a random 3,000 are taken on each side.

    Returns
    -------
    tuple of Realism
        One per class that has synthetic rows, in label-space order.
    """
    classes = np.unique(rows.y_index[n_real:])
    return tuple(_of_class(rows, n_real, int(c), rng) for c in classes)


def _of_class(rows: LabelledRows, n_real: int, c: int, rng: np.random.Generator) -> Realism:
    every = np.arange(rows.n)
    made = _some(every[(rows.y_index == c) & (every >= n_real)], rng)
    own = _some(every[(rows.y_index == c) & (every < n_real)], rng)
    real = np.union1d(own, _some(every[(rows.y_index != c) & (every < n_real)], rng))
    mixed = mixed_rows(rows, n_real)
    _, to_own = nearest_rows(mixed.take(made), mixed.take(own), 1)
    at, _ = nearest_rows(mixed.take(made), mixed.take(real), 1)
    between = nearest_rows(mixed.take(own), mixed.take(own), 1, is_same=True)[1] if len(own) > 1 else None
    found = {
        "copies": to_own[:, 0] <= 1e-9,
        "intruders": rows.y_index[real[at[:, 0]]] != c,
        "out_of_range": _is_out_of_range(rows, made, own),
        "new_values": _is_new_value(rows, made, own),
        "new_combinations": _is_new_combination(rows, made, n_real),
    }
    shares = {name: measured_share(int(is_so.sum()), len(made)) for name, is_so in found.items()}
    distance, real_distance = float(np.median(to_own)), None if between is None else float(np.median(between))
    return Realism(
        class_name=rows.label_space.names[c], n_real=int((rows.y_index[:n_real] == c).sum()),
        n_synthetic=int((rows.y_index[n_real:] == c).sum()), distance=distance, real_distance=real_distance, **shares,
        remark=_remark(distance, real_distance, shares),
    )  # fmt: skip


def _some(rows: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return rows if len(rows) <= _MOST_ROWS else np.sort(rng.choice(rows, _MOST_ROWS, replace=False))


def _is_out_of_range(rows: LabelledRows, made: np.ndarray, own: np.ndarray) -> np.ndarray:
    out = np.zeros(len(made), dtype=bool)
    for feature in rows.schema.features:
        if feature.kind == "numeric":
            column = np.array([np.nan if v is None else v for v in rows.columns[feature.name]], dtype=np.float64)
            known = column[own][~np.isnan(column[own])]
            if len(known):
                slack = 1e-9 * (known.max() - known.min() + abs(known.max()))
                out |= (column[made] < known.min() - slack) | (column[made] > known.max() + slack)
            else:
                out |= ~np.isnan(column[made])
    return out


def _is_new_value(rows: LabelledRows, made: np.ndarray, own: np.ndarray) -> np.ndarray:
    out = np.zeros(len(made), dtype=bool)
    for name in _category_names(rows):
        values = rows.columns[name]
        known = {values[i] for i in own.tolist()}
        out |= np.array([values[i] not in known for i in made.tolist()], dtype=bool)
    return out


def _is_new_combination(rows: LabelledRows, made: np.ndarray, n_real: int) -> np.ndarray:
    names = _category_names(rows)
    if not names:
        return np.zeros(len(made), dtype=bool)
    combined = list(zip(*(rows.columns[name] for name in names), strict=True))
    known = set(combined[:n_real])
    return np.array([combined[i] not in known for i in made.tolist()], dtype=bool)


def _category_names(rows: LabelledRows) -> tuple[str, ...]:
    return tuple(f.name for f in rows.schema.features if f.kind in ("categorical", "boolean"))


def _remark(distance: float, real_distance: float | None, shares: dict[str, Measure]) -> str:
    doubts = [
        f"{shares[name].value:.0%} {what}"
        for name, what, most in (
            ("copies", "are copies", 0.2),
            ("intruders", "lie among another class", 0.2),
            ("out_of_range", "hold a number no real row of the class reaches", 0.0),
            ("new_values", "hold a category no real row of the class has", 0.0),
            ("new_combinations", "combine categories as no real row does", 0.05),
        )
        if (shares[name].value or 0.0) > most
    ]
    if real_distance is not None and distance > 2.0 * real_distance > 0.0:
        doubts.append(f"they lie {distance / real_distance:.1f} times as far from real rows as real rows do")
    return "; ".join(doubts) if doubts else "nothing gives them away in single columns or by distance"
