"""How often something may happen for nothing, as people write it: ``1% chance per year``, ``1 per year``."""

from __future__ import annotations

import math
import re

__all__ = ["CHANCE", "PER_ROLLOUT", "chance_per_rollout", "yearly_chance"]

CHANCE = r"^[0-9]+(\.[0-9]+)?(% chance)? per year$"

PER_ROLLOUT = r"^[0-9]+(\.[0-9]+)?% per rollout$"


def chance_per_rollout(text: str) -> float:
    """Turn a text that fits :data:`PER_ROLLOUT` into a chance.

    >>> chance_per_rollout("0.5% per rollout")
    0.005
    """
    return float(text.partition("%")[0]) / 100.0


def yearly_chance(text: str) -> float:
    """Turn a text that fits :data:`CHANCE` into the chance of at least one a year.

    A count is a mean number of rare, independent happenings: 1 per year is a chance of 1 - 1/e.

    >>> yearly_chance("1% chance per year"), round(yearly_chance("1 per year"), 2)
    (0.01, 0.63)
    """
    value = float(re.split(r"[% ]", text)[0])
    return value / 100.0 if "%" in text else 1.0 - math.exp(-value)
