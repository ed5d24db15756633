"""Classes known by their definitions: right answers without a labelled row, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from classward.artifact.read import read_bundle
from classward.artifact.write import check_equal, write_bundle
from classward.domain import ClassDef, Feature, InputSchema, LabelSpace, Recipe
from classward.errors import DataError, UsageError
from classward.estimators import describe_by_meaning
from classward.inference import DescribedScorer, Featuriser, StaticEncoder
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one, zero_shot_recipe

TOPICS = {
    "card": ("card", "lost", "stolen", "arrived"),
    "payment": ("payment", "charged", "twice", "refund"),
    "rate": ("interest", "rate", "savings", "percent"),
}
WORDS = tuple(w for words in TOPICS.values() for w in words)
PAD = ("please", "my", "the", "help")
SPACE = LabelSpace(
    classes=(
        ClassDef(id="card", name="card", definition="the card lost"),
        ClassDef(id="payment", name="payment", definition="payment charged"),
        ClassDef(id="rate", name="rate", definition="savings rate"),
    )
)
SCHEMA = InputSchema(features=(Feature(name="t", kind="text"), Feature(name="u", kind="text")))
N = 120
RECIPE = Recipe(family="zero-shot", params=(("adapter", "meaning"),))


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


def how() -> How:
    return How(seed=3, n_threads=1, should_stop=lambda: False, encoder=encoder())


def test_definitions_alone_tell_classes_apart_even_one_without_rows() -> None:
    given = rows()
    model = fit_one(RECIPE, given.take(np.flatnonzero(given.y_index != 2)), how())
    assert (model.logits(given.columns, N).argmax(axis=1) == given.y_index).mean() > 0.9


def test_labels_are_not_looked_at() -> None:
    given = rows()
    other = replace(given, y_index=np.random.default_rng(0).permutation(given.y_index))
    first, second = (fit_one(RECIPE, some, how()).logits(given.columns, N) for some in (given, other))
    np.testing.assert_array_equal(first, second)


def test_a_temperature_from_labelled_rows_makes_cosines_honest() -> None:
    given = rows()
    fold = np.arange(N) // 3 % 4
    folds = [FitFold(fit=np.flatnonzero(fold != i), held=np.flatnonzero(fold == i)) for i in range(4)]
    made = cross_fit(RECIPE, given, folds, seed=0, n_threads=1, seconds_left=lambda: 1e9, encoder=encoder())
    y = np.concatenate([given.y_index[one.held] for one in folds])
    blurred = replace(given, y_index=np.where(np.random.default_rng(0).random(N) < 0.3, (y + 1) % 3, y))
    found = calibrate(made.logits, blurred.y_index, rng=np.random.default_rng(0))
    assert found.name == "temperature"
    assert found.log_loss < np.log(3)


def test_a_row_without_text_is_of_no_class_more_than_of_another() -> None:
    model = fit_one(RECIPE, rows(), how())
    np.testing.assert_array_equal(model.logits({"t": [None, " "], "u": [None, ""]}, 2), np.zeros((2, 3)))


def test_what_was_made_is_stored_as_arrays_and_answers_alike(tmp_path) -> None:
    given = rows()
    model = fit_one(RECIPE, given, how())
    bundle_hash = write_bundle(tmp_path, model, extras={})
    restored = read_bundle(tmp_path, expected_hash=bundle_hash).model
    check_equal(model, restored, columns=given.columns, n=N)
    assert isinstance(restored.scorer, DescribedScorer)


def turned_round(
    texts: InputSchema, columns: object, n: int, *, descriptions: tuple[str, ...], encoder: object, width: int
) -> tuple[Featuriser, DescribedScorer]:
    """Somebody's own adapter: the packaged one on definitions turned round."""
    return describe_by_meaning(texts, columns, n, descriptions=descriptions[::-1], encoder=encoder, width=width)


def test_an_adapter_of_ones_own_is_used() -> None:
    given = rows()
    recipe = Recipe(family="zero-shot", params=(("adapter", f"{__name__}:turned_round"),))
    mine, packaged = (fit_one(one, given, how()).logits(given.columns, N) for one in (recipe, RECIPE))
    np.testing.assert_allclose(mine, packaged[:, ::-1])


def asked(**given: object) -> tuple[Recipe, ...]:
    usual = {"how": "beside", "space": SPACE, "schema": SCHEMA, "encoder": "static"}
    return zero_shot_recipe(**{**usual, **given})


def test_the_recipe_names_adapter_and_last_layer() -> None:
    assert asked() == (RECIPE,)
    assert dict(asked(encoder="minilm")[0].params)["width"] == 384
    assert asked(how="") == ()


def test_a_class_without_a_definition_is_named_with_what_to_write() -> None:
    space = LabelSpace(classes=(*SPACE.classes, ClassDef(id="x", name="security")))
    with pytest.raises(DataError, match=r"CW295 class 'security' has no definition(.|\n)*classes.about.security"):
        asked(space=space)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"how": "besides"}, "CW298"),
        ({"encoder": ""}, "CW326"),
        ({"schema": InputSchema(features=(Feature(name="x", kind="numeric"),))}, "CW299"),
        ({"adapter": "meanning"}, "CW297"),
        ({"adapter": "no_such_module:f"}, "CW297"),
        ({"adapter": "math:no_such"}, "CW297"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_fitted(given: dict[str, object], code: str) -> None:
    with pytest.raises((DataError, UsageError), match=code):
        asked(**given)


def test_a_definition_of_unknown_words_and_an_unknown_param_are_refused() -> None:
    strange = replace(
        rows(), label_space=LabelSpace(classes=(*SPACE.classes[:2], replace(SPACE.classes[2], definition="zzzz")))
    )
    with pytest.raises(DataError, match="CW296"):
        fit_one(RECIPE, strange, how())
    with pytest.raises(DataError, match=r"CW233(.|\n)*adapter"):
        fit_one(Recipe(family="zero-shot", params=(("adaptor", "meaning"),)), rows(), how())


def test_descriptions_must_be_of_length_one() -> None:
    vectors: NDArray[np.float32] = np.ones((3, 4), np.float32)
    with pytest.raises(ValueError, match="length 1"):
        DescribedScorer(descriptions=vectors, n_texts=1, sharpness=20.0)
    scorer = DescribedScorer(descriptions=vectors / 2.0, n_texts=1, sharpness=20.0)
    assert (scorer.n_columns, scorer.n_classes) == (4, 3)
