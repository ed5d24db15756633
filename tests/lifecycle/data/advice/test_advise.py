"""Recommendation follows from planted facts, says what it saw, and stays away where there is nothing to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from classward.domain import DataSource, Feature, Recommendation, Task
from classward.errors import NotMulticlass
from classward.lifecycle.data.advice import advise, facts_of

NAMES = ("billing", "refund", "security", "shipping", "returns")


def run(
    labels: list[object] | np.ndarray, *, columns: dict[str, object] | None = None, **changes: object
) -> dict[str, Recommendation]:
    n = len(labels)
    table = pl.DataFrame({"text": [f"message {i}" for i in range(n)], **(columns or {}), "team": labels})
    task = Task(
        name="t",
        label="team",
        features=(Feature(name="text", kind="text"),),
        train=DataSource(location="t.csv"),
        **changes,
    )  # type: ignore[arg-type]
    made = advise(facts_of(table, task, rng=np.random.default_rng(0)))
    assert all(a.because and a.what and a.verdict in {"use", "consider", "avoid"} for a in made)
    assert len({a.topic for a in made}) == len(made)
    return {a.topic: a for a in made}


def drawn(n: int = 1000, seed: int = 0, shares: list[float] | None = None) -> np.ndarray:
    return np.random.default_rng(seed).choice(NAMES, n, p=shares)


def days(n: int) -> dict[str, object]:
    return {"at": [datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=i) for i in range(n)]}


def test_plain_classes_are_one_multiclass_model() -> None:
    found = run(drawn())
    assert found.keys() == {"multiclass", "one_vs_rest"}
    assert found["multiclass"].verdict == "use"
    assert found["multiclass"].n == 1000
    assert found["one_vs_rest"].verdict == "avoid"


@pytest.mark.parametrize(
    ("labels", "columns", "topic"),
    [
        (["a|b", "b|c", "a|c", "a|b"] * 30, {}, "multi_label"),
        (np.random.default_rng(0).normal(size=200), {}, "regression"),
        (["yes", "no"] * 50, {}, "binary"),
        (list(NAMES) * 20, {"id": [f"T{i // 2}" for i in range(100)]}, "multi_label"),
    ],
)
def test_wrong_frames_are_named(labels: list[object], columns: dict[str, object], topic: str) -> None:
    found = run(labels, columns=columns, **({"id_column": "id"} if columns else {}))
    assert found[topic].verdict == "use"
    assert found["multiclass"].verdict == "avoid"


def test_no_labels_are_refused() -> None:
    with pytest.raises(NotMulticlass, match="CW204"):
        run([None, None, None])


def test_rare_flagged_classes_suggest_a_gate() -> None:
    found = run(drawn(2000, shares=[0.5, 0.3, 0.05, 0.1, 0.05]), critical=("security",))
    assert found["cascade"].n == int((drawn(2000, shares=[0.5, 0.3, 0.05, 0.1, 0.05]) == "security").sum())
    assert "one_vs_rest" not in found


def test_scales_are_ordinal_and_paths_hierarchical() -> None:
    assert "low < medium < high" in run(["low", "high", "medium"] * 50)["ordinal"].what
    paths = [f"{p}/{c}" for p in ("card", "loan", "app") for c in ("new", "lost", "old", "help")]
    found = run(paths * 20)
    assert "'card'" in found["hierarchy"].because
    assert "ordinal" not in found


def test_a_model_per_parent_needs_rows_of_each_class() -> None:
    paths = [f"{p}/{c}" for p in ("card", "loan", "app") for c in ("new", "lost", "old", "help")]
    enough = run(paths * 20)["hierarchy"]
    assert "a model per parent with the flat one on the same folds" in enough.what
    assert "0 of 12 classes have fewer than 20 rows" in enough.because
    thin = run([*paths * 19, *paths[:9]])["hierarchy"]
    assert "no model per parent" in thin.what
    assert "3 of 12 classes have fewer than 20 rows" in thin.because


def test_few_rows_and_many_classes() -> None:
    many = [f"intent {i % 1200}" for i in range(3600)]
    found = run(many)
    assert found["few_shot"].verdict == "use"
    assert found["few_shot"].n == 1200
    assert found["retrieval"].verdict == "use"
    some = run([*drawn(1000), "legal", "legal", "press"])
    assert some["few_shot"].verdict == "consider"
    assert "'press'" in some["few_shot"].what
    assert some["imbalance"].verdict == "use"


def test_a_large_rest_is_no_class_to_learn() -> None:
    assert run([*drawn(500), *["other"] * 400])["other_class"].verdict == "avoid"
    assert run([*drawn(500), *["other"] * 20])["other_class"].verdict == "consider"


def test_labellers_who_disagree_are_noticed() -> None:
    rng = np.random.default_rng(0)
    twice = {"text": [f"message {i // 2}" for i in range(400)]}
    noisy = run(rng.choice(NAMES, 400), columns=twice)
    assert noisy["label_noise"].verdict == "avoid"
    assert noisy["label_noise"].n == 200
    few = run(
        [*rng.choice(NAMES, 300), "billing", "refund"], columns={"text": [f"m {min(i, 300)}" for i in range(302)]}
    )
    assert "label_noise" not in few  # one pair of rows alike proves nothing
    assert "label_noise" not in run(np.repeat(rng.choice(NAMES, 200), 2), columns=twice)


def test_shares_that_stand_still_need_no_online_learning() -> None:
    for seed in range(5):
        found = run(drawn(2000, seed), columns=days(2000), time_column="at")
        assert found["online"].verdict == "avoid"
        assert "new_classes" not in found


def test_shares_that_move_and_classes_that_appear_are_seen() -> None:
    early, late = drawn(1000, shares=[0.6, 0.1, 0.1, 0.1, 0.1]), drawn(1000, shares=[0.1, 0.1, 0.1, 0.1, 0.6])
    moving = run([*early, *late], columns=days(2000), time_column="at")
    assert moving["online"].verdict == "use"
    assert moving["online"].n == 2000
    fresh = drawn(2000).tolist()
    fresh[1500::10] = ["crypto"] * 50
    found = run(fresh, columns=days(2000), time_column="at")
    assert "'crypto'" in found["new_classes"].because
    assert "'billing'" not in found["new_classes"].because


def test_unlabelled_rows_do_not_count() -> None:
    labels: list[object] = drawn(900).tolist()
    found = run([*labels, *[None] * 100])
    assert found["multiclass"].n == 900
