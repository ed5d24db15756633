"""Criteria that rest on counts of sealed rows: floors, no loss against the live version, slices, calibration."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from classward.domain import (
    FAILED,
    NOT_ENOUGH,
    PASSED,
    CalibrationFacts,
    FloorCount,
    GateCriterion,
    GatePolicy,
    PairedCounts,
    SliceCount,
)
from classward.lifecycle.release.judge import judge_pairs
from classward.statistics import clopper_pearson, difference_interval, paired_difference_interval, rows_needed

__all__ = ["calibration_criterion", "floor_criteria", "pair_criteria", "slice_criteria"]

_CALIBRATION = {"calibrated": PASSED, "slightly off": PASSED, "miscalibrated": FAILED}


def floor_criteria(counts: Sequence[FloorCount], policy: GatePolicy, *, n_tests: int) -> Iterator[GateCriterion]:
    """Hold each share against its floor, exactly (Clopper-Pearson).

    A class passes if the lower end at ``error_rate`` reaches the floor. It fails if the upper end stays below, at a part of
    ``error_rate``, since any of ``n_tests`` could fail by chance. (A version below some floor has to pass that one, so
    passing needs no such part: Berger, 1982, Multiparameter hypothesis testing and acceptance sampling.)
    """
    for count in counts:
        floor = count.floor
        low, _ = clopper_pearson(count.n_right, count.n, level=1 - 2 * policy.error_rate)
        _, high = clopper_pearson(count.n_right, count.n, level=1 - 2 * policy.error_rate / n_tests)
        outcome = PASSED if low >= floor.floor else FAILED if high < floor.floor else NOT_ENOUGH
        said = f"no sealed row, floor {floor.floor:g}"
        if count.n:
            share = count.n_right / count.n
            said = f"{share:.3f} [{low:.3f}, {high:.3f}] on {count.n:,} rows, floor {floor.floor:g}"
            needed = rows_needed(floor.floor, policy.error_rate, observed=share)
            if outcome == NOT_ENOUGH:
                said += f"; about {needed:,} rows would show it" if needed else "; no number of such rows would show it"
        yield GateCriterion(name=f"{floor.indicator} floor", subject=floor.class_name, outcome=outcome, said=said)


def pair_criteria(pairs: Sequence[PairedCounts], policy: GatePolicy) -> Iterator[GateCriterion]:
    """Ask of each class whether the candidate loses less than the margin against the live version on the same rows.

    It passes if the lower end of the paired difference (Newcombe) lies above the margin at ``error_rate``; it fails if the
    exact paired test of ``classward compare`` shows it to be worse and it did not pass; else the rows do not tell.
    """
    for judged in judge_pairs(pairs, alpha=policy.error_rate / 2):
        c, won, lost = judged.counts, judged.counts.n_only_candidate, judged.counts.n_only_live
        low, high = paired_difference_interval(
            c.n_both, won, lost, c.n - c.n_both - won - lost, level=1 - 2 * policy.error_rate
        )
        within = c.n > 0 and low > -policy.margin
        outcome = PASSED if within else FAILED if judged.verdict == "worse" else NOT_ENOUGH
        value = "–" if judged.difference.value is None else f"{judged.difference.value:+.3f}"
        said = (
            f"{value} [{low:+.3f}, {high:+.3f}] on {c.n:,} paired rows ({won} won, {lost} lost), "
            f"may lose {policy.margin:g}"
        )
        room = (judged.difference.value or 0.0) + policy.margin
        if outcome == NOT_ENOUGH and c.n and room > 0:
            needed = math.ceil(c.n * ((room - policy.margin - low) / room) ** 2)
            said += f"; about {needed:,} rows like these would show it"
        yield GateCriterion(name="no worse than live", subject=c.class_name, outcome=outcome, said=said)


def slice_criteria(counts: Sequence[SliceCount], policy: GatePolicy, *, n_tests: int) -> Iterator[GateCriterion]:
    """Ask of each slice whether its accuracy lies no more than the gap below that of all other rows (Newcombe).

    It fails if it is shown to be lower, at a part of ``error_rate``, and not shown to be within the gap. Columns without a
    slice of ``slice_rows`` rows are not enough evidence.
    """
    for c in counts:
        if c.n < policy.slice_rows:
            continue
        low, _ = difference_interval(c.n_right, c.n, c.n_rest_right, c.n_rest, level=1 - 2 * policy.error_rate)
        _, high = difference_interval(
            c.n_right, c.n, c.n_rest_right, c.n_rest, level=1 - 2 * policy.error_rate / n_tests
        )
        outcome = PASSED if c.n_rest and low > -policy.slice_gap else FAILED if c.n_rest and high < 0 else NOT_ENOUGH
        value = f"{c.n_right / c.n - c.n_rest_right / c.n_rest:+.3f}" if c.n_rest else "–"
        said = f"accuracy {value} [{low:+.3f}, {high:+.3f}] against other rows, on {c.n:,} rows"
        said += f"; may lie {policy.slice_gap:g} below"
        yield GateCriterion(name="slice", subject=f"{c.column}: {c.level}", outcome=outcome, said=said)
    judged = {c.column for c in counts if c.n >= policy.slice_rows}
    for column in policy.slices:
        if column not in judged:
            said = f"no slice has {policy.slice_rows} sealed rows or more"
            yield GateCriterion(name="slice", subject=column, outcome=NOT_ENOUGH, said=said)


def calibration_criterion(facts: CalibrationFacts | None) -> GateCriterion:
    """Take over the report's verdict: an error beyond what a perfect model shows, of 0.05 or more, fails."""
    if facts is None:
        said = "the stored report has no calibration"
        return GateCriterion(name="calibration", subject="", outcome=NOT_ENOUGH, said=said)
    said = (
        f"error {facts.error:.3f} on {facts.n:,} rows; a perfect model shows {facts.null_mean:.3f} and stays below "
        f"{facts.null_p95:.3f} 19 times in 20: {facts.verdict}"
    )
    outcome = _CALIBRATION.get(facts.verdict, NOT_ENOUGH)
    return GateCriterion(name="calibration", subject="", outcome=outcome, said=said)
