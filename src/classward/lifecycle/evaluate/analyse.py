"""A report gets what is needed to act on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from classward.domain import Analysis, Candidate, ClassAttributions, Costs, PairedReport, Report
from classward.errors import DataError
from classward.inference import cost_matrix
from classward.lifecycle.evaluate.advice import advise
from classward.lifecycle.evaluate.class_map import class_map
from classward.lifecycle.evaluate.confused import confused_pairs
from classward.lifecycle.evaluate.figures import class_figures, figures, macro, true_ranks
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.lifecycle.evaluate.slices import slice_table

__all__ = ["analyse"]


def analyse(
    report: Report,
    held: HeldOut,
    *,
    rng: np.random.Generator,
    costs: Costs | None = None,
    baselines: Mapping[str, NDArray[np.int64]] | None = None,
    attributions: Sequence[ClassAttributions] = (),
    candidates: Sequence[Candidate] = (),
    paired: PairedReport | None = None,
) -> Report:
    """Add to a report where its errors are, what they cost, what tells classes apart, and what to do next.

    Reads the same rows as the report and counts as the same look at them; advice that is followed makes them unfit for a
    second, honest look.

    Parameters
    ----------
    report : Report
        From ``evaluate``.
    held : HeldOut
        The rows it was made from, with their columns.
    costs : Costs, optional
        What mistakes cost; without, every error costs 1.
    baselines : mapping of name to int array of shape (n_samples,), optional
        Answers of simple models for the same rows; the most frequent class is always added.
    attributions, candidates, paired
        Shown as they are. Give candidates a ``fit_s`` of 0 if the page is part of a bundle: its hash must not depend on
        the host.

    Returns
    -------
    report : Report
        The same, with ``analysis``.

    Raises
    ------
    DataError
        CW222 if the rows are not those of the report.
    """
    if report.n != held.n or report.class_names != held.names:
        raise DataError(
            "CW222", "the held-out rows are not those of the report",
            got=f"{held.n:,} rows of {len(held.names)} classes; a report on {report.n:,} rows of "
            f"{len(report.class_names)} classes",
            fix="analyse the rows that were evaluated",
        )  # fmt: skip
    known = {"macro_f1", "weighted_f1", *(f"top_{k}_accuracy" for k, _ in report.top_k)}
    cost = cost_matrix(costs or Costs(), len(held.names))
    classes = class_figures(held.proba, held.y_index)
    largest = int(np.bincount(held.y_index, minlength=len(held.names)).argmax())
    simple = {f"always {held.names[largest]!r}": np.full(held.n, largest, dtype=np.int64), **(baselines or {})}
    found = Analysis(
        figures=(
            *((n, m) for n, m in figures(held.proba, held.y_index, cost=cost, rng=rng) if n not in known),
            ("roc_auc_macro", macro([c.auc for c in classes])),
            ("average_precision_macro", macro([c.average_precision for c in classes])),
        ),
        class_figures=classes,
        cost_of="declared costs" if costs is not None else "errors",
        slices=slice_table(held),
        pairs=confused_pairs(held, cost=cost, baselines=simple),
        attributions=tuple(attributions),
        map=class_map(held.proba, held.y_index),
        candidates=tuple(candidates),
        paired=paired,
        ranks=true_ranks(held.proba, held.y_index),
    )
    return replace(report, analysis=replace(found, advice=advise(report, found, held.proba.label_space)))
