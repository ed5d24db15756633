"""Seconds are kept for what follows the fits, and rounds stop before they would overrun; no clock but a virtual one."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, Plan
from classward.lifecycle.train import afterwards_s, plan, with_time_kept
from classward.lifecycle.train.cross_fit import _stops


def made(*, n_rows: int, n_columns: int, budget_s: float) -> Plan:
    schema = InputSchema(features=tuple(Feature(name=f"x{j}", kind="numeric") for j in range(n_columns)))
    return plan(
        schema=schema, n_rows=n_rows, n_classes=6, budget_s=budget_s, seed=0, n_threads=1, task_hash="",
        dataset_hash="", rows_hash="",
    )  # fmt: skip


def test_more_sealed_rows_columns_and_classes_need_more_seconds() -> None:
    small = {"n_rows": 400, "n_sealed": 100, "n_columns": 10, "n_classes": 6}
    least = afterwards_s(**small)
    assert least < 0.5
    for name in small:
        assert afterwards_s(**(small | {name: 100 * small[name]})) > least
    bounded = afterwards_s(n_rows=800_000, n_sealed=0, n_columns=40, n_classes=6)
    assert bounded == afterwards_s(n_rows=8_000_000, n_sealed=0, n_columns=40, n_classes=6)


def test_the_plan_keeps_what_follows_but_never_more_than_half() -> None:
    whole = made(n_rows=160_000, n_columns=40, budget_s=30.0)
    kept = with_time_kept(whole, after_s=9.0)
    assert kept.for_blending == pytest.approx(0.3)
    assert kept.hash == whole.hash
    assert with_time_kept(whole, after_s=0.1).for_blending == whole.for_blending
    assert with_time_kept(whole, after_s=300.0).for_blending == 0.5
    assert with_time_kept(whole, after_s=3.0, n_gates=1).for_blending == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("n_rows", "budget_s", "families", "n_folds"),
    [
        (160_000, 30.0, ["lightgbm"], 1),
        (160_000, 300.0, ["linear", "forest", "lightgbm"], 3),
        (16_000, 30.0, ["linear", "forest", "kernel", "network", "lightgbm"], 3),
    ],
)
def test_tables_too_large_for_their_budget_get_what_can_be_cut(
    n_rows: int, budget_s: float, families: list[str], n_folds: int
) -> None:
    found = made(n_rows=n_rows, n_columns=40, budget_s=budget_s)
    assert ([r.family for r in found.recipes], found.n_folds) == (families, n_folds)


def test_no_round_is_begun_that_would_end_too_late() -> None:
    now = np.array(0.0)
    stops = _stops(lambda: 100.0 - float(now), left=100.0, share=10.0)
    rounds = 0
    while True:
        now += 2.0
        rounds += 1
        if stops():
            break
    assert rounds == 4  # a fifth would end at 10 s, and scoring needs the last second
