"""Softmax in two steps: exact, near a flat one, and the same alone and among others."""

from __future__ import annotations

import numpy as np
import pytest

from classward.artifact.read import read_bundle
from classward.artifact.write import write_bundle
from classward.domain import Feature, InputSchema, LabelSpace
from classward.estimators import ClusteredSettings, LinearSettings, fit_clustered, fit_featuriser, fit_linear
from classward.estimators.clustered import group_classes
from classward.inference import ABSENT_LOGIT, Blend, BlendMember, Columns, Features, FittedModel, Identity, softmax
from classward.lifecycle.train import plan

K = 40
SCHEMA = InputSchema(features=(Feature(name="text", kind="text"), Feature(name="x", kind="numeric")))


def rows_of(n: int, seed: int) -> tuple[Columns, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.integers(0, K, n)
    texts = [f"area{c // 5} item{c} {rng.choice(['please', 'help', 'now'])} word{rng.integers(30)}" for c in y]
    return {"text": texts, "x": (y % 5 + rng.normal(size=n)).tolist()}, y


@pytest.fixture(scope="module")
def fitted() -> tuple[object, Features, np.ndarray]:
    columns, y = rows_of(800, 0)
    featuriser = fit_featuriser(SCHEMA, columns, 800)
    features = featuriser.transform(columns, 800)
    scorer = fit_clustered(features, y, n_classes=K + 1, settings=ClusteredSettings(), seed=0)
    columns, y = rows_of(300, 1)
    return scorer, featuriser.transform(columns, 300), y


def test_probabilities_are_exact_and_near_those_of_a_flat_model(fitted) -> None:  # type: ignore[no-untyped-def]
    scorer, features, y = fitted
    logits = scorer.logits(features)
    known = np.exp(logits[:, :K])
    np.testing.assert_allclose(known.sum(axis=1), 1.0, atol=1e-9)
    assert (logits[:, K] == ABSENT_LOGIT).all()  # a class without a row
    train, target = rows_of(800, 0)
    featuriser = fit_featuriser(SCHEMA, train, 800)
    flat = fit_linear(
        featuriser.transform(train, 800), target, n_classes=K + 1, seed=0,
        settings=LinearSettings(solver="softmax", c=20.0, iterations=60),
    )  # fmt: skip
    right = [(z.argmax(axis=1) == y).mean() for z in (logits, softmax(flat.logits(features)))]
    assert right[0] > right[1] - 0.05
    assert right[0] > 0.9


def test_a_row_answers_alike_alone_and_among_others(fitted) -> None:  # type: ignore[no-untyped-def]
    scorer, features, _ = fitted
    every = scorer.logits(features)
    for i in (0, 7, 299):
        np.testing.assert_allclose(scorer.logits(features.take(np.array([i])))[0], every[i], rtol=0, atol=1e-12)


def test_groups_keep_fewer_numbers_than_a_flat_model(fitted) -> None:  # type: ignore[no-untyped-def]
    scorer, features, _ = fitted
    n_kept = scorer.groups.weights.size + sum(w.size for w in scorer.weights)
    assert n_kept < 0.75 * features.n_columns * K
    assert max(len(m) for m in scorer.members) <= round(np.sqrt(K))


def test_grouping_puts_like_classes_together_and_ends_on_equal_ones() -> None:
    means = np.repeat(np.eye(4), 4, axis=0) + np.random.default_rng(0).normal(scale=0.01, size=(16, 4))
    group = group_classes(means, 4)
    assert sorted(np.bincount(group).tolist()) == [4, 4, 4, 4]
    assert all(len(set(group[i : i + 4].tolist())) == 1 for i in range(0, 16, 4))
    assert np.bincount(group_classes(np.zeros((10, 3)), 3)).max() <= 3


def test_pieces_that_do_not_fit_are_refused(fitted) -> None:  # type: ignore[no-untyped-def]
    import dataclasses

    scorer, _, _ = fitted
    with pytest.raises(ValueError, match="twice"):
        dataclasses.replace(scorer, members=(*scorer.members[:-1], scorer.members[0][: len(scorer.members[-1])]))
    with pytest.raises(ValueError, match="differ in number"):
        dataclasses.replace(scorer, members=scorer.members[:-1])


def test_very_many_classes_are_planned_in_groups_and_without_pairs() -> None:
    made = {
        k: {r.family for r in plan(
            schema=SCHEMA, n_rows=5000, n_classes=k, budget_s=60.0, seed=0, n_threads=1, task_hash="", dataset_hash="",
            rows_hash="",
        ).recipes}
        for k in (20, 1000)
    }  # fmt: skip
    assert "linear" in made[20]
    assert "kernel" in made[20]
    assert "clustered" in made[1000]
    assert not {"linear", "kernel"} & made[1000]


def test_a_bundle_holds_it_exactly_and_in_fewer_bits(fitted, tmp_path) -> None:  # type: ignore[no-untyped-def]
    scorer, _, _ = fitted
    columns, _ = rows_of(800, 0)
    space = LabelSpace.of([f"c{i}" for i in range(K + 1)])
    model = FittedModel(
        schema=SCHEMA, label_space=space, featuriser=fit_featuriser(SCHEMA, columns, 800), scorer=scorer,
        calibrator=Identity(), family="clustered",
    )  # fmt: skip
    blend = Blend(
        schema=SCHEMA, label_space=space, calibrator=Identity(),
        members=(BlendMember(models=(model,), calibrator=Identity(), weight=1.0),),
    )  # fmt: skip
    wanted = blend.predict_proba(columns, 800).matrix
    for packing, most_off in (("", 1e-12), ("int8", 0.1)):
        folder = tmp_path / f"bundle-{packing}"
        folder.mkdir()
        restored = read_bundle(folder, expected_hash=write_bundle(folder, blend, extras={}, packing=packing)).model
        np.testing.assert_allclose(restored.predict_proba(columns, 800).matrix, wanted, atol=most_off)
