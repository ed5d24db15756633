"""Contributions add up, are right where the truth is known, and say how far to trust them."""

from __future__ import annotations

import itertools
import math
import zlib

import numpy as np
import pytest

from classward.domain import Feature, LabelSpace
from classward.errors import DataError, UnknownClass
from classward.inference import Columns, Proba
from classward.inference.attribution.explain import explain_row
from classward.inference.attribution.players import Background

SPACE = LabelSpace.of(["billing", "refund", "outage"])
FEATURES = (
    Feature(name="amount", kind="numeric"),
    Feature(name="age", kind="numeric"),
    Feature(name="channel", kind="categorical"),
    Feature(name="text", kind="text"),
)
ROW = {"amount": [120.0], "age": [3.0], "channel": ["phone"], "text": ["please refund my ticket"]}


class Handmade:
    """Log odds of refund against billing: amount / 50 - age / 10, 1.5 by phone, 2 with 'refund', and a product."""

    def __init__(self, *, product: float = 0.0) -> None:
        self.product, self.n_asked = product, 0

    def predict_proba(self, columns: Columns, n: int) -> Proba:
        self.n_asked += n
        amount, age = (np.array(columns[k], dtype=np.float64) for k in ("amount", "age"))
        logits = np.zeros((n, 3))
        logits[:, 1] = amount / 50 - age / 10 + self.product * amount * age / 500
        logits[:, 1] += [1.5 * (c == "phone") for c in columns["channel"]]
        logits[:, 1] += [2.0 * ("refund" in str(t).split()) for t in columns["text"]]
        matrix = np.exp(logits)
        return Proba(matrix / matrix.sum(axis=1, keepdims=True), SPACE)


def background(n: int = 40, seed: int = 0) -> Background:
    rng = np.random.default_rng(seed)
    columns = {
        "amount": rng.exponential(40, n).tolist(),
        "age": rng.integers(0, 30, n).tolist(),
        "channel": rng.choice(["web", "phone"], n).tolist(),
        "text": ["hello there"] * n,
    }
    return Background(columns, FEATURES, n)


def test_an_additive_model_is_taken_apart_exactly() -> None:
    rows = background()
    found = explain_row(
        Handmade(), ROW, 0, rows, rng=np.random.default_rng(0), class_name="refund", contrast="billing",
        n_permutations=80,
    )  # fmt: skip
    value = {(c.column, c.token): c.value for c in found.contributions}
    assert value["text", "refund"] == pytest.approx(2.0)
    assert value["text", "please"] == pytest.approx(0.0, abs=1e-9)
    assert value["amount", None] == pytest.approx((120 - np.mean(rows.columns["amount"])) / 50)
    assert value["age", None] == pytest.approx(-(3 - np.mean(rows.columns["age"])) / 10)
    share = np.mean([c == "phone" for c in rows.columns["channel"]])
    assert value["channel", None] == pytest.approx(1.5 * (1 - share))
    assert [abs(c.value) for c in found.contributions] == sorted((abs(v) for v in value.values()), reverse=True)


@pytest.mark.parametrize("contrast", [None, "outage"])
@pytest.mark.parametrize("seed", [0, 1])
def test_base_and_contributions_add_up_to_the_score(contrast: str | None, seed: int) -> None:
    model = Handmade(product=1.0)
    found = explain_row(model, ROW, 0, background(), rng=np.random.default_rng(seed), contrast=contrast)
    assert found.class_name == "refund"
    assert found.base + sum(c.value for c in found.contributions) == pytest.approx(found.score)
    p = model.predict_proba(ROW, 1).matrix[0]
    other = p[0] + p[2] if contrast is None else p[2]
    assert found.score == pytest.approx(math.log(p[1] / other))


def test_sampling_agrees_with_all_orders_within_its_standard_errors() -> None:
    model, rows = Handmade(product=1.0), background(8)
    exact = all_orders(model, rows)
    far = 0
    for seed in range(30):
        found = explain_row(
            model, ROW, 0, rows, rng=np.random.default_rng(seed), class_name="refund", n_permutations=64
        )
        by_column = {c.column: c for c in found.contributions if c.token is None}
        for name, expected in exact.items():
            c = by_column[name]
            far += abs(c.value - expected) > 2.05 * c.standard_error + 1e-9
    assert far <= 0.15 * 30 * len(exact)


