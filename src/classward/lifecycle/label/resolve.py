"""Answers and labels, joined by id, with every oddity counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

__all__ = ["LabelLag", "Resolved", "label_lag", "resolve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One row per answered id, with its truth where known.

    ``outcomes`` has the columns of the answers and ``truth, event_at, received_at, source, weight, delay_s,
    n_conflicting`` (null where there is no label). ``n_waiting`` labels have no answer yet; ``n_unknown`` waited too long.
    """

    outcomes: pl.DataFrame
    n_predictions: int
    n_repeated_predictions: int
    n_duplicate_labels: int
    n_conflicting: int
    n_waiting: int
    n_unknown: int
    n_negative_delay: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLag:
    """How late labels come, in seconds, and how many have come at all.

    ``coverage`` is the share of answers that are labelled; answers never labelled are censored, not counted as quick, so
    the quantiles are about labels that arrived and ``by_age`` gives (age up to days, answers, labelled).
    """

    n_labelled: int
    coverage: float | None
    p50_s: float | None
    p90_s: float | None
    p99_s: float | None
    by_source: tuple[tuple[str, int, float], ...]
    by_age: tuple[tuple[float, int, int], ...]


def resolve(predictions: pl.DataFrame, labels: pl.DataFrame, *, now: datetime, wait_s: float) -> Resolved:
    """Join labels to answers by id.

    An id that was answered several times counts once, by its first answer. A label that came twice counts once. Of
    different labels for one id the last received counts (ties by digest), and the conflict is counted.

    Parameters
    ----------
    predictions, labels : DataFrame
        As the record log gives them.
    now : datetime
        Decides whether a label without an answer still waits.
    wait_s : float
        How long it may wait, in seconds.
    """
    first = predictions.sort("at", "id", maintain_order=True).unique("id", keep="first", maintain_order=True)
    distinct = labels.sort("received_at", "digest").unique("digest", keep="first", maintain_order=True)
    last = distinct.group_by("id", maintain_order=True).agg(
        pl.col("label").last().alias("truth"),
        pl.col("event_at", "received_at", "source", "weight").last(),
        (pl.col("label").n_unique() - 1).cast(pl.Int64).alias("n_conflicting"),
    )
    outcomes = first.join(last, on="id", how="left", maintain_order="left").with_columns(
        ((pl.col("event_at") - pl.col("at")).dt.total_microseconds() / 1e6).alias("event_delay_s"),
        ((pl.col("received_at") - pl.col("at")).dt.total_microseconds() / 1e6).alias("delay_s"),
    )
    alone = last.join(first.select("id"), on="id", how="anti")
    is_late = pl.col("received_at") < now - timedelta(seconds=wait_s)
    n_unknown = alone.filter(is_late).height
    return Resolved(
        outcomes=outcomes,
        n_predictions=first.height,
        n_repeated_predictions=predictions.height - first.height,
        n_duplicate_labels=labels.height - distinct.height,
        n_conflicting=last.filter(pl.col("n_conflicting") > 0).height,
        n_waiting=alone.height - n_unknown,
        n_unknown=n_unknown,
        n_negative_delay=outcomes.filter(pl.col("event_delay_s") < 0).height,
    )


def label_lag(outcomes: pl.DataFrame, *, now: datetime) -> LabelLag:
    """Quantiles of label delay (receipt after answer), by source, and coverage by age of the answer."""
    arrived = outcomes.filter(pl.col("truth").is_not_null())
    delays = arrived["delay_s"]
    quantiles = [delays.quantile(q, "higher") if arrived.height else None for q in (0.5, 0.9, 0.99)]
    by_source = arrived.group_by("source").agg(pl.len().alias("n"), pl.col("delay_s").median()).sort("source")
    aged = outcomes.with_columns(
        ((pl.lit(now).cast(pl.Datetime("us", "UTC")) - pl.col("at")).dt.total_seconds() / 86_400.0).alias("age")
    )
    by_age = []
    low = 0.0
    for high in (1.0, 7.0, 30.0, 365.0):
        part = aged.filter((pl.col("age") >= low) & (pl.col("age") < high))
        by_age.append((high, part.height, int(part["truth"].is_not_null().sum())))
        low = high
    return LabelLag(
        n_labelled=arrived.height,
        coverage=arrived.height / outcomes.height if outcomes.height else None,
        p50_s=quantiles[0], p90_s=quantiles[1], p99_s=quantiles[2],
        by_source=tuple((str(s), int(n), float(d)) for s, n, d in by_source.iter_rows()),
        by_age=tuple(by_age),
    )  # fmt: skip
