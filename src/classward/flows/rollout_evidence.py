"""What is known about a rollout under way: rows that both versions answered, joined with the labels that came."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import polars as pl

from classward.domain import (
    WHOLE_TRAFFIC,
    ClassEvidence,
    PairTally,
    Rollout,
    RolloutEvidence,
    Taxonomy,
    failure_counter,
)
from classward.flows.context import Context
from classward.flows.renamed import read_names

__all__ = ["gather"]

_COLUMNS = ("id", "at", "version", "route", "kind", "label")
_LEAST_DAYS = 1.0 / 24.0


def gather(ctx: Context, rollout: Rollout, taxonomy: Taxonomy, *, now: datetime) -> RolloutEvidence:
    """Count everything that a verdict on a rollout rests on, from the records since it began.

    A pair is a row with one answer of each version: the caller's, and the copy that was made for the other version.
    The first label of a row stands, as for alerts. Labels of any age count against the candidate; only rows that were
    answered ``maturity_days`` ago or earlier count for it, so that quick labels do not speak for slow ones.

    Answers, labels and the judged classes are read in the classes of today, so that two names of one class are no
    difference. What names a class that was split says nothing and is left out.
    """
    told = ctx.log.predictions(since=rollout.began_at, until=now + timedelta(seconds=1), columns=_COLUMNS)
    told = told.filter(pl.col("kind").ne_missing("batch")).sort("at")
    told = read_names(told, taxonomy)
    readable = told.filter(pl.col("label").is_not_null())
    own = readable.filter(pl.col("version") == rollout.candidate, pl.col("route").is_in(["shadow", "canary"]))
    other = readable.filter(pl.col("version") == rollout.stable, pl.col("route").is_in(["live", "shadow"]))
    own, other = (side.unique("id", keep="first", maintain_order=True) for side in (own, other))
    pairs = own.join(other.select("id", stable_label="label"), on="id", how="inner", maintain_order="left")
    labels = read_names(ctx.log.labels(received_since=rollout.began_at), taxonomy).sort("received_at", "digest")
    first = labels.filter(pl.col("label").is_not_null())
    first = first.unique("id", keep="first", maintain_order=True).select("id", "weight", truth="label")
    in_stage = told.filter(pl.col("at") >= rollout.stage_since)
    n_failures, failures = _failures(ctx, rollout)
    days = max((now - rollout.began_at).total_seconds() / 86_400.0, _LEAST_DAYS)
    until = now - timedelta(days=rollout.policy.maturity_days)
    paired, alone = pairs.join(first, on="id"), own.filter(pl.col("route") == "canary").join(first, on="id")
    claimed = Counter(own["label"].to_list())
    return RolloutEvidence(
        classes=tuple(
            _of_class(judged.name, paired, alone, claimed, taxonomy=taxonomy, until=until, days=days)
            for judged in rollout.classes
        ),
        n_answers=in_stage.filter(pl.col("route") != "shadow").height,
        n_candidate=in_stage.filter(pl.col("version") == rollout.candidate).height,
        n_pairs=pairs.height,
        n_differ=pairs.filter(pl.col("label") != pl.col("stable_label")).height,
        n_failures=n_failures,
        failures=failures,
    )


def _of_class(
    judged: str,
    paired: pl.DataFrame,
    alone: pl.DataFrame,
    claimed: Counter[str],
    *,
    taxonomy: Taxonomy,
    until: datetime,
    days: float,
) -> ClassEvidence:
    """Under the name that the rollout began with, from rows that are read under the name of today."""
    name = taxonomy.current(judged) or judged
    is_whole = name == WHOLE_TRAFFIC
    mine = paired if is_whole else paired.filter(pl.col("truth") == name)
    canary = (alone if is_whole else alone.filter(pl.col("truth") == name)).filter(pl.col("weight") == 1.0)
    return ClassEvidence(
        class_name=judged,
        pairs=_tallies(mine),
        mature=_tallies(mine.filter(pl.col("at") <= until)),
        n_canary=canary.height,
        n_canary_hits=canary.filter(pl.col("label") == pl.col("truth")).height,
        n_claimed=alone.height if is_whole else claimed[name],
        labels_per_day=mine.height / days,
    )


def _tallies(rows: pl.DataFrame) -> tuple[PairTally, ...]:
    is_right, was_right = pl.col("label") == pl.col("truth"), pl.col("stable_label") == pl.col("truth")
    told = (
        rows.group_by("weight")
        .agg(
            n_lost=(was_right & ~is_right).sum(), n_won=(is_right & ~was_right).sum(), n_same=(is_right == was_right).sum()
        )
        .sort("weight")
    )  # fmt: skip
    return tuple(PairTally(**row) for row in told.iter_rows(named=True))


def _failures(ctx: Context, rollout: Rollout) -> tuple[int, str]:
    prefix = failure_counter(rollout.candidate_hash, "")
    counters = ctx.log.counters()
    own = counters.filter(pl.col("name").str.starts_with(prefix), pl.col("second") >= int(rollout.began_at.timestamp()))
    kinds = sorted({str(name).removeprefix(prefix) for name in own["name"].to_list()})
    return int(own["n"].sum()), ", ".join(kinds)
