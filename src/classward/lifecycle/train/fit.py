"""Carry out one recipe."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from classward.domain import InputSchema, LabelSpace, Recipe
from classward.errors import NotMulticlass
from classward.inference import Columns, FittedModel, Identity
from classward.lifecycle.train.families import family
from classward.lifecycle.train.family import TrainingRows

__all__ = ["fit_one"]


def fit_one(
    recipe: Recipe,
    *,
    columns: Columns,
    n: int,
    y_index: NDArray[np.int64],
    schema: InputSchema,
    label_space: LabelSpace,
    seed: int,
    n_threads: int,
    should_stop: Callable[[], bool],
    held_columns: Columns | None = None,
    held_n: int = 0,
    held_y_index: NDArray[np.int64] | None = None,
) -> FittedModel:
    """Fit one recipe on the training fold; the same arguments give the same model.

    The model is not calibrated. A class of the label space without a single row is answered with a probability near
    0.

    Parameters
    ----------
    recipe : Recipe
        Family and its params.
    columns, n : Columns, int
        Training rows.
    y_index : int array of shape (n,)
        True classes as columns in label-space order.
    schema, label_space : InputSchema, LabelSpace
        What goes in and what comes out.
    seed, n_threads : int
        Passed to the family.
    should_stop : callable
        Asked between rounds where a family has rounds.
    held_columns, held_n, held_y_index : optional
        Rows that tell boosted trees when to stop; without them they hold a tenth of their rows out.

    Raises
    ------
    NotMulticlass
        CW201 if fewer than two classes have rows: there is nothing to tell apart.
    DataError
        CW230 if no column holds anything to learn from; CW232 for an unknown family, CW233 for an unknown param.
    """
    y = _checked(y_index, n, label_space)
    rows = TrainingRows(
        schema=schema, columns=columns, n=n, y_index=y, n_classes=len(label_space), seed=seed,
        n_threads=n_threads, should_stop=should_stop, held_columns=held_columns, held_n=held_n,
        held_y_index=held_y_index,
    )  # fmt: skip
    featuriser, scorer = family(recipe.family)(rows, dict(recipe.params))
    return FittedModel(
        schema=schema, label_space=label_space, featuriser=featuriser, scorer=scorer, calibrator=Identity(),
        family=recipe.family,
    )  # fmt: skip


def _checked(y_index: NDArray[np.int64], n: int, label_space: LabelSpace) -> NDArray[np.int64]:
    y = np.asarray(y_index, dtype=np.int64)
    if y.shape != (n,) or (n and not 0 <= y.min() <= y.max() < len(label_space)):
        raise ValueError(f"labels of shape {y.shape} do not fit {n} rows and {len(label_space)} classes")
    present = np.unique(y)
    if len(present) < 2:
        names = ", ".join(repr(label_space.names[i]) for i in present)
        raise NotMulticlass(
            "CW201",
            "fewer than two classes have training rows",
            got=f"{n} rows of {names or 'no class'}; the label space has {len(label_space)} classes",
            why="a model needs at least two classes to tell apart",
            fix="collect labelled rows of the other classes, or make the training fold larger",
        )
    return y
