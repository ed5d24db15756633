"""Summaries add up exactly, whatever the parts and their order."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from itertools import pairwise

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.domain import LabelSpace
from classward.errors import DataError
from classward.lifecycle.monitor import confusion_of, merge, summarise

SPACE = LabelSpace.of(["billing", "refund", "security"])
SCHEMA = {"version": pl.Int64, "label": pl.String, "truth": pl.String, "probability": pl.Float64}
NAME = st.sampled_from([*SPACE.names, "closed class"])
ROWS = st.lists(st.tuples(st.sampled_from([1, 1, 1, 2]), NAME, st.none() | NAME, st.floats(0, 1)), max_size=60)


def frame(rows: list[tuple[int, str, str | None, float]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@settings(deadline=None)
@given(ROWS, st.lists(st.integers(0, 60), max_size=4), st.randoms())
def test_merge_of_parts_is_the_whole(
    rows: list[tuple[int, str, str | None, float]], cuts: list[int], random: object
) -> None:
    ends = [0, *sorted(cuts), len(rows)]
    parts = [summarise(frame(rows[a:b]), SPACE, 1) for a, b in pairwise(ends)]
    random.shuffle(parts)  # type: ignore[attr-defined]
    assert reduce(merge, parts) == summarise(frame(rows), SPACE, 1)


@settings(deadline=None)
@given(ROWS)
def test_counts_are_those_of_the_rows(rows: list[tuple[int, str, str | None, float]]) -> None:
    made = summarise(frame(rows), SPACE, 1)
    own = [r for r in rows if r[0] == 1]
    assert made.n_predictions == len(own)
    assert made.predicted_counts == tuple(sum(r[1] == name for r in own) for name in SPACE.names)
    for i, true in enumerate(SPACE.names):
        for j, predicted in enumerate(SPACE.names):
            assert made.confusion[i][j] == sum(r[2] == true and r[1] == predicted for r in own)
    labelled = [r for r in own if r[2] is not None]
    assert sum(n for n, _, _ in made.calibration_bins) == len(labelled)
    assert sum(total for _, total, _ in made.calibration_bins) == pytest.approx(sum(r[3] for r in labelled), abs=1e-6)
    assert sum(hits for _, _, hits in made.calibration_bins) == sum(r[1] == r[2] for r in labelled)


def test_confidence_one_is_in_the_last_bin() -> None:
    made = summarise(frame([(1, "billing", "billing", 1.0), (1, "billing", "refund", 0.0)]), SPACE, 1)
    assert made.calibration_bins[-1] == (1, 1.0, 1)
    assert made.calibration_bins[0] == (1, 0.0, 0)


def test_different_models_or_classes_are_never_added() -> None:
    one = summarise(frame([(1, "billing", "billing", 0.9)]), SPACE, 1)
    other = summarise(frame([]), LabelSpace.of(["a", "b", "c"]), 1)
    for wrong in (replace(one, version=2), other, replace(one, format_version=2)):
        with pytest.raises(DataError, match="CW223"):
            merge(one, wrong)


def test_confusion_of_nothing() -> None:
    assert confusion_of(frame([]), SPACE).tolist() == [[0, 0, 0]] * 3
