"""A figure with its n and its interval."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Interval", "Measure"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """Two ends, the stated coverage and the method that gives it."""

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A figure that says how sure it is.

    ``value`` is ``None`` when there is nothing to measure (``n`` is 0): never 0 in its place. ``basis`` is ``observed``
    (labels), ``estimated`` (no labels) or ``sampled`` (audit, with weights).
    """

    value: float | None
    n: int
    interval: Interval | None = None
    basis: str = "observed"
