"""Answers in this process, by the same code as server and command line."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from classward import wiring

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from classward.flows.predict import Answer

__all__ = ["Predictor", "load"]


class Predictor:
    """Answers rows in this process exactly as the server does, and logs them the same way, marked ``library``.

    Not safe for use from several threads at once. Close it, or use it as a context manager, so that its record segment
    can be sealed.

    Parameters
    ----------
    task_file : path
        The project's ``classward.toml``.
    version : int, optional
        A version other than the live one.
    is_logged : bool, default=True
        Whether answers go to the record log; without, every answer carries the flag ``unlogged``.

    Raises
    ------
    Refused
        CW801 when no version is named and none is live.

    Examples
    --------
    >>> with classward.load("classward.toml") as predictor:          # doctest: +SKIP
    ...     predictor.predict([{"text": "I was charged twice"}]).predictions[0].label
    'refund'
    """

    def __init__(self, task_file: str | Path, *, version: int | None = None, is_logged: bool = True) -> None:
        settings = wiring.read_settings(os.environ)
        context = wiring.open_context(task_file, settings)
        self._writer = wiring.open_writer(context, settings) if is_logged else None
        self._plane = wiring.data_plane(context, settings, kind="library", version=version, writer=self._writer)

    def predict(
        self,
        rows: Sequence[Mapping[str, object]],
        *,
        ids: Sequence[str] | None = None,
        keys: Sequence[str | None] | None = None,
        top_k: int = 1,
        sets: bool = False,
    ) -> Answer:
        """Answer rows; see :meth:`classward.flows.predict.DataPlane.answer` for what comes back and what is raised."""
        return self._plane.answer(rows, ids=ids, keys=keys, top_k=top_k, sets=sets)

    def logits(self, rows: Sequence[Mapping[str, object]]) -> NDArray[np.float64]:
        """Scores of the live (or named) version before its last calibration, for analyses of margins; nothing is logged.

        They are no probabilities: ``predict`` gives those. A blend's are the logarithms (nats) of its members' weighted mean.

        Returns
        -------
        logits : float64 array of shape (n_rows, n_classes)
            Columns in the order of the version's label space; a difference of two is a margin.

        Raises
        ------
        InvalidInput
            If a row does not fit the schema.
        """
        return self._plane.logits(rows)

    def close(self) -> None:
        """Give up the record segment; what was answered stays logged."""
        if self._writer is not None:
            self._writer.close()

    def __enter__(self) -> Predictor:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def load(task_file: str | Path = "classward.toml", *, version: int | None = None) -> Predictor:
    """Load the live (or a named) version of a project for use in this process."""
    return Predictor(task_file, version=version)
