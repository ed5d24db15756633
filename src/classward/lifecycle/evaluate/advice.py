"""What to do next, from the figures: the first thing a person wants to know after 'how good'."""

from __future__ import annotations

from collections.abc import Iterator

from classward.domain import Advice, Analysis, ClassReport, LabelSpace, Measure, PairAnalysis, Report, Separator, Slice

__all__ = ["advise"]

_FEW = 20
_SEPARABLE = 0.7
_SURE_ERRORS = 0.1
_FEW_CONFUSED = 8
_MISLEADING = 0.6
_MOST = 8


def advise(report: Report, analysis: Analysis, space: LabelSpace) -> tuple[Advice, ...]:
    """Turn figures into things to do, the most urgent first, each with its evidence.

    Rules, not a verdict: each fires only where an interval (or a corrected test) leaves no doubt at 95 %, and says what it
    saw. Whether a remedy helps is to be measured: retrain, and compare on the same rows.

    Parameters
    ----------
    report, analysis : Report, Analysis
        Of the same rows.
    space : LabelSpace
        Which classes are critical or sensitive.

    Returns
    -------
    advice : tuple of Advice
        At most eight; empty if nothing stands out.
    """
    rules = (_on_checks, _on_baseline, _on_calibration, _on_classes, _on_precision, _on_slices, _on_pairs, _on_rows)
    found = [advice for rule in rules for advice in rule(report, analysis, space)]
    return tuple(sorted(found, key=lambda a: a.urgency)[:_MOST])


def _on_checks(report: Report, _: Analysis, __: LabelSpace) -> Iterator[Advice]:
    for name, outcome, detail in report.checks:
        if outcome not in {"passed", "ok"}:
            yield Advice(
                about=name, kind="check", urgency=1, because=f"{outcome}: {detail}",
                do="Find out why this check did not pass before any figure here is believed.",
            )  # fmt: skip


def _on_baseline(report: Report, _: Analysis, __: LabelSpace) -> Iterator[Advice]:
    best = max(report.baselines, key=lambda b: b.accuracy.value or 0.0, default=None)
    if best is not None and _low(report.accuracy) <= (best.accuracy.value or 0.0):
        yield Advice(
            about="all classes", kind="baseline", urgency=1,
            do="Look at labels and features first: a model that looks at nothing is about as good.",
            because=f"accuracy {_show(report.accuracy)}; {best.name} gets {best.accuracy.value:.2f}",
        )  # fmt: skip


def _on_calibration(report: Report, analysis: Analysis, _: LabelSpace) -> Iterator[Advice]:
    sure = dict(analysis.figures).get("confident_errors", Measure(value=None, n=0))
    if _low(sure) > _SURE_ERRORS:
        yield Advice(
            about="confidence", kind="confident errors", urgency=1,
            do="Recalibrate (temperature or vector scaling on a fresh calibration fold) and watch calibration in production.",
            because=f"of {sure.n:,} answers given with 90 % confidence or more, {_show(sure)} are wrong",
        )  # fmt: skip
    elif report.calibration.verdict == "miscalibrated":
        yield Advice(
            about="confidence", kind="calibration",
            do="Recalibrate on a calibration fold that is like production; until then read confidence as a rank only.",
            because=f"calibration error {report.calibration.ece:.3f}; chance alone would stay below "
            f"{report.calibration.ece_null_p95:.3f} 19 times in 20",
        )  # fmt: skip


def _on_classes(report: Report, analysis: Analysis, space: LabelSpace) -> Iterator[Advice]:
    """Classes found clearly less often than rows in general; what to do depends on how many rows they have."""
    weak = [c for c in report.classes if c.n >= _FEW and _high(c.recall) < _low(report.accuracy)]
    typical = report.n / max(1, sum(c.n > 0 for c in report.classes))
    weak.sort(key=lambda c: (c.class_name not in space.critical, c.recall.value or 0.0))
    for c in weak[:2]:
        partner = _partner(c, report)
        if c.n < typical / 2:
            do = (
                f"Collect more rows of {c.class_name}, or weight it up; then compare on the same rows whether it helps "
                "and what other classes pay."
            )
        else:
            do = f"Rows are not lacking: read the rows of {c.class_name}{partner}, and check its definition and labels."
        yield Advice(
            about=c.class_name, kind="recall", do=do, urgency=1 if c.class_name in space.critical else 2,
            because=f"recall {_show(c.recall)} on {c.n:,} rows, {c.n / report.n:.1%} of all; accuracy over all classes "
            f"{_show(report.accuracy)}",
        )  # fmt: skip


def _partner(c: ClassReport, report: Report) -> str:
    pair = next((p for p in report.confused_pairs if p.true_class == c.class_name), None)
    return f" that are called {pair.predicted_class}" if pair is not None else ""


def _on_precision(report: Report, _: Analysis, space: LabelSpace) -> Iterator[Advice]:
    for c in report.classes:
        if c.class_name in space.sensitive and c.n_predicted >= _FEW and _high(c.precision) < _low(report.accuracy):
            yield Advice(
                about=c.class_name, kind="precision", urgency=1,
                do=f"Raise the threshold of {c.class_name} and measure the recall it costs{_overlaps(c, report)}.",
                because=f"precision {_show(c.precision)} of {c.n_predicted:,} answers of a sensitive class",
            )  # fmt: skip


