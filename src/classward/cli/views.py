"""Reports and states as lines in a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from classward.cli import answer_views, output
from classward.domain import SLO, Analysis, Comparison, Decision, Measure, PairedReport, Report, is_uncalibrated
from classward.lifecycle.evaluate import judge_offline

__all__ = ["comparison", "paired", "report"]

_MOST_CLASSES = 40
_MOST_SLICES, _MOST_PAIRS, _MOST_ADVICE = 5, 5, 3


def report(made: Report, *, slos: Sequence[SLO], every: bool = False) -> None:
    """Headline figures, one line per class with its promise, then where the errors are and what to do next."""
    calibration = made.calibration
    output.say(
        f" accuracy {output.measure(made.accuracy)}   macro F1 {output.measure(made.macro_f1)}"
        f"   log loss {_value(made.log_loss)}"
    )
    output.say(
        f" ECE {calibration.ece:.3f} (a perfect model would show {calibration.ece_null_mean:.3f}): {calibration.verdict}"
        f"   {made.n:,} sealed rows"
    )
    if is_uncalibrated(calibration.verdict):
        output.say(" scores are shown as uncalibrated until a check on labelled rows passes: read them as a rank")
    promised = {slo.class_name for slo in slos}
    shown = made.classes
    if len(shown) > _MOST_CLASSES and not every:
        worst = sorted(shown, key=lambda c: (c.recall.value is not None, c.recall.value or 0.0))
        shown = (
            tuple(c for c in worst if c.class_name in promised)
            + tuple(c for c in worst if c.class_name not in promised)[: _MOST_CLASSES // 2]
        )
    rows = [
        (c.class_name, output.measure(c.recall), output.measure(c.precision), f"{c.n:,}", judge_offline(c, slos))
        for c in shown
    ]
    output.table(("class", "recall", "precision", "n", "SLO"), rows, right=(3,))
    if len(shown) < len(made.classes):
        output.say(f" … {len(made.classes) - len(shown)} more classes: classward report --all-classes")
    if made.analysis is not None:
        _analysis(made.analysis)


def _analysis(found: Analysis) -> None:
    """Slices shown to be worse, the dearest confusions, and what to do next."""
    worse = [s for s in found.slices.slices if s.verdict == "worse"] if found.slices is not None else []
    if worse:
        rows = [
            (f"{s.column}: {s.level}", output.measure(s.accuracy), output.measure(s.rest), f"{s.n:,}")
            for s in worse[:_MOST_SLICES]
        ]
        output.table(("worse where", "accuracy", "elsewhere", "n"), rows, right=(3,))
    if found.pairs:
        pairs = [
            (p.true_class, p.predicted_class, output.measure(p.rate), f"{p.n:,}", _share(p.cost_share))
            for p in found.pairs[:_MOST_PAIRS]
        ]
        output.table(("true", "called", "of the class", "n", f"share of {_cost(found)}"), pairs, right=(3, 4))
    if found.answers is not None:
        answer_views.answers(found.answers)
    for i, advice in enumerate(found.advice[:_MOST_ADVICE], start=1):
        output.say(f" {'next' if i == 1 else '    '}  {i}. {advice.about}: {advice.do}")
        output.say(f"          {advice.because}")


def _cost(found: Analysis) -> str:
    return "cost" if found.cost_of == "declared costs" else "errors"


def _share(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}"


def comparison(decision: Decision, comparisons: Sequence[Comparison], *, n_rows: int, n_left_out: int) -> None:
    """The verdict, its reasons, and the classes on which the versions differ."""
    output.say(
        f" verdict  {decision.verdict}   on {n_rows:,} rows neither version was trained on ({n_left_out} left out)"
    )
    for reason in decision.reasons:
        output.say(f" because  {reason}")
    for missing in decision.missing:
        output.say(f" missing  {missing}")
    differing = [c for c in comparisons if c.counts.n_only_candidate or c.counts.n_only_live]
    rows = [
        (
            c.counts.class_name,
            output.measure(c.difference, digits=3),
            f"{c.counts.n:,}",
            f"{c.counts.n_only_candidate}:{c.counts.n_only_live}",
            c.verdict,
        )
        for c in sorted(differing, key=lambda c: c.difference.value or 0.0)[:_MOST_CLASSES]
    ]
    output.table(("class", "difference in recall", "n", "won:lost", "verdict"), rows, right=(2, 3))
    output.say(f" decision {decision.id}   chance of {decision.error_rate_of}: at most {decision.error_rate:.0%}")


def paired(found: PairedReport) -> None:
    """What the change is worth: log loss, cost and brought figures, then the confusions that changed most."""
    unit = "cost" if found.cost_of == "declared costs" else "errors"
    rows = [
        ("log loss per row", output.measure(found.log_loss, digits=4), "below 0 is better"),
        (f"{unit} per row", output.measure(found.cost, digits=4), "below 0 is better"),
        *((m.name, output.measure(m.difference, digits=4), f"{m.live:.4g} → {m.candidate:.4g}") for m in found.metrics),
    ]
    output.table(("figure", "candidate minus live", ""), rows)
    changed = [p for p in found.pairs if p.n_live != p.n_candidate][:_MOST_PAIRS]
    if changed:
        output.table(
            ("true", "called", "rows", "change of the share"),
            [
                (
                    p.true_class,
                    p.predicted_class,
                    f"{p.n_live} → {p.n_candidate}",
                    output.measure(p.difference, digits=3),
                )
                for p in changed
            ],
        )


def _value(figure: Measure) -> str:
    return "–" if figure.value is None else f"{figure.value:.3f}"
