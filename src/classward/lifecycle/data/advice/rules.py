"""From counted facts to advice with reasons; every rule says what it saw."""

from __future__ import annotations

from collections.abc import Iterator

from classward.domain import Recommendation
from classward.lifecycle.data.advice.facts import LabelFacts

__all__ = ["advise"]

_FEW = 10
_MANY_CLASSES = 100
_VERY_MANY_CLASSES = 1000
_IMBALANCE = 20.0
_REST_SHARE = 0.3
_AGREEMENT = 0.667
_FEWEST_UNITS = 20
_MOVED = 0.05
_CRITICAL_SHARE = 0.25
_SHOWN = 5
_FEW_PER_LEVEL = 20
_THIN_SHARE = 0.2


def advise(facts: LabelFacts, *, few: int = _FEW) -> tuple[Recommendation, ...]:
    """Answer "is this multiclass, one-vs-rest, a cascade, ordinal, online, few-shot, retrieval?" with reasons.

    Advice about the kind of problem comes first, then about how to treat classes, then about time. Nothing is decided:
    what the data cannot say (whether errors cost alike, whether labels will exist) is left to people.

    Parameters
    ----------
    facts : LabelFacts
    few : int, default=10
        Classes with fewer rows are few-shot.

    Returns
    -------
    advice : tuple of Recommendation
        At least one; the first is about whether one label out of many is the right frame.

    References
    ----------
    Krippendorff (2004), Reliability in Content Analysis: conclusions from labels with alpha below .667 are not to be
    trusted.
    """
    return (*_frame(facts), *_subjective(facts), *_shape(facts), *_sizes(facts, few), *_names(facts), *_time(facts))


_REFUSED = {
    "CW201": ("binary", "use a binary classifier: there are fewer than three classes"),
    "CW202": ("multi_label", "labels are not exclusive: use a multi-label tool, or keep one label per id"),
    "CW203": ("regression", "the label is a quantity: predict the number, or cut it into ranges that matter"),
    "CW205": ("multi_label", "labels are not exclusive: use a multi-label tool, or keep the main label"),
}


def _frame(facts: LabelFacts) -> Iterator[Recommendation]:
    if facts.refusal is not None:
        code, what, got = facts.refusal
        topic, said = _REFUSED[code]
        yield Recommendation(
            topic=topic, verdict="use", what=said, because=f"{what} ({got})", n=facts.n,
            sureness="strong" if code == "CW203" else "certain",
        )  # fmt: skip
        yield Recommendation(
            topic="multiclass", verdict="avoid", what="one label out of many is the wrong frame here",
            because=f"{code}: {what}", n=facts.n, sureness="strong" if code == "CW203" else "certain",
        )  # fmt: skip
        return
    yield Recommendation(
        topic="multiclass", verdict="use", what="one multiclass model",
        because=f"each of {facts.n:,} labelled rows has exactly one of {facts.n_classes:,} classes, so the probabilities of "
        "a row may compete and sum to 1", n=facts.n, sureness="certain",
    )  # fmt: skip


def _subjective(facts: LabelFacts) -> Iterator[Recommendation]:
    alpha, ends = facts.agreement.value, facts.agreement.interval
    if alpha is None or ends is None or ends.low >= _AGREEMENT or facts.agreement.n < _FEWEST_UNITS:
        return
    is_sure = ends.high < _AGREEMENT
    yield Recommendation(
        topic="label_noise", verdict="avoid" if is_sure else "consider",
        what="settle the label guide and have rows labelled twice before training" if is_sure
        else "check how well labellers agree before trusting the figures",
        because=f"labels of {facts.agreement.n:,} {facts.agreement_unit} agree by alpha {alpha:.2f} "
        f"[{ends.low:.2f}, {ends.high:.2f}]; below {_AGREEMENT} no conclusion from them is safe (or the features do not "
        "hold what the labellers saw)", n=facts.agreement.n, sureness="strong" if is_sure else "hint",
    )  # fmt: skip


