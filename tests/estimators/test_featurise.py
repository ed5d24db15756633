from __future__ import annotations

import pytest

from classward.domain import Feature, InputSchema
from classward.errors import DataError
from classward.estimators import fit_featuriser, fit_text
from classward.inference import BooleanPart, DatePart, NumericPart


def schema(**kinds: str) -> InputSchema:
    return InputSchema(features=tuple(Feature(name=name, kind=kind) for name, kind in kinds.items()))


def test_columns_are_handled_by_their_declared_kind() -> None:
    columns = {
        "age": [1, 2],
        "is_new": [True, None],
        "at": [None, None],
        "plan": ["a", "a"],
        "body": ["hello there", "hello"],
    }
    made = fit_featuriser(
        schema(age="numeric", is_new="boolean", at="date", plan="categorical", body="text"), columns, 2
    )
    assert [type(part) for part in made.dense] == [NumericPart, BooleanPart, DatePart]
    assert [part.column for part in made.categories] == ["plan"]
    assert [part.column for part in made.texts] == ["body"]
    assert made.transform(columns, 2).n_columns == made.n_columns


def test_rare_categories_share_an_indicator_and_are_not_unseen() -> None:
    values = ["de"] * 5 + ["fr"] * 5 + ["li", None]
    part = fit_featuriser(schema(country="categorical"), {"country": values}, 12).categories[0]
    assert (part.categories, part.grouped) == (("de", "fr"), ("li",))
    assert not part.is_unseen("li")
    assert part.is_unseen("atlantis")


def test_columns_with_very_many_categories_stay_bounded() -> None:
    values = [f"city {i % 2000}" for i in range(6000)]
    part = fit_featuriser(schema(city="categorical"), {"city": values}, 6000).categories[0]
    assert part.n_columns <= 257
    assert not any(part.is_unseen(v) for v in values)


@pytest.mark.parametrize(
    ("kinds", "columns"),
    [({}, {}), ({"age": "numeric"}, {"age": [None, None]}), ({"body": "text"}, {"body": ["", None]})],
    ids=["no features", "all missing", "no word"],
)
def test_nothing_to_learn_from_is_refused(kinds: dict[str, str], columns: dict[str, list[object]]) -> None:
    with pytest.raises(DataError, match="CW230"):
        fit_featuriser(schema(**kinds), columns, 2)


def test_terms_of_a_single_text_are_left_out_of_large_columns_and_kept_in_small_ones() -> None:
    small = ["refund please", "card lost", "xylophone"]
    assert "xylophone" in fit_text("t", small).words
    large = fit_text("t", [*(["refund please", "card lost"] * 200), "xylophone"])
    assert "xylophone" not in large.words
    assert "refund please" in large.words


def test_ngrams_of_most_texts_are_left_out_of_large_columns_and_words_are_not() -> None:
    part = fit_text("t", [f"ticket about {'refund' if i % 3 else 'card'}" for i in range(600)])
    assert {"ticket", "about"} <= set(part.words)
    assert " ti" not in part.grams
    assert "card" in part.grams


def test_vocabulary_is_bounded_ordered_by_frequency_and_the_same_each_time() -> None:
    texts = [f"common word {i % 50}" for i in range(400)]
    part = fit_text("t", texts, most_terms=5)
    assert len(part.words) == len(part.grams) == 5
    assert part.words[:3] == ("common", "common word", "word")
    assert fit_text("t", texts, most_terms=5).grams == part.grams
    assert (part.word_idf[1:] >= part.word_idf[:-1]).all()
