"""Rows of a day become its bucket; late labels change the bucket of the day they are about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import polars as pl

from classward.domain import BucketKey, DayBucket, LabelSpace, Reference, Summary
from classward.lifecycle.monitor.counting import added, counted, evenly_kept
from classward.lifecycle.monitor.payloads import decoded
from classward.lifecycle.monitor.summary import merge, summarise

__all__ = ["bucket_of", "grown", "with_labels"]


def bucket_of(
    rows: pl.DataFrame, key: BucketKey, label_space: LabelSpace, reference: Reference | None, *, heaviest: float = 1.0
) -> DayBucket:
    """Count the answers of one version, route and day, labelled or not.

    Parameters
    ----------
    rows : DataFrame
        ``id, version, label, probability, truth, weight, features, payload_weight``; truth is null without a label.
    key : BucketKey
        What they have in common.
    label_space : LabelSpace
        Classes of the version; the answer ``(abstained)`` is counted among answers alone.
    reference : Reference or None
        Bins of the features; without it none are counted.
    heaviest : float
        Largest weight of a kept row on this day before these.
    """
    weights = rows["payload_weight"].drop_nulls()
    heaviest = max([heaviest, *weights.unique().to_list()])
    kept = evenly_kept(rows, heaviest=heaviest)
    values = decoded(kept["features"], reference) if reference and reference.features and kept.height else None
    return DayBucket(
        key=key, answers=summarise(rows, label_space, key.version), heaviest=heaviest,
        reference_hash=reference.hash if reference else "", n_payloads=kept.height if values is not None else 0,
        n_sampled=_n_sampled(rows),
        features=() if values is None or reference is None
        else tuple(counted(values[f.name], f) for f in reference.features),
    )  # fmt: skip


def _n_sampled(rows: pl.DataFrame) -> int:
    labelled = rows.filter(pl.col("truth").is_not_null())
    return int((labelled["weight"].fill_null(1.0) != 1.0).sum())


def grown(bucket: DayBucket | None, more: DayBucket) -> DayBucket:
    """Add rows that were not counted yet to what is kept of their day."""
    if bucket is None:
        return more
    same_bins = bucket.reference_hash == more.reference_hash or not bucket.features
    return replace(
        bucket, answers=merge(bucket.answers, more.answers), n_sampled=bucket.n_sampled + more.n_sampled,
        heaviest=max(bucket.heaviest, more.heaviest), reference_hash=more.reference_hash,
        n_payloads=(bucket.n_payloads if same_bins else 0) + more.n_payloads,
        features=added(bucket.features if same_bins else (), more.features),
    )  # fmt: skip


def with_labels(bucket: DayBucket, labelled: pl.DataFrame, label_space: LabelSpace, *, now: datetime) -> DayBucket:
    """Count labels that came for answers of the bucket's day; answers themselves are not counted again.

    ``labelled`` has ``version, label, probability, truth, weight``.
    """
    made = summarise(labelled, label_space, bucket.key.version)
    only_labels = replace(made, n_predictions=0, predicted_counts=(0,) * len(label_space))
    answers = merge(bucket.answers, only_labels)
    why = f"{labelled.height} labels came: {_right_of(answers)} right, {_right_of(bucket.answers)} before"
    return replace(
        bucket, answers=answers, n_sampled=bucket.n_sampled + _n_sampled(labelled), revision=bucket.revision + 1,
        revised_at=now, why=why,
    )  # fmt: skip


def _right_of(answers: Summary) -> str:
    n_right = sum(row[i] for i, row in enumerate(answers.confusion))
    return f"{n_right} of {sum(map(sum, answers.confusion))}"
