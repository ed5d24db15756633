"""How many more labelled rows of each class are needed, and for what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from classward.domain import ClassNeed, Measure, Task
from classward.lifecycle.data.advice.learning_curve import expected_recall
from classward.statistics import labels_needed, rate_sequence, wilson

__all__ = ["needs_of"]

_NOTHING = Measure(value=None, n=0)
_MOST = 1_000_000


def needs_of(
    counts: Sequence[tuple[str, int]],
    task: Task,
    *,
    recalls: Mapping[str, Measure] | None = None,
    curves: Mapping[str, Sequence[tuple[int, float]]] | None = None,
    half_width: float = 0.05,
    alpha: float = 0.05,
    assumed_recall: float = 0.9,
) -> tuple[ClassNeed, ...]:
    """Plan what to label next: rows until each recall is known to ± ``half_width``, and until its promise is decided.

    Rows to measure on are the task's test share of the rows to label (all of them if the task has its own test table), so
    the plan says how many to label. Of a class that was never measured ``assumed_recall`` is taken, and said. A class whose
    recall lies on its target cannot be decided by any number; then there is none.

    Parameters
    ----------
    counts : sequence of (class, labelled rows)
    task : Task
        Test share, and promises of recall.
    recalls : mapping from class to Measure, optional
        Recalls measured on the test fold; ``n`` counts its rows of the class.
    curves : mapping from class to (rows learned from, recall), optional
        With three points or more, what twice the rows are expected to bring (:func:`expected_recall`).
    half_width : float, default=0.05
        Half of the width of Wilson's 95 % interval.
    alpha : float, default=0.05
        Chance of a wrong verdict on a promise, over all looks.

    Returns
    -------
    needs : tuple of ClassNeed
        Those that need most for their interval first.
    """
    share = 1.0 if task.test is not None else task.test_share
    targets = {s.class_name: s.target for s in task.slos if s.indicator == "recall" and s.class_name is not None}
    made = []
    for name, n in counts:
        recall = (recalls or {}).get(name, _NOTHING)
        n_test = recall.n if recall.value is not None else int(n * share)
        p = assumed_recall if recall.value is None else recall.value
        target = targets.get(name)
        points = (curves or {}).get(name, ())
        made.append(
            ClassNeed(
                class_name=name, n=n, n_test=n_test, recall=recall, assumed_recall=assumed_recall,
                half_width=half_width, more_for_width=_labels(_rows_for_width(p, half_width) - n_test, share),
                target=target,
                more_for_target=None if target is None else _for_target(p, n_test, recall, target, alpha, share),
                expected_recall_doubled=expected_recall(points, 2 * max((m for m, _ in points), default=0)),
            )
        )  # fmt: skip
    return tuple(sorted(made, key=lambda need: (-need.more_for_width, need.class_name)))


def _labels(n_test: int, share: float) -> int:
    """Rows to label so that ``n_test`` more of them measure."""
    return 0 if n_test <= 0 else -int(-n_test // share)


def _rows_for_width(p: float, half_width: float) -> int:
    """Fewest rows with which Wilson's interval at a share ``p`` is no wider than twice ``half_width``."""
    low, high = 0, 8
    while _width(p, high) > 2 * half_width and high < _MOST:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        if _width(p, middle) > 2 * half_width:
            low = middle
        else:
            high = middle
    return high


def _width(p: float, n: int) -> float:
    low, high = wilson(p * n, n)
    return high - low


def _for_target(p: float, n_test: int, recall: Measure, target: float, alpha: float, share: float) -> int | None:
    if recall.value is not None and n_test:
        more = labels_needed(round(p * n_test), n_test, target, alpha=alpha)
        return None if more is None else _labels(more, share)
    if p == target:
        return None
    high = 8
    while not _is_decided(p, high, target, alpha):
        high *= 2
        if high > _MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        if _is_decided(p, middle, target, alpha):
            high = middle
        else:
            low = middle
    return _labels(high - n_test, share)


def _is_decided(p: float, n: int, target: float, alpha: float) -> bool:
    low, high = rate_sequence(round(p * n), n, alpha=alpha)
    return low >= target or high < target