def _overlaps(c: ClassReport, report: Report) -> str:
    """Which classes' rows are called so, the most frequent first."""
    found = [(p.n, p.true_class) for p in report.confused_pairs if p.predicted_class == c.class_name][:3]
    return "; it overlaps with " + ", ".join(f"{name} ({n} rows)" for n, name in found) if found else ""


def _on_slices(_: Report, analysis: Analysis, __: LabelSpace) -> Iterator[Advice]:
    if analysis.slices is None:
        return
    worst = next((s for s in analysis.slices.slices if s.verdict == "worse" and not _is_mix(s)), None)
    if worst is not None:
        cell = next((c for c in analysis.slices.cells if (c.column, c.level) == (worst.column, worst.level)), None)
        within = f", {cell.class_name} first" if cell is not None and cell.verdict == "worse" else ""
        expected = f"; with their mix of classes {worst.expected:.2f} were to be expected" if worst.expected else ""
        yield Advice(
            about=f"{worst.column}: {worst.level}", kind="slice",
            do=f"Read wrong answers where {worst.column} is {worst.level}{within}: are rows of this kind missing from "
            "training, or described differently?",
            because=f"accuracy {_show(worst.accuracy)} on {worst.n:,} rows, {_show(worst.rest)} elsewhere{expected}",
        )  # fmt: skip


def _is_mix(found: Slice) -> bool:
    """Whether the slice is no harder than its mix of classes would make it anyway."""
    return found.expected is not None and found.expected <= _high(found.accuracy)


def _on_pairs(_: Report, analysis: Analysis, __: LabelSpace) -> Iterator[Advice]:
    pair = next((p for p in analysis.pairs if p.n >= 5), None)
    if pair is None:
        return
    of_what = "cost" if analysis.cost_of == "declared costs" else "errors"
    yield Advice(
        about=f"{pair.true_class} → {pair.predicted_class}", kind="confusion", do=_remedy(pair),
        because=f"{pair.n:,} rows, {_show(pair.rate)} of {pair.true_class}"
        + (f", {pair.cost_share:.0%} of all {of_what}" if pair.cost_share is not None else ""),
    )  # fmt: skip


def _remedy(pair: PairAnalysis) -> str:
    """What helps depends on whether anything in the columns tells the two classes apart, as far as the rows can show."""
    best = [_folded(s) for s in pair.classes_apart]
    a, b = pair.true_class, pair.predicted_class
    if best and _low(best[0]) > _SEPARABLE:
        return (
            f"Column {pair.classes_apart[0].column} alone tells {a} from {b}{_words(pair)}: add rows like those that are "
            "confused, or a feature made for the two."
        )
    if best and max(_high(m) for m in best) < _SEPARABLE:
        return (
            f"No column alone tells {a} from {b}: add one that does, or merge the two under one parent class and split "
            "later."
        )
    return f"Read the rows of {a} called {b}, and collect more: too few to show whether any column tells the two apart."


def _words(pair: PairAnalysis) -> str:
    """Name the word or level that goes with the confusion, if enough rows leave no doubt."""
    for cause in pair.errors_apart:
        term = next((t for t in cause.terms if t.log_odds < 0 and t.n_second >= _FEW_CONFUSED), None)
        if term is not None and _low(cause.auc) > _MISLEADING:
            return f" (though not in rows with {cause.column} '{term.term}')"
    return ""


def _folded(separator: Separator) -> Measure:
    """The AUC of a number turned round so that 0.5 to 1 counts, whichever side is larger."""
    auc = separator.auc
    if auc.value is None or auc.interval is None or auc.value >= 0.5:
        return auc
    low, high = 1 - auc.interval.high, 1 - auc.interval.low
    span = type(auc.interval)(low=low, high=high, level=auc.interval.level, method=auc.interval.method)
    return Measure(value=1 - auc.value, n=auc.n, interval=span)


def _on_rows(report: Report, _: Analysis, space: LabelSpace) -> Iterator[Advice]:
    few = sorted((c for c in report.classes if c.n < _FEW), key=lambda c: c.n)
    flagged = {*space.critical, *space.sensitive}
    for classes, urgency in (
        ([c for c in few if c.class_name in flagged], 1),
        ([c for c in few if c.class_name not in flagged], 3),
    ):
        if classes:
            named = ", ".join(f"{c.class_name} ({c.n})" for c in classes[:5]) + (", …" if len(classes) > 5 else "")
            yield Advice(
                about=f"{len(classes)} classes with few rows" if len(classes) > 1 else classes[0].class_name,
                kind="rows", do="Label more rows before anything is said about "
                f"{'them' if len(classes) > 1 else 'this class'}.",
                because=f"rows to judge by: {named}", urgency=urgency,
            )  # fmt: skip


def _low(measure: Measure) -> float:
    return measure.interval.low if measure.interval is not None else 0.0


def _high(measure: Measure) -> float:
    return measure.interval.high if measure.interval is not None else 1.0


def _show(measure: Measure) -> str:
    if measure.value is None:
        return "–"
    return f"{measure.value:.2f} [{_low(measure):.2f}, {_high(measure):.2f}]"
