"""New inputs: the useful score is found, the accuracy floor holds, and nothing is claimed without evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.errors import TooFewLabels
from classward.inference import NoveltyRule
from classward.lifecycle.calibrate import SimulatedNews, choose_novelty, left_out_groups

NAMES = ("noise", "good", "other")


def drawn(n: int, shift: float, rng: np.random.Generator) -> np.ndarray:
    x = rng.normal(size=(n, 3))
    x[:, 1] = 100 + 10 * (x[:, 1] + shift)  # far from centre and scale of the others
    x[:, 2] += shift / 3
    return x


def simulated(rng: np.random.Generator, shift: float = 2.5) -> list[SimulatedNews]:
    return [SimulatedNews(known=drawn(300, 0.0, rng), new=drawn(200, shift, rng)) for _ in range(3)]


def test_the_score_that_tells_is_chosen_and_the_floor_holds() -> None:
    rng = np.random.default_rng(0)
    scores, is_right = drawn(2000, 0.0, rng), rng.random(2000) < 0.97
    made = choose_novelty(scores, is_right, simulated(rng), names=NAMES, accuracy_floor=0.9)
    auc = dict(made.auc)
    assert made.name in ("good", "all together")
    assert auc["good"] > 0.9 > auc["other"] > 0.6 > auc["noise"]
    answered = is_right & ~made.rule.is_new(scores)
    assert made.accuracy.value == pytest.approx(answered.mean())
    assert 0.9 <= answered.mean() < 0.902
    fresh = made.rule.is_new(drawn(2000, 2.5, rng)).mean()
    assert fresh > 0.85
    assert made.new_found.value == pytest.approx(fresh, abs=0.05)


def test_scores_that_help_each_other_are_weighed_together() -> None:
    rng = np.random.default_rng(1)

    def two_sided(n: int, shift: float) -> np.ndarray:
        x = rng.normal(size=(n, 3))
        x[:, 0] += shift
        x[:, 1] += shift
        return x

    news = [SimulatedNews(known=two_sided(400, 0.0), new=two_sided(400, 1.5)) for _ in range(3)]
    made = choose_novelty(two_sided(500, 0.0), np.ones(500, bool), news, names=NAMES, accuracy_floor=0.9)
    assert made.name == "all together"
    assert dict(made.auc)["all together"] > dict(made.auc)["noise"] + 0.03


def test_a_model_below_the_floor_calls_nothing_new() -> None:
    rng = np.random.default_rng(2)
    scores = drawn(500, 0.0, rng)
    made = choose_novelty(scores, np.arange(500) % 2 == 0, simulated(rng), names=NAMES, accuracy_floor=0.9)
    assert not made.rule.is_new(drawn(100, 50.0, rng)).any()
    assert made.accuracy.value == 0.5
    assert made.new_found.value == 0.0


def test_too_little_to_learn_from_is_refused() -> None:
    rng = np.random.default_rng(3)
    scores, news = drawn(50, 0.0, rng), simulated(rng)
    for given in (news[:1], [news[0], replace(news[1], new=np.zeros((0, 3)))]):
        with pytest.raises(TooFewLabels, match="CW327"):
            choose_novelty(scores, np.ones(50, bool), given, names=NAMES, accuracy_floor=0.9)
    with pytest.raises(TooFewLabels, match="CW327"):
        choose_novelty(scores[:0], np.ones(0, bool), news, names=NAMES, accuracy_floor=0.9)


def test_groups_hold_each_class_with_rows_once() -> None:
    y = np.array([0, 0, 1, 3, 4, 5, 6, 6])
    groups = left_out_groups(y, 9, n_groups=3, rng=np.random.default_rng(0))
    assert sorted(np.concatenate(groups).tolist()) == [0, 1, 3, 4, 5, 6]
    assert len(groups) == 3
    assert len(left_out_groups(y, 9, n_groups=1, rng=np.random.default_rng(0))) == 2


def test_a_rule_must_fit_together() -> None:
    with pytest.raises(ValueError, match="weights"):
        NoveltyRule(centre=np.zeros(2), scale=np.ones(2), weights=np.zeros(3), threshold=0.0)
    with pytest.raises(ValueError, match="above 0"):
        NoveltyRule(centre=np.zeros(1), scale=np.zeros(1), weights=np.zeros(1), threshold=0.0)
