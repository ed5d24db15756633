"""Figures that need only hits and margins of a confusion matrix, for one matrix or for many draws of it at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Margins", "draw_margins", "margins_of"]

Floats = NDArray[np.float64]
_CHUNK_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Margins:
    """Per class (last axis) the rows found, the rows that are of it and the rows called so; draws in front.

    ``cost`` is the summed cost of all rows, one number per draw.
    """

    hits: Floats
    true: Floats
    called: Floats
    cost: Floats

    @property
    def n(self) -> Floats:
        """Rows."""
        return np.asarray(self.true.sum(axis=-1))

    def accuracy(self) -> Floats:
        """Share of rows that are right."""
        return np.asarray(self.hits.sum(axis=-1) / self.n)

    def balanced_accuracy(self) -> Floats:
        """Mean recall over the classes that have rows."""
        return np.asarray(np.nanmean(self._recall(), axis=-1))

    def worst_class_recall(self) -> Floats:
        """Lowest recall among the classes that have rows."""
        return np.asarray(np.nanmin(self._recall(), axis=-1))

    def macro_f1(self) -> Floats:
        """Mean F1 over the classes that occur, true or called."""
        return np.asarray(np.nanmean(_ratio(2 * self.hits, self.true + self.called), axis=-1))

    def weighted_f1(self) -> Floats:
        """Mean F1 weighted by how often each class is true."""
        f1 = 2 * self.hits / np.maximum(self.true + self.called, 1.0)
        return np.asarray((f1 * self.true).sum(axis=-1) / self.n)

    def matthews(self) -> Floats:
        """Matthews' correlation for many classes (R_K); 0 when one class takes all rows or all answers.

        References
        ----------
        Gorodkin (2004). Comparing two K-category assignments by a K-category correlation coefficient.
        """
        n = self.n
        cross = self.hits.sum(axis=-1) * n - (self.true * self.called).sum(axis=-1)
        spread = (n**2 - (self.called**2).sum(axis=-1)) * (n**2 - (self.true**2).sum(axis=-1))
        return np.where(spread > 0, cross / np.sqrt(np.where(spread > 0, spread, 1.0)), 0.0)

    def kappa(self) -> Floats:
        """Agreement beyond what the margins alone would give; 0 when they leave no room.

        References
        ----------
        Cohen (1960). A coefficient of agreement for nominal scales. Educational and Psychological Measurement 20.
        """
        chance = (self.true * self.called).sum(axis=-1) / self.n**2
        room = 1 - chance
        return np.where(room > 0, (self.accuracy() - chance) / np.where(room > 0, room, 1.0), 0.0)

    def mean_cost(self) -> Floats:
        """Cost per row."""
        return np.asarray(self.cost / self.n)

    def all_figures(self) -> Mapping[str, Floats]:
        """Every figure by its name (those of scikit-learn where it has one)."""
        return {
            "balanced_accuracy": self.balanced_accuracy(), "macro_f1": self.macro_f1(),
            "weighted_f1": self.weighted_f1(), "matthews_corrcoef": self.matthews(),
            "cohen_kappa": self.kappa(), "mean_cost": self.mean_cost(),
        }  # fmt: skip

    def _recall(self) -> Floats:
        return _ratio(self.hits, self.true)


def margins_of(confusion: NDArray[np.int64], cost: Floats) -> Margins:
    """Hits, margins and cost of one confusion matrix; ``cost`` has its shape: true class in rows."""
    counts = confusion.astype(np.float64)
    return Margins(np.diag(counts).copy(), counts.sum(axis=1), counts.sum(axis=0), np.asarray((counts * cost).sum()))


def draw_margins(
    confusion: NDArray[np.int64], cost: Floats, *, rng: np.random.Generator, n_draws: int = 500
) -> Iterator[Margins]:
    """Resample rows as multinomial counts of the filled cells, some draws at a time.

    Memory stays bounded whatever the number of rows or classes; time grows with draws times filled cells.

    Parameters
    ----------
    confusion : int array of shape (n_classes, n_classes)
        Rows true, columns predicted; at least one row.
    cost : float array of the same shape
        Cost of a row in each cell.
    """
    n, n_classes = int(confusion.sum()), len(confusion)
    cells = np.flatnonzero(confusion)
    true, called = np.divmod(cells, n_classes)
    by_call = np.argsort(called, kind="stable")
    true_at, call_at = np.flatnonzero(np.diff(true, prepend=-1)), np.flatnonzero(np.diff(called[by_call], prepend=-1))
    on_diagonal = true == called
    step = max(1, _CHUNK_CELLS // len(cells))
    for start in range(0, n_draws, step):
        m = min(step, n_draws - start)
        drawn = rng.multinomial(n, confusion.ravel()[cells] / n, size=m).astype(np.float64)
        out = [np.zeros((m, n_classes)) for _ in range(3)]
        out[0][:, true[on_diagonal]] = drawn[:, on_diagonal]
        out[1][:, true[true_at]] = np.add.reduceat(drawn, true_at, axis=1)
        out[2][:, called[by_call][call_at]] = np.add.reduceat(drawn[:, by_call], call_at, axis=1)
        yield Margins(out[0], out[1], out[2], drawn @ cost.ravel()[cells])


def _ratio(part: Floats, whole: Floats) -> Floats:
    return np.asarray(np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0))
