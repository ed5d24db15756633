"""What a load test sends and when: the logged requests' sizes, rows and rate over time, squeezed into seconds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle

import numpy as np
from numpy.typing import NDArray

from classward.errors import Refused
from classward.flows.context import Context

__all__ = ["LoadPlan", "PlannedRequest", "plan_load"]

_BINS = 24
_MOST_REQUESTS = 50_000
_MOST_LOGGED = 200_000


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """One request: seconds after the start, and its rows as JSON texts."""

    at_s: float
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPlan:
    """Requests in order of time. From ``step_s`` on the rate is multiplied; ``None`` without a step.

    ``logged_rate`` is the mean rate of the requests it was made from, per second of the time that they span.
    """

    requests: tuple[PlannedRequest, ...]
    seconds: float
    rate: float
    logged_rate: float
    n_logged: int
    step_s: float | None = None


def plan_load(ctx: Context, *, seconds: float, rate: float | None, step: float, rng: np.random.Generator) -> LoadPlan:
    """Make a plan from the task's record log.

    The span from the first to the last logged online request is cut into 24 parts, each as long in the test as its share of
    the span, with as many requests as its share of them; within a part they come at random. Sizes are drawn from the logged
    ones, rows are the logged payloads in turn.

    Parameters
    ----------
    ctx : Context
        Whose log is replayed.
    seconds : float
        Length of the test.
    rate : float or None
        Mean requests per second before any step; the logged mean if ``None``.
    step : float
        The second half has so many times the rate; 1 for none.
    rng : Generator
        Draws sizes and moments; the same seed gives the same plan.

    Raises
    ------
    Refused
        CW521 if nothing was logged that could be sent, CW522 if the plan would have more than 50,000 requests.
    """
    logged = ctx.log.predictions(columns=["request_id", "at", "kind", "features"])
    logged = logged.filter(logged["kind"] == "online").tail(_MOST_LOGGED)
    payloads = logged["features"].drop_nulls().to_list()
    if not payloads:
        raise Refused(
            "CW521",
            f"there is nothing to replay for task {ctx.task.name!r}",
            got=f"{len(logged)} logged online answers, none with its feature values",
            why="a load test sends what was really asked",
            fix="serve some requests first, with CLASSWARD_PAYLOAD_SHARE above 0",
        )
    sizes = np.sort(logged["request_id"].value_counts()["count"].to_numpy())
    at_s = np.sort(logged.unique("request_id")["at"].dt.epoch("us").to_numpy()) / 1e6
    span_s = float(at_s[-1] - at_s[0])
    logged_rate = len(at_s) / span_s if span_s > 0.0 else float(len(at_s))
    wanted = logged_rate if rate is None else rate
    moments = _moments(at_s, seconds=seconds, rate=wanted, step=step, rng=rng)
    rows = cycle(payloads)
    chosen = rng.choice(sizes, len(moments))
    requests = tuple(
        PlannedRequest(at, tuple(next(rows) for _ in range(n)))
        for at, n in zip(moments.tolist(), chosen.tolist(), strict=True)
    )
    return LoadPlan(
        requests=requests, seconds=seconds, rate=wanted, logged_rate=logged_rate, n_logged=len(at_s),
        step_s=seconds / 2 if step != 1.0 else None,
    )  # fmt: skip


def _moments(
    at_s: NDArray[np.float64], *, seconds: float, rate: float, step: float, rng: np.random.Generator
) -> NDArray[np.float64]:
    """When requests are sent, in order."""
    counts, _ = np.histogram(at_s, bins=_BINS)
    weight = counts / max(counts.sum(), 1)
    if counts.max(initial=0) == counts.sum():
        weight = np.full(_BINS, 1.0 / _BINS)  # all at one moment: no shape to keep
    is_late = np.arange(_BINS) >= _BINS // 2
    per_bin = rate * seconds * weight * np.where(is_late, step, 1.0)
    n_per_bin = np.floor(per_bin + rng.random(_BINS)).astype(int)
    n = int(n_per_bin.sum())
    if n > _MOST_REQUESTS:
        raise Refused(
            "CW522", "the load test would send too many requests", got=f"{n:,}",
            why=f"at most {_MOST_REQUESTS:,} from one place", fix="ask for fewer --seconds or a lower --rate",
        )  # fmt: skip
    starts = np.repeat(np.arange(_BINS), n_per_bin) * seconds / _BINS
    return np.sort(starts + rng.random(n) * seconds / _BINS)
