"""Leakage: what would make a model look better on its own rows than it will be in use."""

from classward.lifecycle.data.leakage.limits import LeakageLimits
from classward.lifecycle.data.leakage.near_texts import near_groups
from classward.lifecycle.data.leakage.scan import scan, unaccepted_stops

__all__ = ["LeakageLimits", "near_groups", "scan", "unaccepted_stops"]
