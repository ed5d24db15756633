from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from decision_draws import NONE, SHARES, SPACE, draw
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.domain import DecisionRule, LabelSpace, SetsChoice
from classward.errors import DataError, TooFewLabels, UsageError
from classward.inference import Proba, prediction_sets
from classward.lifecycle.calibrate import choose_sets, measure_sets

MANY = LabelSpace.of([f"c{i}" for i in range(40)])
LONG_TAIL = 1.0 / np.arange(1, 41)
LONG_TAIL /= LONG_TAIL.sum()


def choose(seed: int, n: int, shares: np.ndarray = SHARES, space: LabelSpace = SPACE, **more: object) -> SetsChoice:
    p, y = draw(seed, n, shares=shares, sharper=1.5, space=space)
    return choose_sets(
        p,
        y,
        rows=np.arange(n),
        fitted_rows=NONE,
        rng=np.random.default_rng(seed),
        **more,  # type: ignore[arg-type]
    )


def coverage(choice: SetsChoice, p: Proba, y: np.ndarray) -> np.ndarray:
    space = p.label_space
    inside = prediction_sets(p, replace(DecisionRule.plain(space), sets=(choice.rule,)))
    assert inside.any(axis=1).all()
    assert inside[np.arange(len(p)), p.predicted].all()
    return np.bincount(y[inside[np.arange(len(y)), y]], minlength=len(space)) / np.bincount(y, minlength=len(space))


@pytest.mark.parametrize("score", ["lac", "raps"])
@pytest.mark.parametrize("n", [300, 2000])
def test_every_class_is_covered_as_promised_over_many_draws(score: str, n: int) -> None:
    p, y = draw(77, 20_000, sharper=1.5)
    mean = np.mean([coverage(choose(seed, n, score=score), p, y) for seed in range(40)], axis=0)
    assert (mean >= 0.9 - 0.02).all()
    assert n < 2000 or score == "raps" or (mean <= 0.9 + 0.03).all()


def test_a_common_threshold_would_have_failed_the_rare_class() -> None:
    p, y = draw(77, 20_000, sharper=1.5)
    common = np.quantile(1 - p.matrix[np.arange(len(y)), y], 0.9)
    holds = 1 - p.matrix[np.arange(len(y)), y] <= common
    assert holds[y == 3].mean() < 0.7
    assert coverage(choose(0, 2000), p, y)[3] > 0.85


def test_with_confidence_every_threshold_keeps_its_promise_draw_by_draw() -> None:
    p, y = draw(77, 20_000, sharper=1.5)
    kept = [coverage(choose(seed, 1500, confidence=0.9), p, y) >= 0.9 - 0.006 for seed in range(40)]
    assert np.mean(kept, axis=0).min() >= 0.8
    loose = [coverage(choose(seed, 1500), p, y) >= 0.9 - 0.006 for seed in range(40)]
    assert np.mean(loose, axis=0).min() < 0.8


def test_small_classes_lean_on_similar_ones_and_keep_the_promise() -> None:
    p, y = draw(77, 20_000, shares=LONG_TAIL, sharper=1.5, space=MANY)
    choices = [choose(seed, 1500, LONG_TAIL, MANY) for seed in range(20)]
    sources = {one.source for choice in choices for one in choice.classes}
    assert {"own", "cluster"} <= sources
    exact = [[one.is_exact for one in choice.classes] for choice in choices]
    mean = np.mean([coverage(choice, p, y) for choice in choices], axis=0)
    assert (mean[np.all(exact, axis=0)] >= 0.9 - 0.035).all()
    for one in choices[0].classes:
        assert (one.source == "own") == (one.n >= 50)
        assert one.is_exact == (one.n >= 9)
        assert one.is_exact or one.class_name in choices[0].remark or "more" in choices[0].remark


@pytest.mark.parametrize("score", ["lac", "raps"])
def test_too_few_rows_keep_every_class_in(score: str) -> None:
    choice = choose(0, 6, score=score)
    assert {one.source for one in choice.classes} == {"none"}
    p, _ = draw(1, 300)
    assert prediction_sets(p, replace(DecisionRule.plain(SPACE), sets=(choice.rule,))).all()
    assert "too few rows allow no threshold" in choice.remark


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000), st.floats(0.02, 0.4), st.floats(0.0, 0.3), st.sampled_from(["lac", "raps"]))
def test_sets_shrink_as_alpha_grows(seed: int, alpha: float, more: float, score: str) -> None:
    p, _ = draw(seed + 1, 100)
    sets = [
        prediction_sets(p, replace(DecisionRule.plain(SPACE), sets=(choose(seed, 200, alpha=a, score=score).rule,)))
        for a in (alpha, alpha + more)
    ]
    assert (sets[1] <= sets[0]).all()


def test_coverage_is_reported_per_class_with_the_worst_and_a_verdict() -> None:
    p, y = draw(8, 30_000, sharper=1.5)
    rule = replace(DecisionRule.plain(SPACE), sets=(choose(0, 8000, confidence=0.9).rule,))
    done = measure_sets(p, y, rule)
    assert done.state == "met"
    assert done.worst.value == min(one.value for one in done.classes)  # type: ignore[type-var]
    assert done.worst_class in done.remark
    assert done.n_single <= done.n == 30_000
    assert done.mean_size.value == pytest.approx(prediction_sets(p, rule).sum(axis=1).mean())
    tight = replace(rule, sets=(replace(rule.sets[0], thresholds=(0.5, 0.5, 0.2, 0.2)),))
    assert measure_sets(p, y, tight).state == "breached"
    assert measure_sets(Proba(p.matrix[:50], SPACE), y[:50], rule).state == "not enough evidence"


def test_a_class_without_held_out_rows_is_never_met() -> None:
    p, y = draw(8, 30_000, sharper=1.5)
    rule = replace(DecisionRule.plain(SPACE), sets=(choose(0, 8000, confidence=0.9).rule,))
    kept = y != 3
    assert measure_sets(Proba(p.matrix[kept], SPACE), y[kept], rule).state == "not enough evidence"


def test_refusals() -> None:
    with pytest.raises(UsageError, match="CW262"):
        choose(0, 50, alpha=1.0)
    p, y = draw(0, 50)
    rng = np.random.default_rng(0)
    with pytest.raises(DataError, match="CW266"):
        choose_sets(p, y, rows=np.arange(20), fitted_rows=np.arange(19, 50), rng=rng)
    with pytest.raises(TooFewLabels, match="CW260"):
        choose_sets(p, y, rows=NONE, fitted_rows=NONE, rng=rng)
    with pytest.raises(UsageError, match="CW265"):
        measure_sets(p, y, DecisionRule.plain(SPACE))
