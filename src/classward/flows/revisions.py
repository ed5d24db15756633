"""Which days' figures changed after the day was over, when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from classward.domain import DayBucket
from classward.flows.context import Context

__all__ = ["Revision", "revisions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """The stamp of one day's figures, as they are now.

    ``revision`` counts every change of the day's summary since it was first written, ``revised_at`` and ``why`` tell of the
    last. ``n_right`` of ``n_labelled`` labelled answers of that day and version are right, by the first label of each.
    """

    day: date
    version: int
    route: str
    revision: int
    revised_at: datetime
    why: str
    n_answers: int
    n_labelled: int
    n_right: int


def revisions(ctx: Context, *, since: date | None = None) -> tuple[Revision, ...]:
    """Days (UTC) whose figures changed after they were over, the oldest first; reads what watching keeps of days.

    Labels are taken in by ``watch``, so a label leaves its stamp with the next round. A label that corrects an earlier one
    for the same answer changes what ``status`` shows and leaves none: here the first label counts.
    """
    kept = ctx.watching.buckets(task=ctx.task.name, since=since)
    return tuple(_stamp(b, b.revised_at) for b in kept.buckets if b.revised_at is not None and b.revised_at >= _end(b))


def _end(bucket: DayBucket) -> datetime:
    return datetime.combine(bucket.key.day + timedelta(days=1), time(0), UTC)


def _stamp(bucket: DayBucket, revised_at: datetime) -> Revision:
    key, confusion = bucket.key, bucket.answers.confusion
    return Revision(
        day=key.day, version=key.version, route=key.route, revision=bucket.revision, revised_at=revised_at,
        why=bucket.why, n_answers=bucket.answers.n_predictions, n_labelled=sum(map(sum, confusion)),
        n_right=sum(row[i] for i, row in enumerate(confusion)),
    )  # fmt: skip
