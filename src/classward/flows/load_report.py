"""What a load test showed: latency, what was shed, how long a step of load was felt, what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from classward.flows.load_plan import LoadPlan

__all__ = ["LoadReport", "Sent", "report_load"]

_WINDOW_S = 0.5
_SHED = (429, 503)


@dataclass(frozen=True, slots=True)
class Sent:
    """One request as it went: when it was due, how long after that its answer was there, its status (0: none), its rows."""

    at_s: float
    took_s: float
    status: int
    n_rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """Figures of one load test. Latency counts from the moment a request was due, so that a queue of late ones shows.

    ``lag_s``: seconds from the step of load until p95 of half a second was within the promise again, and stayed; ``None``
    without a step, or if that did not happen.
    """

    n_requests: int
    n_answered: int
    n_shed: int
    n_failed: int
    n_rows: int
    rate: float
    logged_rate: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None
    slo_p95_ms: float
    has_step: bool
    lag_s: float | None
    cost_per_1000_rows: float | None

    @property
    def is_kept(self) -> bool:
        """Whether the promise held: requests were answered, p95 is within it, and none failed or was shed."""
        return self.p95_ms is not None and self.p95_ms <= self.slo_p95_ms and not self.n_failed and not self.n_shed


def report_load(
    plan: LoadPlan, sent: Sequence[Sent], *, slo_p95_ms: float, price_per_hour: float | None = None
) -> LoadReport:
    """Sum up. ``price_per_hour`` is what the server costs while the test runs, in any unit."""
    answered = [s for s in sent if 200 <= s.status < 300]
    took_ms = 1000.0 * np.array([s.took_s for s in answered])
    p50, p95, p99 = np.percentile(took_ms, [50, 95, 99]).tolist() if answered else (None, None, None)
    n_rows = sum(s.n_rows for s in answered)
    cost = None if price_per_hour is None or not n_rows else 1000.0 * price_per_hour * plan.seconds / 3600.0 / n_rows
    return LoadReport(
        n_requests=len(sent), n_answered=len(answered), n_shed=sum(s.status in _SHED for s in sent),
        n_failed=sum(s.status not in _SHED and not 200 <= s.status < 300 for s in sent), n_rows=n_rows, rate=plan.rate,
        logged_rate=plan.logged_rate, p50_ms=p50, p95_ms=p95, p99_ms=p99, slo_p95_ms=slo_p95_ms,
        has_step=plan.step_s is not None, lag_s=_lag_s(plan, sent, slo_p95_ms), cost_per_1000_rows=cost,
    )  # fmt: skip


def _lag_s(plan: LoadPlan, sent: Sequence[Sent], slo_p95_ms: float) -> float | None:
    if plan.step_s is None:
        return None
    windows: dict[int, list[float]] = {}
    for one in sent:
        if one.at_s >= plan.step_s:
            is_late = not 200 <= one.status < 300
            took_ms = float("inf") if is_late else 1000.0 * one.took_s
            windows.setdefault(int((one.at_s - plan.step_s) / _WINDOW_S), []).append(took_ms)
    bad = [w for w, took in windows.items() if float(np.percentile(took, 95, method="higher")) > slo_p95_ms]
    if not windows or max(windows) in bad:
        return None
    return (max(bad) + 1) * _WINDOW_S if bad else 0.0
