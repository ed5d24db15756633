"""Two versions side by side, as one page that needs nothing else."""

from __future__ import annotations

from classward.domain import Comparison, Decision, Measure, PairedReport
from classward.lifecycle.evaluate.templates import pages

__all__ = ["paired_html"]

_MOST_CLASSES, _MOST_SLICES = 25, 8
_SAID = {
    "better": "is better",
    "worse": "is worse",
    "mixed": "is better in some things and worse in others",
    "no difference shown": "shows no difference, which is no proof that there is none",
    "not enough evidence": "cannot be told apart: there are too few rows on which the two differ",
}


def paired_html(found: PairedReport, decision: Decision, *, n_left_out: int = 0) -> str:
    """Write a comparison for people: the verdict in words, every class, what changed and what that is worth.

    Parameters
    ----------
    found, decision : PairedReport, Decision
        Of the same rows.
    n_left_out : int, default=0
        Rows that a version had been trained on.
    """
    classes = sorted(found.classes, key=_order)
    judged = [s for s in found.slices if s.p_adjusted is not None]
    n_moved = max(5, sum(s.verdict in {"worse", "better"} for s in judged))
    return pages().get_template("paired.html.j2").render(
        found=found, decision=decision, n_left_out=n_left_out, said=_SAID[found.verdict],
        shown=classes[:_MOST_CLASSES] if len(classes) > _MOST_CLASSES + 5 else classes,
        folded=classes[_MOST_CLASSES:] if len(classes) > _MOST_CLASSES + 5 else [],
        slices=judged[: min(n_moved, _MOST_SLICES)], n_slices=len(judged),
        top=_largest([c.difference for c in found.classes]),
        slice_top=_largest([s.difference for s in judged[: min(n_moved, _MOST_SLICES)]]),
        pair_top=_largest([p.difference for p in found.pairs]),
        unit="cost" if found.cost_of == "declared costs" else "errors",
    )  # fmt: skip


def _order(c: Comparison) -> tuple[int, float]:
    ranked = ("worse", "better")
    return ranked.index(c.verdict) if c.verdict in ranked else 2, c.difference.value or 0.0


def _largest(measures: list[Measure]) -> float:
    """End of a common scale: the widest interval, so that bars can be compared."""
    ends = [max(abs(m.interval.low), abs(m.interval.high)) for m in measures if m.interval and m.n >= 5]
    return max([*ends, 0.02])
