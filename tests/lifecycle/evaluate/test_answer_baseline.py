"""A baseline's figures are those of its answers, with n and interval."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import ClassDef, LabelSpace
from classward.inference import Proba
from classward.lifecycle.evaluate import answer_baseline


def test_figures_by_hand() -> None:
    space = LabelSpace(classes=tuple(ClassDef(id=c, name=c) for c in "abc"))
    matrix = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2], [0.2, 0.2, 0.6]])
    found = answer_baseline(
        "'amount' alone", Proba(matrix, space), np.array([0, 1, 1, 2]), rng=np.random.default_rng(0)
    )
    assert found.name == "'amount' alone"
    assert found.accuracy.value == 0.75
    assert found.accuracy.n == 4
    assert found.accuracy.interval is not None
    assert found.log_loss.value == pytest.approx(-np.log([0.7, 0.8, 0.3, 0.6]).mean())
