"""Curves that do not fit together are refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from classward.inference import NumericPart, OrdinalPart, SmoothPart

PART = SmoothPart(
    parts=(NumericPart(columns=("a", "b")),),
    starts=np.array([0, 2, 3], np.int32),
    knots=np.array([0.0, 10.0, 1.0], np.float32),
    heights=np.array([-1.0, 1.0, 0.5], np.float32),
    fill=np.array([0.25, 0.5], np.float32),
    gaps=np.array([1], np.int32),
)


def test_curves_by_hand() -> None:
    out = PART.transform({"a": [-5, 2.5, None], "b": [None, 1, 7]}, 3)
    assert out[:, :2].tolist() == [[-1.0, 0.5], [-0.5, 0.5], [0.25, 0.5]]
    assert out[:, 2].tolist() == [1.5, 0.0, 0.0]
    assert PART.transform({"a": [], "b": []}, 0).shape == (0, 3)


@pytest.mark.parametrize(
    "change",
    [
        {"starts": np.array([0, 3], np.int32)},
        {"starts": np.array([0, 0, 3], np.int32)},
        {"starts": np.array([0, 2, 4], np.int32)},
        {"knots": np.array([0.0, 0.0, 1.0], np.float32)},
        {"knots": np.array([0.0, np.inf, 1.0], np.float32)},
        {"heights": np.array([0.0, np.nan, 1.0], np.float32)},
        {"heights": np.zeros(2, np.float32)},
        {"fill": np.zeros(1, np.float32)},
        {"gaps": np.array([2], np.int32)},
        {"gaps": np.array([-1], np.int32)},
    ],
)
def test_curves_that_do_not_fit_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"curve|indicator"):
        replace(PART, **change)  # type: ignore[arg-type]


def test_a_category_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        OrdinalPart(column="c", categories=("a", "a"))
    with pytest.raises(ValueError, match="twice"):
        OrdinalPart(column="c", categories=("a",), grouped=("a",))
