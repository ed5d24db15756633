"""Which classes want labels: promises without a verdict first."""

from __future__ import annotations

from collections.abc import Sequence

from classward.domain import ClassState, LabelNeed, SloState

__all__ = ["class_needs"]

_FEW = 30
_OF_BREACHED = 0.7
_OF_FEW = 0.3


def class_needs(states: Sequence[ClassState]) -> tuple[LabelNeed, ...]:
    """Say of each class how much it wants labels.

    A promise without enough evidence counts 1; a broken one 0.7, since labels of it train the next version; a class with
    fewer than 30 labels and no promise 0.3. Otherwise 0: more labels would change no verdict, so labelling may stop.
    """
    return tuple(_need(state) for state in states)


def _need(state: ClassState) -> LabelNeed:
    undecided = [slo for slo in state.slos if slo.state == "not enough evidence"]
    if undecided:
        more = [slo.n_more for slo in undecided if slo.n_more is not None]
        about = max(more) if more else None
        words = "; ".join(_words(slo) for slo in undecided)
        return LabelNeed(class_name=state.class_name, need=1.0, n_more=about, why=words)
    broken = [slo.indicator for slo in state.slos if slo.state == "breached"]
    if broken:
        return LabelNeed(class_name=state.class_name, need=_OF_BREACHED, why=f"{' and '.join(broken)} breached")
    if state.slos:
        return LabelNeed(class_name=state.class_name, need=0.0, why="enough: every promise is judged")
    if state.n_labelled < _FEW:
        return LabelNeed(
            class_name=state.class_name, need=_OF_FEW, n_more=_FEW - state.n_labelled,
            why=f"{state.n_labelled} labels, no promise",
        )  # fmt: skip
    return LabelNeed(class_name=state.class_name, need=0.0, why=f"enough: {state.n_labelled:,} labels, no promise")


def _words(slo: SloState) -> str:
    more = f", about {slo.n_more:,} more" if slo.n_more is not None else ""
    return f"{slo.indicator} of {slo.target:g} not judged: {slo.evidence.n:,} labels{more}"
