"""Predictions and late labels become Outcomes; what to label next."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from classward.lifecycle.label.check import check_label
from classward.lifecycle.label.migrate import checked_migration, migrated_space

if TYPE_CHECKING:
    from classward.lifecycle.label.benefit import STRATEGIES, benefit_of
    from classward.lifecycle.label.lag import LabelLag, LagOf, label_lag
    from classward.lifecycle.label.needs import class_needs
    from classward.lifecycle.label.resolve import Resolved, resolve

__all__ = [
    "STRATEGIES",
    "LabelLag",
    "LagOf",
    "Resolved",
    "benefit_of",
    "check_label",
    "checked_migration",
    "class_needs",
    "label_lag",
    "migrated_space",
    "resolve",
]

_LATER = {
    "benefit": ("STRATEGIES", "benefit_of"),
    "needs": ("class_needs",),
    "lag": ("LabelLag", "LagOf", "label_lag"),
    "resolve": ("Resolved", "resolve"),
}


def __getattr__(name: str) -> Any:
    """Load what reads tables when it is asked for: a server checks labels, and needs no library for tables."""
    if not any(name in names for names in _LATER.values()):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    for place, names in _LATER.items():  # all of it, since a module and its function are both called resolve
        found = import_module(f"{__name__}.{place}")
        globals().update({one: getattr(found, one) for one in names})
    return globals()[name]
