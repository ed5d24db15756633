"""Where a suspicion begins: every threshold of the leakage scan in one place."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["LeakageLimits"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakageLimits:
    """Thresholds; shares and areas lie in 0–1.

    The defaults were set so that clean tables and texts give no stop while copies, columns filled in afterwards and
    divided entities do. ``level`` is the coverage of all intervals of one kind of look together (Bonferroni over columns
    and classes).
    """

    level: float = 0.95
    fewest_rows: int = 30
    most_rows: int = 20_000
    copy_share: float = 0.98
    stop_accuracy: float = 0.98
    stop_accuracy_low: float = 0.90
    warn_accuracy: float = 0.95
    warn_auc: float = 0.99
    warn_auc_low: float = 0.75
    stop_missing_accuracy: float = 0.95
    largest_class: float = 0.95
    spelled_share: float = 0.90
    spelled_precision: float = 0.98
    later_share: float = 0.05
    id_unique: float = 0.95
    same_id_share: float = 0.01
    near_jaccard: float = 0.80
    near_warn_share: float = 0.01
    near_stop_share: float = 0.20
    told_apart_auc: float = 0.65
