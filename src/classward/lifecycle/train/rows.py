"""Labelled rows in memory, and the folds they are cross-fitted on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema, LabelSpace
from classward.inference import Columns, Features, Featuriser, PictureReader

__all__ = ["FitFeaturiser", "FitFold", "LabelledRows", "take_columns"]


class FitFeaturiser(Protocol):
    """Makes a featuriser without looking at labels."""

    def __call__(
        self, schema: InputSchema, columns: Columns, n: int, *, reader: PictureReader | None = None
    ) -> Featuriser:
        """Fit on ``n`` rows; ``reader`` sees images."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledRows:
    """Rows to develop a model on.

    ``y_index`` of shape (n,) are columns in label-space order; ``weight`` of shape (n,) says how much each row counts in a
    fit, all alike without it. Rows that were taken from others know from which (``origin``, ``positions``): features that do
    not look at labels are then made once for all of them. ``reader`` is what sees images, the same for all. ``ids`` are what
    a person finds rows by, where models name rows.
    """

    columns: Columns
    n: int
    y_index: NDArray[np.int64]
    schema: InputSchema
    label_space: LabelSpace
    weight: NDArray[np.float64] | None = None
    origin: LabelledRows | None = None
    positions: NDArray[np.int64] | None = None
    _made: dict[FitFeaturiser, tuple[Featuriser, Features]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _found: dict[tuple[Callable[[LabelledRows], str], bytes], str] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    reader: PictureReader | None = None
    ids: Sequence[str] = ()

    def __post_init__(self) -> None:
        y = self.y_index
        if y.shape != (self.n,) or (self.n and not 0 <= y.min() <= y.max() < len(self.label_space)):
            raise ValueError(f"labels of shape {y.shape} do not fit {self.n} rows and {len(self.label_space)} classes")
        if self.ids and len(self.ids) != self.n:
            raise ValueError(f"{len(self.ids)} ids of {self.n} rows")
        if self.weight is not None and (self.weight.shape != (self.n,) or not (self.weight >= 0).all()):
            raise ValueError(f"weights of shape {self.weight.shape} do not fit {self.n} rows, or are below 0")

    def take(self, rows: NDArray[np.int64]) -> LabelledRows:
        """Only some rows, in the order given."""
        if len(rows) == self.n and bool((rows == np.arange(self.n)).all()):
            return self
        return LabelledRows(
            columns=take_columns(self.columns, rows), n=len(rows), y_index=self.y_index[rows], schema=self.schema,
            label_space=self.label_space, weight=None if self.weight is None else self.weight[rows],
            origin=self.origin or self, positions=rows if self.positions is None else self.positions[rows],
            reader=self.reader, ids=[self.ids[i] for i in rows.tolist()] if self.ids else (),
        )  # fmt: skip

    @property
    def names(self) -> Sequence[str]:
        """Ids of rows, or else their numbers among the rows they were taken from."""
        if self.ids:
            return self.ids
        return [str(i) for i in (range(self.n) if self.positions is None else self.positions.tolist())]

    def featurised(self, fit: FitFeaturiser, schema: InputSchema) -> tuple[Featuriser, Features]:
        """A featuriser and the features it makes of these rows.

        It is fitted on the rows these were taken from, all at once, so that every fold and family shares it: codes of
        categories and ranks of numbers need no label and tell a fold nothing about its held rows' classes.

        Parameters
        ----------
        fit : callable
            Makes a featuriser of a schema, columns and a number of rows, without looking at labels.
        schema : InputSchema
            Columns to use; the same for every call with one ``fit``.
        """
        whole = self.origin or self
        if fit not in whole._made:
            featuriser = fit(schema, whole.columns, whole.n, reader=whole.reader)
            whole._made[fit] = (featuriser, featuriser.transform(whole.columns, whole.n))
        featuriser, features = whole._made[fit]
        return featuriser, features if self.positions is None else features.take(self.positions)

    def found_once(self, choose: Callable[[LabelledRows], str]) -> str:
        """A choice between few ways, made once for the same rows of those they were taken from; no other row has a say."""
        if self.origin is None or self.positions is None:
            own, key = self, b""
        else:
            places = np.unique(self.positions)
            own, key = self.origin.take(places), places.tobytes()
        known = (self.origin or self)._found
        if (choose, key) not in known:
            known[choose, key] = choose(own)
        return known[choose, key]

    def features_by(self, featuriser: Featuriser) -> Features:
        """What a featuriser makes of these rows; looked up where :meth:`featurised` made it."""
        for made, features in (self.origin or self)._made.values():
            if made is featuriser:
                return features if self.positions is None else features.take(self.positions)
        return featuriser.transform(self.columns, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class FitFold:
    """Rows to fit on and rows to score, as indices; they share no row."""

    fit: NDArray[np.int64]
    held: NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taken(Mapping[str, Sequence[object]]):
    """Some rows of columns, picked out of a column when it is asked for."""

    columns: Columns
    rows: NDArray[np.int64]

    def __getitem__(self, name: str) -> Sequence[object]:
        values = self.columns[name]
        return [values[i] for i in self.rows.tolist()]

    def __iter__(self) -> Iterator[str]:
        return iter(self.columns)

    def __len__(self) -> int:
        return len(self.columns)


def take_columns(columns: Columns, rows: NDArray[np.int64]) -> Columns:
    """Only some rows of each column; nothing is copied before a column is read."""
    if isinstance(columns, _Taken):
        return _Taken(columns=columns.columns, rows=columns.rows[rows])
    return _Taken(columns=columns, rows=rows)
