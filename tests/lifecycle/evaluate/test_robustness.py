"""What perturbations are said to do."""

from __future__ import annotations

import numpy as np

from classward.domain import LabelSpace
from classward.inference import Proba
from classward.lifecycle.evaluate import robustness

SPACE = LabelSpace.of(["a", "b", "never"])


def proba_of(answers: np.ndarray) -> Proba:
    matrix = np.full((len(answers), 3), 0.1)
    matrix[np.arange(len(answers)), answers] = 0.8
    return Proba(matrix, SPACE)


def test_the_class_that_falls_is_named_and_the_one_that_does_not_is_not() -> None:
    y = np.repeat([0, 1], 100)
    after = y.copy()
    after[:40] = 1  # 40 of 100 rows of a are lost
    found = robustness(proba_of(y), {"typos": ("letters", proba_of(after))}, y, rng=np.random.default_rng(0))
    typos = found.perturbations[0]
    a, b = typos.classes
    assert (a.class_name, a.before.value, a.after.value, a.change.value) == ("a", 1.0, 0.6, -0.4)
    assert a.is_shown_to_fall
    assert not b.is_shown_to_fall
    assert typos.moved.value == 0.2
    assert typos.loss_change.value is not None
    assert typos.loss_change.value > 0.0
    assert [c.class_name for c in typos.classes] == ["a", "b"]  # a class without rows is not judged


def test_few_rows_show_nothing() -> None:
    y = np.array([0, 0, 1, 1])
    found = robustness(proba_of(y), {"case": ("", proba_of(np.array([1, 0, 1, 1])))}, y, rng=np.random.default_rng(0))
    assert not found.perturbations[0].classes[0].is_shown_to_fall
