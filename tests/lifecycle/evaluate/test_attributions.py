"""What moves a class is found over rows, and its change is told from chance."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import ClassAttributions, Contribution, Explanation, Feature, LabelSpace
from classward.inference import Columns, Proba
from classward.inference.attribution.players import Background
from classward.lifecycle.evaluate.attributions import attribution_changes, summed_up, top_attributions
from classward.lifecycle.evaluate.held_out import HeldOut

SPACE = LabelSpace.of(["billing", "refund", "security"], critical=["security"])
FEATURES = (Feature(name="amount", kind="numeric"), Feature(name="text", kind="text"))


class ByWord:
    def predict_proba(self, columns: Columns, n: int) -> Proba:
        logits = np.zeros((n, 3))
        logits[:, 2] = [3.0 * ("hacked" in str(t).lower()) for t in columns["text"]]
        logits[:, 1] = np.array(columns["amount"], dtype=np.float64) / 50
        matrix = np.exp(logits)
        return Proba(matrix / matrix.sum(axis=1, keepdims=True), SPACE)


def tickets(n: int = 120) -> HeldOut:
    rng = np.random.default_rng(0)
    columns = {
        "amount": rng.uniform(0, 100, n).tolist(),
        "text": [["my account was Hacked!", "hello there friend", "give it back"][i % 3] for i in range(n)],
    }
    return HeldOut(ByWord().predict_proba(columns, n), np.arange(n) % 3, columns, FEATURES)


def background() -> Background:
    held = tickets(30)
    return Background(held.columns, FEATURES, 30)


def test_critical_classes_are_explained_and_the_word_is_named() -> None:
    (found,) = top_attributions(ByWord(), tickets(), background(), rng=np.random.default_rng(0))
    assert (found.class_name, found.n) == ("security", 20)
    assert found.columns[0][0] == "text"
    name, size, mean = found.tokens[0]
    assert name == "hacked"
    assert size.n == 20
    assert mean.value == pytest.approx(size.value)
    assert mean.interval is not None
    assert mean.interval.low > 1


def test_classes_never_called_have_nothing_named() -> None:
    held = tickets()
    never = HeldOut(Proba(np.eye(3)[[0] * held.n], SPACE), held.y_index, held.columns, FEATURES)
    found = top_attributions(ByWord(), never, background(), rng=np.random.default_rng(0), classes=["refund"])
    assert [(f.class_name, f.n, f.columns, f.tokens) for f in found] == [("refund", 0, (), ())]


def drawn(mean: float, seed: int, n: int = 40) -> ClassAttributions:
    rng = np.random.default_rng(seed)
    return summed_up("security", [explanation(float(rng.normal(mean, 0.5)), float(rng.normal(0, 1))) for _ in range(n)])


def explanation(a: float, b: float) -> Explanation:
    contributions = (
        Contribution(column="amount", value=a, standard_error=0.1),
        Contribution(column="region", value=b, standard_error=0.1),
    )
    return Explanation(
        class_name="security", contrast=None, score=a + b, base=0.0, contributions=contributions, method="m",
        scale="s", n_background=9, n_evaluations=9,
    )  # fmt: skip


def test_a_changed_column_is_found_and_an_unchanged_one_is_not() -> None:
    changes = {c.name: c for c in attribution_changes(drawn(1.0, 0), drawn(0.2, 1))}
    assert changes["amount"].verdict == "changed"
    assert changes["amount"].difference.value == pytest.approx(-0.8, abs=0.3)
    assert changes["region"].verdict == "no change shown"


def test_changes_are_hardly_ever_seen_where_there_are_none() -> None:
    false = sum(
        any(c.verdict == "changed" for c in attribution_changes(drawn(1.0, 2 * i), drawn(1.0, 2 * i + 1)))
        for i in range(200)
    )
    assert false <= 20


def test_few_rows_are_not_enough_evidence() -> None:
    assert {c.verdict for c in attribution_changes(drawn(1.0, 0, 4), drawn(-5.0, 1))} == {"not enough evidence"}
