"""Answers and labels, joined by id, with every oddity counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

__all__ = ["Resolved", "resolve"]

_TIE_BREAKS = ("request_id", "version", "route", "label", "probability")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved:
    """One row per answered id, with its truth where known, and counts of everything odd.

    ``outcomes`` has the columns of the answers and ``truth, event_at, received_at, source, weight, n_conflicting,
    event_delay_s, delay_s`` (null where there is no label). ``delay_s`` is how long after the answer the label was
    received, ``event_delay_s`` how long after it the truth was established; the latter is negative when clocks disagree or
    the truth was known before the answer, and ``n_negative_delay`` counts that. ``n_conflicting`` counts ids with several
    different labels; ``n_waiting`` labelled ids have no answer yet, ``n_unknown`` waited too long for one and count as
    quarantined. ``n_to_relabel`` answers have a label of a class that was split, ``n_unreadable`` were themselves such a
    class; they are left out of ``outcomes`` by who reads names of today.
    """

    outcomes: pl.DataFrame
    n_predictions: int
    n_repeated_predictions: int
    n_duplicate_labels: int
    n_conflicting: int
    n_waiting: int
    n_unknown: int
    n_negative_delay: int
    n_to_relabel: int = 0
    n_unreadable: int = 0


def resolve(predictions: pl.DataFrame, labels: pl.DataFrame, *, now: datetime, wait_s: float) -> Resolved:
    """Join labels to answers by id; the same rows give the same result in whatever order they come.

    An id that was answered several times counts once, by its first answer. A label that came twice counts once. Of
    different labels for one id the last received counts (ties by digest), and the conflict is counted. Not for answers of
    several routes under one id, such as live and shadow: keep one route first.

    Parameters
    ----------
    predictions : DataFrame
        Answers as the record log gives them, at least ``id, at``; further columns are kept.
    labels : DataFrame
        Accepted labels as the record log gives them, duplicates and all.
    now : datetime
        Decides whether a label without an answer still waits.
    wait_s : float
        How long it may wait since it was first received, in seconds.

    Returns
    -------
    resolved : Resolved
        ``outcomes`` in order of ``at, id``. Cost: sorts both tables.
    """
    order = ["at", "id", *(name for name in _TIE_BREAKS if name in predictions.columns)]
    first = predictions.sort(order, nulls_last=True).unique("id", keep="first", maintain_order=True)
    distinct = labels.sort("received_at", "digest").unique("digest", keep="first", maintain_order=True)
    last = distinct.group_by("id", maintain_order=True).agg(
        pl.col("label").last().alias("truth"),
        pl.col("event_at", "received_at", "source", "weight").last(),
        (pl.col("label").n_unique() - 1).cast(pl.Int64).alias("n_conflicting"),
        pl.col("received_at").first().alias("first_received_at"),
    )
    known = last.drop("first_received_at")
    outcomes = first.join(known, on="id", how="left", maintain_order="left").with_columns(
        ((pl.col("event_at") - pl.col("at")).dt.total_microseconds() / 1e6).alias("event_delay_s"),
        ((pl.col("received_at") - pl.col("at")).dt.total_microseconds() / 1e6).alias("delay_s"),
    )
    alone = last.join(first.select("id"), on="id", how="anti")
    n_unknown = alone.filter(pl.col("first_received_at") < now - timedelta(seconds=wait_s)).height
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
