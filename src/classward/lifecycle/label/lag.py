"""How late labels come, and how many have not come at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

__all__ = ["LabelLag", "LagOf", "label_lag"]

_AGES_DAYS = (1.0, 7.0, 30.0, 365.0)
_QUANTILES = (("p50_s", 0.5), ("p90_s", 0.9), ("p99_s", 0.99))


@dataclass(frozen=True, slots=True, kw_only=True)
class LagOf:
    """Delay of the labels of one source or one true class, in seconds."""

    name: str
    n: int
    p50_s: float
    p90_s: float
    p99_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLag:
    """How late labels come, in seconds, and how many have come at all.

    Quantiles are about labels that arrived. Answers without a label are censored, not quick: some of their labels are
    still to come, some never will, so the quantiles are too low by an unknown amount and ``coverage`` (share of answers
    that are labelled) has to be read beside them. ``by_age`` gives (age below which, in days, or ``None`` for the oldest;
    answers; labelled). Of ``n_due`` answers older than the 90 % quantile, ``n_overdue`` have no label; when that is far
    more than one in ten, labels are missing rather than late, and figures speak for the labelled part only.
    """

    n_labelled: int
    coverage: float | None
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    n_due: int
    n_overdue: int
    by_source: tuple[LagOf, ...]
    by_class: tuple[LagOf, ...]
    by_age: tuple[tuple[float | None, int, int], ...]


def label_lag(outcomes: pl.DataFrame, *, now: datetime) -> LabelLag:
    """Measure the delay from answer to receipt of its label, and coverage by age of the answer.

    Parameters
    ----------
    outcomes : DataFrame
        Columns ``at, truth, source, delay_s``; ``truth`` is null where no label has come.
    now : datetime
        Ages are counted back from here; answers later than this count as new.

    Returns
    -------
    lag : LabelLag
        Without labels the quantiles are ``None``; without answers so is the coverage.
    """
    arrived = outcomes.filter(pl.col("truth").is_not_null())
    p50, p90, p99 = (arrived["delay_s"].quantile(q, "higher") if arrived.height else None for _, q in _QUANTILES)
    age = (pl.lit(now).cast(pl.Datetime("us", "UTC")) - pl.col("at")).dt.total_microseconds() / 1e6
    aged = outcomes.select(age.clip(lower_bound=0.0).alias("age_s"), pl.col("truth").is_not_null().alias("is_labelled"))
    due = aged.filter(pl.col("age_s") >= p90) if p90 is not None else aged.clear()
    return LabelLag(
        n_labelled=arrived.height,
        coverage=arrived.height / outcomes.height if outcomes.height else None,
        p50_s=p50, p90_s=p90, p99_s=p99, n_due=due.height, n_overdue=due.height - int(due["is_labelled"].sum()),
        by_source=_by(arrived, "source"), by_class=_by(arrived, "truth"), by_age=_by_age(aged),
    )  # fmt: skip


def _by(arrived: pl.DataFrame, column: str) -> tuple[LagOf, ...]:
    quantiles = [pl.col("delay_s").quantile(q, "higher").alias(name) for name, q in _QUANTILES]
    found = arrived.group_by(pl.col(column).alias("name")).agg(pl.len().alias("n"), *quantiles).sort("name")
    return tuple(LagOf(**row) for row in found.iter_rows(named=True))


def _by_age(aged: pl.DataFrame) -> tuple[tuple[float | None, int, int], ...]:
    parts: list[tuple[float | None, int, int]] = []
    rest = aged
    for days in (*_AGES_DAYS, None):
        part = rest.filter(pl.col("age_s") < days * 86_400.0) if days is not None else rest
        parts.append((days, part.height, int(part["is_labelled"].sum())))
        rest = rest.filter(pl.col("age_s") >= days * 86_400.0) if days is not None else rest
    return tuple(parts)
