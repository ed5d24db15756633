"""Before anything is fitted: look for leaks, and go on only if there are none or a person accepted them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from classward.domain import Baseline, Finding
from classward.errors import DataError
from classward.flows.context import Context
from classward.flows.snapshot import TrainingData
from classward.inference import Proba
from classward.lifecycle.data import LeakageLimits, answer_by_column, answer_by_copy, scan, unaccepted_stops
from classward.lifecycle.evaluate import answer_baseline, too_good

__all__ = ["leakage_checks", "result_checks", "simple_baselines"]


def leakage_checks(
    ctx: Context, data: TrainingData, *, accepted: tuple[str, ...] = ()
) -> tuple[tuple[tuple[str, str, str], ...], tuple[Finding, ...]]:
    """Scan the rows of a training run; list (name, outcome, detail) for the report, and the findings.

    ``accepted`` names findings (``post_outcome:closed_by``) or columns that a person vouches for; the acceptance and who
    trains stand in the report, so a leak is never passed over silently.

    Raises
    ------
    DataError
        CW286 if a finding that stops was not accepted; CW287 if something accepted was not found. Nothing was fitted.
    """
    findings = scan(data.table, ctx.task, folds=data.folds, rng=np.random.default_rng(ctx.task.seed))
    _check_accepted(findings, tuple(name for name in accepted if name != _TOO_GOOD))
    open_stops = unaccepted_stops(findings, accepted)
    if open_stops:
        raise DataError(
            "CW286",
            f"the rows leak: {open_stops[0].what}"
            + (f" (and {len(open_stops) - 1} more)" if len(open_stops) > 1 else ""),
            got="; ".join(f.key for f in open_stops),
            why=open_stops[0].why,
            fix=f"{open_stops[0].fix}; 'classward advise' shows every finding; to go on all the same accept "
            f"{', '.join(repr(f.key) for f in open_stops)}",
        )
    if not findings:
        return (("leakage", "passed", f"no finding in {data.table.height:,} rows{_looked_at(data)}"),), ()
    accepted_keys = {f.key for f in findings if f.severity == "stop"}
    return tuple(
        (f"leakage: {f.kind}", f"accepted by {ctx.actor}" if f.key in accepted_keys else "warning", f.what)
        for f in findings
    ), findings


def _looked_at(data: TrainingData) -> str:
    most = LeakageLimits().most_rows
    if data.n_development <= most:
        return ""
    return f"; columns that give the label away were looked for in {most:,} of {data.n_development:,} rows"


_TOO_GOOD = "too_good"


def result_checks(
    proba: Proba, y_index: NDArray[np.int64], *, accepted: tuple[str, ...] = ()
) -> tuple[tuple[str, str, str], ...]:
    """Look at answers for rows the models never saw: what is too good to be true stops until a person accepts it.

    Raises
    ------
    DataError
        CW286 if it was not accepted as ``too_good``.
    """
    n_right = int((proba.predicted == y_index).sum())
    share = float(np.bincount(y_index).max() / len(y_index))
    finding = too_good(n_right, len(y_index), largest_share=share)
    if finding is None:
        return ()
    if finding.severity == "stop" and _TOO_GOOD not in accepted:
        raise DataError(
            "CW286", finding.what, got=f"{_TOO_GOOD}: {n_right:,} of {len(y_index):,} rows", why=finding.why,
            fix=f"{finding.fix}; to go on all the same: classward train --accept {_TOO_GOOD}",
        )  # fmt: skip
    return ((_TOO_GOOD, "accepted" if finding.severity == "stop" else "warning", finding.what),)


def _check_accepted(findings: tuple[Finding, ...], accepted: tuple[str, ...]) -> None:
    known = {f.key for f in findings} | {c for f in findings for c in f.columns}
    unknown = [name for name in accepted if name not in known]
    if unknown:
        raise DataError(
            "CW287",
            f"nothing was found that could be accepted as {unknown[0]!r}",
            got=f"findings: {', '.join(f.key for f in findings) or 'none'}",
            why="an acceptance that fits nothing would wait for a leak that nobody looked at",
            fix="leave it out, or name a finding or a column of one",
        )


def simple_baselines(ctx: Context, data: TrainingData, rows: NDArray[np.int64]) -> tuple[Baseline, ...]:
    """Measure answers that need no model on rows not trained on: the best single column, a row alike in every feature.

    Called with the test fold it belongs to the one reading of the sealed rows that the report is.
    """
    rng = np.random.default_rng(ctx.task.seed)
    names = [n for n in ctx.task.schema.names if n in data.table.columns]
    given = {"fit": data.folds.train, "held": rows, "label_space": data.label_space}
    column = answer_by_column(data.table, names, data.y_index, rng=rng, **given)  # type: ignore[arg-type]
    copy = answer_by_copy(data.table, names, data.y_index, **given)  # type: ignore[arg-type]
    answers = [answer for answer in (column, copy if copy.n_known else None) if answer is not None]
    return tuple(answer_baseline(a.name, a.proba, data.y_index[rows], rng=rng) for a in answers)
