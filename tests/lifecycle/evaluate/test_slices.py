"""Planted faults are found and named, nothing is found where nothing is, and nothing is dropped in silence."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from ticket_answers import NAMES, answers, measured

from classward.domain import Feature, Slice, SliceTable
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate.cuts import cuts_of
from classward.lifecycle.evaluate.held_out import HeldOut
from classward.lifecycle.evaluate.slices import slice_table

FEATURES = (
    Feature(name="device", kind="categorical"),
    Feature(name="amount", kind="numeric"),
    Feature(name="text", kind="text"),
    Feature(name="is_vip", kind="boolean"),
    Feature(name="opened", kind="date"),
)


def tickets(n: int = 3000, seed: int = 0, *, spoil: bool = False) -> HeldOut:
    proba, y = answers(n, seed=seed)
    rng = np.random.default_rng(seed + 50)
    device = rng.choice(["web", "phone", "fax", "letter"], n, p=[0.6, 0.3, 0.095, 0.005])
    amounts = rng.exponential(80, n)
    columns = {
        "device": [None if rng.random() < 0.02 else str(d) for d in device],
        "amount": [None if i % 9 == 0 else float(a) for i, a in enumerate(amounts)],
        "text": ["word " * int(k) for k in rng.integers(0, 30, n)],
        "is_vip": [bool(b) for b in rng.random(n) < 0.1],
        "opened": [date(2026, 1 + int(m), 3) for m in rng.integers(0, 9, n)],
    }
    matrix = proba.matrix.copy()
    if spoil:
        hurt = np.array([d == "phone" for d in columns["device"]]) & (y == NAMES.index("refund"))
        matrix[hurt] = np.roll(matrix[hurt], 1, axis=1)
    times = np.datetime64("2026-03-01T00:00") + np.arange(n).astype("timedelta64[h]")
    return HeldOut(Proba(matrix, proba.label_space), y, columns, FEATURES, times)


def named(table: SliceTable, column: str, level: str) -> Slice:
    return next(s for s in table.slices if (s.column, s.level) == (column, level))


def test_a_planted_fault_is_the_first_slice_and_the_first_cell() -> None:
    table = slice_table(tickets(spoil=True))
    worst, cell = table.slices[0], table.cells[0]
    assert (worst.column, worst.level, worst.verdict) == ("device", "phone", "worse")
    assert (cell.column, cell.level, cell.class_name, cell.verdict) == ("device", "phone", "refund", "worse")
    assert cell.difference.interval is not None
    assert cell.difference.interval.high < -0.3
    assert worst.expected is not None
    assert worst.accuracy.value is not None
    assert worst.expected > worst.accuracy.value + 0.05


def test_figures_are_those_of_the_rows() -> None:
    held = tickets()
    table = slice_table(held)
    rows = np.array([d == "web" for d in held.columns["device"]])
    right = held.proba.predicted == held.y_index
    web = named(table, "device", "web")
    assert web.n == rows.sum()
    assert web.accuracy.value == pytest.approx(right[rows].mean())
    assert web.rest.value == pytest.approx(right[~rows].mean())
    assert web.difference.value == pytest.approx(right[rows].mean() - right[~rows].mean())
    assert web.confidence == pytest.approx(held.proba.matrix[rows].max(axis=1).mean())


def test_where_nothing_is_hardly_ever_anything_is_found() -> None:
    false = 0
    for seed in range(40):
        table = slice_table(tickets(800, seed=seed))
        false += any(s.verdict in {"worse", "better"} for s in table.slices)
    assert false <= 5


def test_small_slices_say_so_and_are_not_dropped() -> None:
    table = slice_table(tickets(800), min_rows=20)
    letter = named(table, "device", "letter")
    assert letter.verdict == "too few rows"
    assert letter.n < 20
    assert letter.p_adjusted is None
    assert table.n_cells_too_few > 0
    held = tickets(800)
    assert len(table.slices) == len(list(cuts_of(held)))


def test_rows_of_each_column_are_cut_without_gap_or_overlap() -> None:
    held = tickets(700)
    counts: dict[str, np.ndarray] = {}
    for cut in cuts_of(held):
        counts[cut.column] = counts.get(cut.column, np.zeros(700, dtype=int)) + cut.rows
    assert set(counts) == {"device", "amount", "text", "is_vip", "opened", "time"}
    for column, count in counts.items():
        assert (count == 1).all(), column


def test_levels_have_words_a_person_knows() -> None:
    words = {(c.column, c.level) for c in cuts_of(tickets(700))}
    assert ("is_vip", "yes") in words
    assert ("device", "missing") in words
    assert any(column == "text" and level.endswith("characters") for column, level in words)
    assert any(column == "time" and level.startswith("2026-03-01 to 2026-03-") for column, level in words)
    assert any(column == "opened" and "2026-" in level for column, level in words)


def test_many_levels_become_frequent_ones_and_the_rest() -> None:
    proba, y = answers(900)
    rng = np.random.default_rng(0)
    codes = [f"shop {min(int(c), 60)}" for c in rng.exponential(6, 900)]
    held = HeldOut(proba, y, {"shop": codes}, (Feature(name="shop", kind="categorical"),))
    cuts = list(cuts_of(held))
    assert len(cuts) == 9
    assert cuts[-1].level == f"{len(set(codes)) - 8} rarer levels"
    assert sum(int(c.rows.sum()) for c in cuts) == 900


def test_a_column_that_never_varies_has_nothing_to_compare_with() -> None:
    proba, y = answers(300)
    held = HeldOut(proba, y, {"device": ["web"] * 300}, (Feature(name="device", kind="categorical"),))
    (only,) = slice_table(held).slices
    assert only.verdict == "nothing to compare with"
    assert only.difference.value is None


def test_columns_all_missing_infinite_or_nan() -> None:
    proba, y = answers(60)
    values: list[object] = [None, float("nan"), float("inf")] * 20
    features = (Feature(name="amount", kind="numeric"), Feature(name="text", kind="text"))
    held = HeldOut(proba, y, {"amount": values, "text": [None] * 60}, features)
    table = slice_table(held)
    assert {(s.column, s.level, s.n) for s in table.slices} == {("amount", "missing", 60), ("text", "missing", 60)}


def test_rows_out_of_step_are_refused() -> None:
    proba, y = answers(60)
    with pytest.raises(DataError, match="CW222"):
        HeldOut(proba, y, {"device": ["web"] * 59}, (Feature(name="device", kind="categorical"),))
    with pytest.raises(DataError, match="CW222"):
        HeldOut(proba, y, {}, (Feature(name="device", kind="categorical"),))


def test_any_figure_can_be_taken_on_a_slice() -> None:
    held = tickets(400)
    cut = next(c for c in cuts_of(held) if c.level == "phone")
    part = held.where(cut.rows)
    assert part.n == cut.rows.sum()
    assert set(part.columns["device"]) == {"phone"}
    assert (part.proba.matrix == held.proba.matrix[cut.rows]).all()
    assert part.times is not None
    assert measured(part.proba, part.y_index).n == part.n
