"""Rows repeated, left out and made: how many, from where, and never beyond the fold."""

from __future__ import annotations

import numpy as np
import pytest
from mixed_tickets import rows_of

from classward.domain import Recipe
from classward.inference import FittedModel
from classward.lifecycle.train import FitFold, How, LabelledRows, balance_params, balanced, cross_fit


def made(how: str, counts: tuple[int, ...] = (300, 120, 30, 8), seed: int = 0) -> LabelledRows:
    return balanced(rows_of(counts), how, rng=np.random.default_rng(seed))


@pytest.mark.parametrize("how", ["over", "smote"])
def test_rare_classes_are_raised_at_most_tenfold_and_real_rows_stay_first(how: str) -> None:
    real, rows = rows_of(), made(how)
    assert np.bincount(rows.y_index).tolist() == [300, 300, 300, 80]
    np.testing.assert_array_equal(rows.y_index[: real.n], real.y_index)
    assert all(list(rows.columns[name][: real.n]) == list(real.columns[name]) for name in real.columns)
    assert all(len(values) == rows.n for values in rows.columns.values())


def test_common_classes_are_cut_and_rare_ones_kept() -> None:
    assert np.bincount(made("under").y_index).tolist() == [24, 24, 24, 8]
    assert np.bincount(made("under", (300, 3, 2, 1)).y_index).tolist() == [20, 3, 2, 1]
    kept = set(made("under").columns["body"])
    assert kept < set(rows_of().columns["body"])


@pytest.mark.parametrize("how", ["over", "under", "smote"])
def test_the_same_seed_draws_the_same_rows_and_another_does_not(how: str) -> None:
    one, two, other = made(how), made(how), made(how, seed=1)
    assert one.columns["amount"] == two.columns["amount"]
    assert one.columns["amount"] != other.columns["amount"]


@pytest.mark.parametrize("how", ["over", "under", "smote", "inverse", "effective"])
def test_equal_classes_absent_ones_and_single_rows_are_taken(how: str) -> None:
    assert np.bincount(made(how, (20, 20, 20, 20)).y_index).tolist() == [20] * 4
    rows = made(how, (40, 1, 0, 2))
    assert set(np.unique(rows.y_index)) == {0, 1, 3}
    if how in ("over", "smote"):
        assert np.bincount(rows.y_index).tolist() == [40, 10, 0, 20]


def test_rows_between_rows_keep_kinds_ranges_and_gaps() -> None:
    real, rows = rows_of(), made("smote")
    for c in (1, 2, 3):
        own = np.flatnonzero(real.y_index == c).tolist()
        new = (real.n + np.flatnonzero(rows.y_index[real.n :] == c)).tolist()
        for name in ("amount", "items"):
            known = [real.columns[name][i] for i in own if real.columns[name][i] is not None]
            got = [rows.columns[name][i] for i in new if rows.columns[name][i] is not None]
            assert min(known) <= min(got) <= max(got) <= max(known)
        for name in ("plan", "is_new", "opened", "body"):
            assert {rows.columns[name][i] for i in new} <= {real.columns[name][i] for i in own}
    assert all(v == int(v) for v in rows.columns["items"])
    amounts = [v for v in rows.columns["amount"][real.n :] if v is not None]
    assert len(set(amounts)) > 0.8 * len(amounts)  # they lie between, they are no copies
    assert None in rows.columns["amount"][real.n :]


def test_rows_lie_on_the_line_to_a_near_neighbour_not_a_far_one() -> None:
    """Two clouds of one class: nothing is made in the empty middle."""
    rng = np.random.default_rng(0)
    base = rows_of((200, 0, 0, 0))
    amount = np.concatenate([rng.normal(size=200) + 5, rng.normal(size=20), rng.normal(size=20) + 40])
    rows = LabelledRows(
        columns={name: [*values, *values[:40]] for name, values in base.columns.items()}
        | {"amount": amount.tolist(), "items": [0] * 240, "plan": ["free"] * 240, "is_new": [None] * 240},
        n=240, y_index=np.repeat([0, 3], [200, 40]), schema=base.schema, label_space=base.label_space,
    )  # fmt: skip
    made_amounts = np.array(balanced(rows, "smote", rng=rng).columns["amount"][240:], dtype=float)
    assert len(made_amounts) == 160
    assert not ((made_amounts > 8) & (made_amounts < 32)).any()
    assert (made_amounts < 8).mean() == pytest.approx(0.5, abs=0.05)


def test_only_rows_of_the_fold_are_repeated_or_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a family is given never holds a value of a held-out row; what is scored is what was held out."""
    rows = rows_of()
    rows = LabelledRows(
        columns=rows.columns | {"amount": [float(i) for i in range(rows.n)], "body": [f"row {i}" for i in range(rows.n)]},
        n=rows.n, y_index=rows.y_index, schema=rows.schema, label_space=rows.label_space,
    )  # fmt: skip
    part = np.arange(rows.n) % 3
    folds = [FitFold(fit=np.flatnonzero(part != i), held=np.flatnonzero(part == i)) for i in range(3)]
    seen: list[LabelledRows] = []
    import classward.lifecycle.train.fit as fit

    real_family = fit.family

    def family(name: str):  # type: ignore[no-untyped-def]
        def spy(given: LabelledRows, params: object, how: How) -> object:
            seen.append(given)
            return real_family(name)(given, params, how)  # type: ignore[arg-type]

        return spy

    monkeypatch.setattr(fit, "family", family)
    for how in ("over", "under", "smote"):
        seen.clear()
        recipe = Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 20), *balance_params(how)))
        found = cross_fit(recipe, rows, folds, seed=0, n_threads=1, seconds_left=lambda: np.inf)
        assert isinstance(found.models[0], FittedModel)
        assert len(found.logits) == rows.n
        for fold, given in zip(folds, seen, strict=True):
            held = {f"row {i}" for i in fold.held}
            assert given.n != len(fold.fit)
            assert not held & set(given.columns["body"])
