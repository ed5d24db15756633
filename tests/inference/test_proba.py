from __future__ import annotations

import numpy as np
import pytest

from classward.domain import ClassDef, LabelSpace
from classward.inference import Proba

SPACE = LabelSpace.of(["billing", "refund", "security"])


@pytest.mark.parametrize(
    "matrix",
    [
        [[0.5, 0.5]],
        [[0.5, 0.6, 0.1]],
        [[1.2, -0.1, -0.1]],
        [[np.nan, 0.5, 0.5]],
        [0.2, 0.3, 0.5],
    ],
    ids=["too few columns", "sum above 1", "negative", "not a number", "one-dimensional"],
)
def test_what_is_no_probability_matrix_is_refused(matrix: list[object]) -> None:
    with pytest.raises(ValueError, match=r"shape|sums to 1"):
        Proba(np.array(matrix), SPACE)


def test_matrix_cannot_be_written_to_and_the_callers_array_can() -> None:
    own = np.array([[0.2, 0.3, 0.5]])
    proba = Proba(own, SPACE)
    with pytest.raises(ValueError, match="read-only"):
        proba.matrix[0, 0] = 1.0
    own[0, 0] = 0.2


def test_top_is_best_first_and_ties_go_by_label_space() -> None:
    proba = Proba(np.array([[0.2, 0.5, 0.3], [0.4, 0.2, 0.4]]), SPACE)
    index, value = proba.top(2)
    assert index.tolist() == [[1, 2], [0, 2]]
    assert value.tolist() == [[0.5, 0.3], [0.4, 0.4]]
    assert proba.top(9)[0].shape == (2, 3)
    assert proba.top(1)[0].tolist() == [[1], [0]]
    assert proba.predicted.tolist() == [1, 0]


def test_no_rows_is_fine() -> None:
    proba = Proba(np.zeros((0, 3)), SPACE)
    assert len(proba) == 0
    assert proba.top(2)[0].shape == (0, 2)


def test_aligning_goes_by_class_id_not_by_name_or_position() -> None:
    wide = LabelSpace(
        classes=(
            ClassDef(id="security", name="security"),
            ClassDef(id="outage", name="outage"),
            ClassDef(id="billing", name="invoices"),
        )
    )
    moved = Proba(np.array([[0.3, 0.6, 0.1]]), SPACE).aligned_to(wide)
    assert moved.label_space is wide
    np.testing.assert_allclose(moved.matrix, [[0.25, 0.0, 0.75]])


def test_a_row_whose_mass_was_dropped_becomes_uniform() -> None:
    other = LabelSpace.of(["billing", "x", "y"])
    moved = Proba(np.array([[0.0, 0.4, 0.6]]), SPACE).aligned_to(other)
    np.testing.assert_allclose(moved.matrix, [[1 / 3, 1 / 3, 1 / 3]])