def _shape(facts: LabelFacts) -> Iterator[Recommendation]:
    n_critical = sum(facts.rows(c) for c in facts.critical)
    if facts.refusal is not None:
        return
    if (
        facts.critical
        and len(facts.critical) <= max(3, facts.n_classes // 4)
        and n_critical <= _CRITICAL_SHARE * facts.n
    ):
        yield Recommendation(
            topic="cascade", verdict="consider",
            what=f"a binary gate per flagged class ({_listed(facts.critical)}) before the multiclass model",
            because=f"{len(facts.critical)} of {facts.n_classes:,} classes carry promises and have {n_critical:,} of "
            f"{facts.n:,} rows ({n_critical / max(1, facts.n):.1%}): a gate can be tuned for them alone; compare it on the "
            "same folds", n=n_critical, sureness="certain",
        )  # fmt: skip
    elif facts.n_classes <= 10:
        yield Recommendation(
            topic="one_vs_rest", verdict="avoid", what="no binary model per class: no class stands apart",
            because=f"all {facts.n_classes} classes matter alike (none is flagged critical or sensitive, or they are most "
            "rows), and one model keeps their probabilities comparable", n=facts.n_classes, sureness="hint",
        )  # fmt: skip
    if facts.parents and facts.n_classes >= 10:
        yield _hierarchy(facts)
    if facts.order:
        yield Recommendation(
            topic="ordinal", verdict="consider",
            what="tell the model that the classes are ordered: " + " < ".join(facts.order),
            because="the names are steps of a scale, so taking a class for its neighbour is a smaller error",
            n=facts.n_classes, sureness="hint",
        )  # fmt: skip


def _hierarchy(facts: LabelFacts) -> Recommendation:
    """Levels pay where each has rows to learn from: parents nearly always do, the classes of a parent may not."""
    thin = [name for name, n in facts.counts if n < _FEW_PER_LEVEL]
    is_enough = len(thin) <= _THIN_SHARE * facts.n_classes
    what = (
        "state figures, and perhaps answer, by parent class first; compare a model per parent with the flat one on the same "
        "folds" if is_enough else "state figures by parent class; no model per parent: rows are lacking below"
    )  # fmt: skip
    rows = f"{len(thin):,} of {facts.n_classes:,} classes have fewer than {_FEW_PER_LEVEL} rows"
    return Recommendation(
        topic="hierarchy", verdict="consider", what=what,
        because=f"names are divided by {facts.separator!r} into {len(facts.parents):,} parents, for example "
        f"{_listed([p for p, _ in facts.parents])}; {rows}", n=facts.n_classes, sureness="hint",
    )  # fmt: skip


def _sizes(facts: LabelFacts, few: int) -> Iterator[Recommendation]:
    if facts.refusal is not None:
        return
    small = [name for name, n in facts.counts if n < few]
    sizes = sorted(n for _, n in facts.counts)
    median = sizes[len(sizes) // 2]
    if small and 2 * len(small) >= facts.n_classes:
        yield Recommendation(
            topic="few_shot", verdict="use", what="embeddings with nearest neighbours instead of a head per class",
            because=f"{len(small):,} of {facts.n_classes:,} classes have fewer than {few} rows (median {median})",
            n=len(small), sureness="certain",
        )  # fmt: skip
    elif small:
        yield Recommendation(
            topic="few_shot", verdict="consider", what=f"collect more rows of {_listed(small)}, or fold them into 'other'",
            because=f"{len(small):,} of {facts.n_classes:,} classes have fewer than {few} rows: they can neither be learned "
            "nor measured", n=len(small), sureness="certain",
        )  # fmt: skip
    if facts.n_classes >= _VERY_MANY_CLASSES or (facts.n_classes >= _MANY_CLASSES and median < few):
        yield Recommendation(
            topic="retrieval", verdict="use" if median < few else "consider",
            what="find the nearest labelled rows, and choose among their classes",
            because=f"{facts.n_classes:,} classes with a median of {median} rows: a score for each class is costly and "
            "learned from little", n=facts.n_classes, sureness="certain",
        )  # fmt: skip
    if sizes[-1] / sizes[0] >= _IMBALANCE:
        yield Recommendation(
            topic="imbalance", verdict="use", what="plain loss, then decide with costs or prior-corrected thresholds",
            because=f"the largest class has {sizes[-1]:,} rows, the smallest {sizes[0]:,}; weighting the loss by class would "
            "spoil the probabilities, and accuracy hides the small classes: read recall per class", n=facts.n,
            sureness="certain",
        )  # fmt: skip


def _names(facts: LabelFacts) -> Iterator[Recommendation]:
    if facts.rest is None or facts.refusal is not None:
        return
    n = facts.rows(facts.rest)
    share = n / max(1, facts.n)
    if share >= _REST_SHARE:
        yield Recommendation(
            topic="other_class", verdict="avoid",
            what=f"do not learn {facts.rest!r} as one class: divide it, or abstain instead",
            because=f"{share:.0%} of {facts.n:,} rows are {facts.rest!r}: what is in it is not alike, and it will swallow "
            "new kinds of input unseen", n=n, sureness="strong",
        )  # fmt: skip
    else:
        yield Recommendation(
            topic="other_class", verdict="consider", what=f"let the model abstain instead of answering {facts.rest!r}",
            because=f"{facts.rest!r} ({n:,} rows, {share:.1%}) is named like a collection of the rest", n=n, sureness="hint",
        )  # fmt: skip


def _time(facts: LabelFacts) -> Iterator[Recommendation]:
    shift = facts.shift
    if shift is None or facts.refusal is not None:
        return
    excess = shift.moved - shift.by_chance
    coming = [facts.shift_names[i] for i in shift.appeared]
    if coming:
        yield Recommendation(
            topic="new_classes", verdict="use",
            what="plan for new classes: abstention, a queue for unknown inputs, retraining",
            because=f"{len(coming):,} of {facts.n_classes:,} classes appear only late, more than chance allows: "
            f"{_listed(coming)}", n=shift.n, sureness="strong",
        )  # fmt: skip
    if shift.p_value < 0.01 and excess >= _MOVED:
        yield Recommendation(
            topic="online", verdict="use" if excess >= 4 * _MOVED or len(coming) >= 3 else "consider",
            what="retrain often and automatically (or learn online in shadow), and correct for class shares",
            because=f"{shift.moved:.0%} of rows would have to change class to turn the first third into the last "
            f"({shift.by_chance:.0%} by chance; p {_p(shift.p_value)})", n=shift.n, sureness="strong",
        )  # fmt: skip
    else:
        yield Recommendation(
            topic="online", verdict="avoid", what="no need to learn online: class shares stand still",
            because=f"{shift.moved:.0%} of rows would have to change class between the first and the last third, "
            f"{shift.by_chance:.0%} by chance alone (p {_p(shift.p_value)})", n=shift.n, sureness="strong",
        )  # fmt: skip


def _p(value: float) -> str:
    return "below 0.001" if value < 0.001 else f"{value:.3f}"


def _listed(names: list[str] | tuple[str, ...]) -> str:
    shown = ", ".join(map(repr, names[:_SHOWN]))
    return shown + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
