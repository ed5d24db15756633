"""Exact explanations equal every order tried one by one, and add up."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace
from classward.estimators import LinearSettings, TreeSettings, fit_featuriser, fit_linear, fit_trees
from classward.inference import (
    BooleanPart,
    Csr,
    DatePart,
    Features,
    Featuriser,
    NumericPart,
    OrdinalPart,
    SmoothPart,
    TreeScorer,
)
from classward.inference.attribution.exact import explain_exactly, owners_of
from classward.inference.attribution.exact_arrays import linear_contributions, tree_contributions
from classward.inference.attribution.players import Background

SPACE = LabelSpace.of(["billing", "refund", "outage"])


def dense(x: np.ndarray) -> Features:
    return Features(n=len(x), dense=np.ascontiguousarray(x, dtype=np.float32), sparse=Csr.empty(len(x)))


def table(n: int = 400, d: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.standard_normal((n, d)).astype(np.float32)
    x[rng.random((n, d)) < 0.1] = np.nan
    z = np.nan_to_num(x)
    y = np.argmax(np.column_stack([z[:, 0], z[:, 1] * z[:, 2], 0.5 - z[:, 3]]), axis=1)
    return x, y


def trees(x: np.ndarray, y: np.ndarray) -> TreeScorer:
    settings = TreeSettings(iterations=12, leaves=7, fewest_rows=5)
    return fit_trees(dense(x), y, n_classes=3, settings=settings, seed=0, n_threads=1, should_stop=lambda: False)


def by_all_coalitions(scorer: TreeScorer, row: np.ndarray, background: np.ndarray, player_of: np.ndarray) -> np.ndarray:
    d = int(player_of.max()) + 1
    values = {}
    for r in range(d + 1):
        for kept in itertools.combinations(range(d), r):
            mixed = np.where(np.isin(player_of, kept), row, background).astype(np.float32)
            values[frozenset(kept)] = scorer.logits(dense(mixed)).mean(axis=0)
    total = np.zeros((d, 3))
    for i in range(d):
        for kept, v in values.items():
            if i not in kept:
                weight = math.factorial(len(kept)) * math.factorial(d - len(kept) - 1) / math.factorial(d)
                total[i] += weight * (values[kept | {i}] - v)
    return total


@pytest.mark.parametrize("player_of", [np.arange(5), np.array([0, 0, 1, 2, 2])], ids=["features", "groups"])
def test_trees_equal_every_coalition(player_of: np.ndarray) -> None:
    x, y = table()
    scorer = trees(x, y)
    for row in (0, 1, 2):
        found = tree_contributions(scorer, x[row], x[50:70], player_of)
        assert found == pytest.approx(by_all_coalitions(scorer, x[row], x[50:70], player_of), abs=1e-9)
        whole = scorer.logits(dense(x[50:70])).mean(axis=0) + found.sum(axis=0)
        assert whole == pytest.approx(scorer.logits(dense(x[row : row + 1]))[0])


def test_trees_that_never_split_contribute_nothing() -> None:
    x, y = table(30)
    scorer = trees(np.zeros_like(x), y)
    assert tree_contributions(scorer, x[0], x[:5], np.arange(5)).tolist() == np.zeros((5, 3)).tolist()


def test_linear_adds_up_with_missing_values_and_outliers() -> None:
    x, y = table()
    x[3, 0] = 1e6
    scorer = fit_linear(dense(x), y, n_classes=3, settings=LinearSettings(solver="logistic", c=1.0), seed=0)
    for row in (0, 3):
        found = linear_contributions(scorer, x[row], x[50:90])
        whole = scorer.logits(dense(x[50:90])).mean(axis=0) + found.sum(axis=0)
        assert whole == pytest.approx(scorer.logits(dense(x[row : row + 1]))[0])


FEATURES = (
    Feature(name="text", kind="text"),
    Feature(name="channel", kind="categorical"),
    Feature(name="opened", kind="numeric"),
)
WORDS = (["invoice", "charged"], ["refund", "money"], ["offline", "broken"])


def tickets(n: int = 300) -> tuple[dict[str, list[object]], np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.arange(n) % 3
    return {
        "text": [f"please {rng.choice(WORDS[k])} thing {rng.integers(5)}" for k in y],
        "channel": [["web", "phone", None][(k + int(rng.random() < 0.4)) % 3] for k in y],
        "opened": (y + rng.standard_normal(n)).tolist(),
    }, y


@pytest.mark.parametrize("family", ["linear", "trees"])
def test_models_are_taken_apart_by_columns_and_words(family: str) -> None:
    columns, y = tickets()
    features = FEATURES if family == "linear" else FEATURES[1:]
    featuriser = fit_featuriser(InputSchema(features=features), columns, 300)
    made = featuriser.transform(columns, 300)
    scorer = (
        fit_linear(made, y, n_classes=3, settings=LinearSettings(solver="logistic", c=10.0), seed=0)
        if family == "linear"
        else fit_trees(
            made, y, n_classes=3, settings=TreeSettings(iterations=20), seed=0, n_threads=1, should_stop=lambda: False
        )
    )
    background = Background({f.name: columns[f.name][:40] for f in features}, features, 40)
    found = explain_exactly(featuriser, scorer, SPACE, columns, 1, background, class_name="refund")
    assert found.base + sum(c.value for c in found.contributions) == pytest.approx(found.score)
    assert all(c.standard_error == 0 for c in found.contributions)
    assert found.contrast in {"billing", "outage"}
    logits = scorer.logits(featuriser.transform({k: [v[1]] for k, v in columns.items()}, 1))[0]
    assert found.score == pytest.approx(logits[1] - logits[SPACE.index(found.contrast)])
    assert {c.column for c in found.contributions} == {f.name for f in features}
    if family == "linear":
        assert found.contributions[0].column == "text"
        assert found.contributions[0].token in {"refund", "money", "please refund", "please money"} | {
            "refund thing", "money thing"
        }  # fmt: skip


def test_sets_of_categories_whose_ways_meet_again_are_taken_apart_exactly() -> None:
    """Cuts by sets of codes are graphs, not trees: several ways lead to one node."""
    rng = np.random.default_rng(0)
    x = np.column_stack([rng.integers(0, 12, 900), rng.standard_normal(900), rng.integers(0, 9, 900)]).astype(
        np.float32
    )
    y = np.where(np.isin(x[:, 0], [1, 4, 7, 10]), 0, np.where(np.isin(x[:, 2], [0, 3, 8]) ^ (x[:, 1] > 0), 1, 2))
    scorer = fit_trees(
        dense(x), y, n_classes=3, settings=TreeSettings(iterations=8, leaves=7), seed=0, n_threads=1,
        should_stop=lambda: False, codes=(0, 2),
    )  # fmt: skip
    parents = np.bincount(scorer.children[scorer.children[:, 0] != np.arange(len(scorer.children))].ravel())
    assert parents.max() > 1
    for row in range(4):
        found = tree_contributions(scorer, x[row], x[100:120], np.arange(3))
        assert found == pytest.approx(by_all_coalitions(scorer, x[row], x[100:120], np.arange(3)), abs=1e-9)


def test_more_players_than_bits_of_a_word() -> None:
    x, y = table(300)
    wide = np.concatenate([np.zeros((300, 130), np.float32), x], axis=1)
    scorer = trees(wide, y)
    found = tree_contributions(scorer, wide[0], wide[50:60], np.arange(135))
    assert not found[:130].any()
    packed = tree_contributions(scorer, wide[0], wide[50:60], np.append(np.zeros(130, np.int64), np.arange(5)))
    assert found[130:] == pytest.approx(packed, abs=1e-9)


def test_every_dense_part_names_its_column() -> None:
    numbers, flag = NumericPart(columns=("amount", "age")), BooleanPart(columns=("vip",))
    n = 3
    smooth = SmoothPart(
        parts=(numbers, flag), starts=np.arange(n + 1, dtype=np.int32), knots=np.zeros(n, np.float32),
        heights=np.zeros(n, np.float32), fill=np.zeros(n, np.float32), gaps=np.array([1], dtype=np.int32),
    )  # fmt: skip
    coded = OrdinalPart(column="shop", categories=("a", "b"))
    featuriser = Featuriser(dense=(smooth, coded, DatePart(columns=("opened",))))
    owners = [shares[0][0][0] for shares in owners_of(featuriser, {}, 0)]
    assert owners == ["amount", "age", "vip", "age", "shop", *["opened"] * 4]
    assert len(owners) == featuriser.n_columns
