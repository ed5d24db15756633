"""Evidence and alerts of a class that has another name now go on under that name."""

from __future__ import annotations

from dataclasses import replace

from classward.domain.alerts import Alert
from classward.domain.taxonomy import Taxonomy

__all__ = ["in_class_names", "key_now"]


def key_now(key: str, taxonomy: Taxonomy) -> str:
    """The key of a stream under the name that its class has now.

    Only of a class that was renamed: evidence about one part of a merged class is no evidence about the whole, so it keeps
    its old key, and the merged class begins afresh.

    Examples
    --------
    >>> key_now("recall:billing", Taxonomy())
    'recall:billing'
    """
    family, has_class, name = key.partition(":")
    if not has_class or not taxonomy.is_same_class(name):
        return key
    return f"{family}:{taxonomy.current(name)}"


def in_class_names(alert: Alert, taxonomy: Taxonomy) -> Alert:
    """An alert under the name that its class has now."""
    if alert.class_name is None or not taxonomy.is_same_class(alert.class_name):
        return alert
    return replace(alert, key=key_now(alert.key, taxonomy), class_name=taxonomy.current(alert.class_name))