def all_orders(model: Handmade, rows: Background) -> dict[str, float]:
    """Shapley values of the columns by every coalition (the text's words stay single players)."""
    words = str(ROW["text"][0]).split()
    players = ["amount", "age", "channel", *range(len(words))]
    d, total = len(players), dict.fromkeys(["amount", "age", "channel"], 0.0)

    def value(kept: frozenset[object]) -> float:
        columns: dict[str, list[object]] = {
            k: [ROW[k][0]] * rows.n if k in kept else list(rows.columns[k]) for k in total
        }
        columns["text"] = [" ".join(w for i, w in enumerate(words) if i in kept)] * rows.n
        p = model.predict_proba(columns, rows.n).matrix
        return float(np.mean(np.log(p[:, 1]) - np.log(1 - p[:, 1])))

    values = {kept: value(kept) for r in range(d + 1) for kept in map(frozenset, itertools.combinations(players, r))}
    for name in total:
        for kept, v in values.items():
            if name not in kept:
                weight = math.factorial(len(kept)) * math.factorial(d - len(kept) - 1) / math.factorial(d)
                total[name] += weight * (values[kept | {name}] - v)
    return total


def test_more_draws_make_smaller_standard_errors_and_cost_what_is_stated() -> None:
    errors = []
    for n in (8, 512):
        model = Handmade(product=1.0)
        found = explain_row(model, ROW, 0, background(), rng=np.random.default_rng(0), n_permutations=n)
        errors.append(max(c.standard_error for c in found.contributions))
        assert found.n_evaluations <= model.n_asked <= found.n_evaluations + 3 * n + 1
    assert errors[1] < errors[0] / 3


def test_checks_tell_a_clear_case_from_noise() -> None:
    clear = explain_row(Handmade(), ROW, 0, background(), rng=np.random.default_rng(0), n_permutations=200)
    assert clear.fidelity is not None
    assert clear.fidelity > 0.8
    assert len(clear.warnings) == 1
    assert "not what causes" in clear.warnings[0]

    class Noise:
        def predict_proba(self, columns: Columns, n: int) -> Proba:
            seeds = [zlib.crc32(repr([v[i] for v in columns.values()]).encode()) for i in range(n)]
            return Proba(np.array([np.random.default_rng(s).dirichlet([1, 1, 1]) for s in seeds]), SPACE)

    noisy = explain_row(Noise(), ROW, 0, background(5), rng=np.random.default_rng(0), n_permutations=8)
    assert len(noisy.warnings) >= 2
    assert any("Only 5 background rows" in w for w in noisy.warnings)


def test_same_seed_same_explanation_and_the_row_is_left_as_it_was() -> None:
    before = {k: list(v) for k, v in ROW.items()}
    found = [explain_row(Handmade(), ROW, 0, background(), rng=np.random.default_rng(3)) for _ in range(2)]
    assert found[0] == found[1]
    assert before == ROW


def test_long_texts_are_taken_in_runs_of_words_and_missing_values_are_players() -> None:
    row = {"amount": [None], "age": [1.0], "channel": [None], "text": [" ".join(f"w{i}" for i in range(500))]}

    class Any:
        def predict_proba(self, columns: Columns, n: int) -> Proba:
            logits = np.array([[0.0, 0.0, len(str(t)) / 500] for t in columns["text"]])
            matrix = np.exp(logits)
            return Proba(matrix / matrix.sum(axis=1, keepdims=True), SPACE)

    found = explain_row(Any(), row, 0, background(), rng=np.random.default_rng(0), n_permutations=4)
    assert len([c for c in found.contributions if c.column == "text"]) == 24
    assert {c.column for c in found.contributions} == {"amount", "age", "channel", "text"}
    empty = explain_row(Any(), row | {"text": [None]}, 0, background(), rng=np.random.default_rng(0))
    assert [c.token for c in empty.contributions if c.column == "text"] == [None]


def test_unknown_classes_and_self_contrast_are_refused() -> None:
    with pytest.raises(UnknownClass, match="CW301"):
        explain_row(Handmade(), ROW, 0, background(), rng=np.random.default_rng(0), class_name="refnd")
    with pytest.raises(DataError, match="CW307"):
        explain_row(Handmade(), ROW, 0, background(), rng=np.random.default_rng(0), contrast="refund")
    with pytest.raises(ValueError):
        Background({f.name: [] for f in FEATURES}, FEATURES, 0)
