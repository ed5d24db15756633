"""Planted mistakes are found, and clean labels are left in peace."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.inference import Proba
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.evaluate import find_suspects
from classward.lifecycle.train import FitFold, LabelledRows, cross_fit

SPACE = LabelSpace.of(["billing", "card", "login", "refund"])
FEATURES = ("a", "b", "c")


def cross_fitted(y: np.ndarray, values: np.ndarray) -> Proba:
    """Calibrated probabilities of models that did not see the rows, in their order."""
    rows = LabelledRows(
        columns={name: values[:, i].tolist() for i, name in enumerate(FEATURES)}, n=len(y), y_index=y,
        schema=InputSchema(features=tuple(Feature(name=name, kind="numeric") for name in FEATURES)), label_space=SPACE,
    )  # fmt: skip
    part = np.arange(len(y)) % 4
    folds = [FitFold(fit=np.flatnonzero(part != i), held=np.flatnonzero(part == i)) for i in range(4)]
    recipe = Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 200)))
    found = cross_fit(recipe, rows, folds, seed=0, n_threads=1, seconds_left=lambda: np.inf)
    held = np.concatenate([fold.held for fold in folds])
    proba = np.empty((len(y), len(SPACE)))
    proba[held] = calibrate(found.logits, y[held], rng=np.random.default_rng(0)).proba
    return Proba(proba, SPACE)


def drawn(n: int = 2000, spread: float = 1.0, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """True classes with unequal shares, and features around one centre per class."""
    rng = np.random.default_rng(seed)
    y = rng.choice(4, n, p=[0.5, 0.25, 0.15, 0.1])
    centres = 3.0 * np.array([[0, 0, 0], [1, 1, 0], [0, 1, 1], [1, 0, 1]])
    return y, centres[y] + spread * rng.normal(size=(n, 3))


def flipped(y: np.ndarray, share: float, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_wrong = rng.random(len(y)) < share
    return np.where(is_wrong, (y + rng.integers(1, 4, len(y))) % 4, y), is_wrong


@pytest.mark.parametrize("share", [0.03, 0.1, 0.2])
def test_planted_flips_are_found_and_their_share_is_estimated(share: float) -> None:
    y, values = drawn()
    given, is_wrong = flipped(y, share)
    found = find_suspects(cross_fitted(given, values), given)
    at = np.array([s.at for s in found.suspects])
    precision, recall = is_wrong[at].mean(), is_wrong[at].sum() / is_wrong.sum()
    assert recall > 0.7
    assert precision > 0.9
    assert found.rate.interval is not None
    assert abs((found.rate.value or 0.0) - is_wrong.mean()) < 0.03
    top = at[: int(is_wrong.sum()) // 2]
    assert is_wrong[top].mean() > 0.95  # the most suspicious half holds next to nothing else
    assert all(SPACE.names[y[s.at]] == s.likely for s in found.suspects[:20])


def test_the_truth_lies_in_the_interval_as_often_as_not_by_much() -> None:
    """Where classes hardly overlap, the estimated share holds the planted one; by repetition, not by luck."""
    inside = 0
    for seed in range(12):
        y, values = drawn(spread=0.6, seed=seed)
        given, is_wrong = flipped(y, 0.08, seed=100 + seed)
        interval = find_suspects(cross_fitted(given, values), given).rate.interval
        assert interval is not None
        inside += interval.low <= is_wrong.mean() <= interval.high
    assert inside >= 9


def test_clean_labels_of_classes_apart_have_next_to_no_suspects() -> None:
    y, values = drawn(spread=0.6)
    found = find_suspects(cross_fitted(y, values), y)
    assert found.n_suspects <= 0.005 * len(y)
    assert found.rate.interval is not None
    assert found.rate.interval.high < 0.01


def test_one_way_mistakes_show_in_the_joint_and_in_their_class() -> None:
    y, values = drawn()
    rng = np.random.default_rng(3)
    given = np.where((y == 3) & (rng.random(len(y)) < 0.25), 0, y)  # refunds entered as billing
    found = find_suspects(cross_fitted(given, values), given)
    assert found.joint[0][:2] == ("billing", "refund")
    assert 0.4 < found.joint[0][2] / np.mean(given != y) < 1.1  # a lower estimate: half of them speak for refund
    assert max(found.classes, key=lambda c: c.n_suspects).class_name == "billing"


def test_a_class_with_a_handful_of_rows_is_neither_judged_nor_suspected() -> None:
    rng = np.random.default_rng(0)
    y = np.concatenate([rng.integers(0, 3, 300), [3, 3]])
    matrix = 0.91 * np.eye(4)[y] + 0.03 * (1 - np.eye(4)[y])
    matrix[-2:] = [0.98, 0.01, 0.009, 0.001]
    matrix[:50] = 0.28, 0.25, 0.22, 0.25
    found = find_suspects(Proba(matrix / matrix.sum(axis=1, keepdims=True), SPACE), y)
    assert found.classes[3].rate.value is None
    assert all("refund" not in (s.given, s.likely) for s in found.suspects)


def test_no_rows_are_no_evidence() -> None:
    found = find_suspects(Proba(np.zeros((0, 4)), SPACE), np.zeros(0, dtype=np.int64))
    assert found.rate.value is None
    assert "not enough evidence" in found.remark
