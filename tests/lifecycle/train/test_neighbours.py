"""Neighbours of texts and of vectors: fitted, stored, restored; and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from classward.artifact.read import read_bundle
from classward.artifact.write import check_equal, write_bundle
from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.errors import DataError, UsageError
from classward.inference import Blend, BlendMember, Identity, StaticEncoder, nearest_examples
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one, neighbours_recipe

TOPICS = {
    "card": ("card", "lost", "stolen", "arrived"),
    "payment": ("payment", "charged", "twice", "refund"),
    "rate": ("interest", "rate", "savings", "percent"),
}
WORDS = tuple(w for words in TOPICS.values() for w in words)
PAD = ("please", "my", "the", "help")
SPACE = LabelSpace.of(list(TOPICS))
SCHEMA = InputSchema(features=(Feature(name="t", kind="text"), Feature(name="u", kind="text")))
N = 120
RECIPE = Recipe(family="neighbours", params=(("neighbours", 5),))
VECTORS = InputSchema(features=(Feature(name="v", kind="vector", length=4), Feature(name="x", kind="number")))


def encoder() -> StaticEncoder:
    """Words of one topic point in one direction, as a trained encoder's would."""
    rng = np.random.default_rng(0)
    topic = np.concatenate([np.repeat(np.eye(3, 5), 4, axis=0), np.zeros((len(PAD), 5))])
    vectors = topic + 0.1 * rng.normal(size=topic.shape)
    return StaticEncoder(
        tokens=(*WORDS, *PAD), vectors=vectors.astype(np.float16), weights=np.ones(len(vectors), np.float32)
    )


def rows() -> LabelledRows:
    rng = np.random.default_rng(1)
    y = (np.arange(N) % 3).astype(np.int64)
    texts = [" ".join([*rng.choice(list(TOPICS.values())[k], 2), *rng.choice(PAD, 2)]) for k in y]
    return LabelledRows(
        columns={"t": texts, "u": [None if i % 2 else "help" for i in range(N)]}, n=N, y_index=y, schema=SCHEMA,
        label_space=SPACE,
    )  # fmt: skip


def how(*, with_encoder: bool = True) -> How:
    return How(seed=3, n_threads=1, should_stop=lambda: False, encoder=encoder() if with_encoder else None)


def vector_rows() -> LabelledRows:
    rng = np.random.default_rng(0)
    y = (np.arange(90) % 3).astype(np.int64)
    vectors = [(np.eye(3, 4)[k] + 0.1 * rng.normal(size=4)).astype(np.float32) for k in y]
    return LabelledRows(
        columns={"v": [None, *vectors[1:]], "x": rng.normal(size=90).tolist()}, n=90, y_index=y, schema=VECTORS,
        label_space=LabelSpace.of(["a", "b", "c"]), ids=[f"id-{i}" for i in range(90)],
    )  # fmt: skip


def test_texts_are_classified_by_rows_like_them_and_restored_alike(tmp_path: Path) -> None:
    model = fit_one(RECIPE, rows(), how())
    proba = model.predict_proba(rows().columns, N)
    assert (proba.predicted == rows().y_index).mean() > 0.9
    folder = tmp_path / "b"
    folder.mkdir()
    restored = read_bundle(folder, expected_hash=write_bundle(folder, model, extras={})).model
    check_equal(model, restored, columns=rows().columns, n=N, tolerance=0.0)
    assert nearest_examples(restored, rows().columns, 3) == nearest_examples(model, rows().columns, 3)


def test_vector_columns_need_no_encoder_and_a_row_finds_itself(tmp_path: Path) -> None:
    given = vector_rows()
    model = fit_one(RECIPE, given, how(with_encoder=False))
    first, second, *_ = nearest_examples(model, given.columns, 7)
    assert (first.id, first.class_name) == ("id-7", "b")
    assert first.similarity == pytest.approx(1.0, abs=1e-5)
    assert second.similarity <= first.similarity
    assert nearest_examples(model, given.columns, 0) == ()
    blend = Blend(
        schema=model.schema, label_space=model.label_space, calibrator=Identity(),
        members=(BlendMember(models=(model,), calibrator=Identity(), weight=1.0),),
    )  # fmt: skip
    folder = tmp_path / "b"
    folder.mkdir()
    packed = read_bundle(folder, expected_hash=write_bundle(folder, blend, extras={}, packing="int8")).model
    check_equal(blend, packed, columns=given.columns, n=given.n, tolerance=0.02)
    assert nearest_examples(packed, given.columns, 7)[0].id == "id-7"


def test_ids_follow_rows_into_folds() -> None:
    given = vector_rows()
    taken = given.take(np.array([5, 9], dtype=np.int64))
    assert taken.names == ["id-5", "id-9"]
    assert replace(given, ids=()).take(np.array([5, 9], dtype=np.int64)).names == ["5", "9"]
    with pytest.raises(ValueError, match="1 ids of 90 rows"):
        replace(given, ids=["one"])


def test_scores_of_held_rows_come_from_other_rows() -> None:
    given, every = vector_rows(), np.arange(90)
    folds = [FitFold(fit=np.setdiff1d(every, part), held=part) for part in (every[::2], every[1::2])]
    found = cross_fit(RECIPE, given, folds, seed=0, n_threads=1, seconds_left=lambda: 60.0)
    assert found.logits.shape == (90, 3)
    assert np.isfinite(found.logits).all()


def test_what_cannot_be_is_refused() -> None:
    texts, numbers = rows().schema, InputSchema(features=(Feature(name="x", kind="number"),))
    assert neighbours_recipe("", schema=numbers, encoder="") == ()
    assert neighbours_recipe("alone", schema=texts, encoder="minilm")[0].params == (("width", 384),)
    assert neighbours_recipe("beside", schema=VECTORS, encoder="")[0].params == ()
    with pytest.raises(UsageError, match=r"CW380 .*'alon'.*alone"):
        neighbours_recipe("alon", schema=texts, encoder="static")
    with pytest.raises(DataError, match="CW381"):
        neighbours_recipe("alone", schema=numbers, encoder="static")
    with pytest.raises(DataError, match="CW326"):
        neighbours_recipe("alone", schema=texts, encoder="")
    with pytest.raises(DataError, match="CW326"):
        fit_one(RECIPE, rows(), how(with_encoder=False))
    with pytest.raises(DataError, match="CW350"):
        fit_one(RECIPE, replace(vector_rows(), weight=np.ones(90)), how())
    nothing = replace(vector_rows(), columns={"v": [None] * 90, "x": [1.0] * 90})
    with pytest.raises(DataError, match="CW230"):
        fit_one(RECIPE, nothing, how())
