"""Whether confidence still means what it says, in production."""

from __future__ import annotations

import numpy as np
import polars as pl

from classward.domain import CalibrationReport
from classward.statistics import calibration_report

__all__ = ["production_calibration"]


def production_calibration(outcomes: pl.DataFrame, *, rng: np.random.Generator) -> CalibrationReport | None:
    """Judge the confidence of labelled answers beside what a perfect model would show on the same ones.

    For one look (a perfect model is blamed at one in twenty), and for labels that were not chosen by confidence within a
    bin or by whether the answer was right; weights are not used.

    Parameters
    ----------
    outcomes : DataFrame
        Columns ``label, truth, probability``; truth is null where no label has come.
    rng : Generator
        For the draws behind the null; seed it from the evidence to repeat a look.

    Returns
    -------
    report : CalibrationReport or None
        Of the top label; ``None`` without labels. Its verdicts are those of
        :func:`classward.statistics.calibration_report`.
    """
    labelled = outcomes.filter(pl.col("truth").is_not_null()).sort("probability", "truth", "label")
    if not labelled.height:
        return None
    is_right = (labelled["truth"] == labelled["label"]).to_numpy()
    return calibration_report(labelled["probability"].to_numpy().astype(np.float64), is_right, rng=rng)
