"""Names of estimators are looked up, never evaluated; mistakes say what was meant."""

from __future__ import annotations

import pytest

from classward.errors import ClasswardError
from classward.estimators import brought_by_name


def test_a_name_and_settings_become_text_in_a_fixed_order() -> None:
    made = brought_by_name("sklearn.ensemble:ExtraTreesClassifier", '{"n_jobs": 1, "max_depth": 3}')
    assert made.settings == '{"max_depth": 3, "n_jobs": 1}'


@pytest.mark.parametrize(
    ("name", "settings", "words"),
    [
        ("RandomForestClassifier", "{}", "CW340(.|\n)*package.module:Name"),
        ("sklearn.ensemble:RandomForest()", "{}", "CW340"),
        ("__import__('os'):system", "{}", "CW340"),
        ("sklearn.ensemble:RandomForestClasifier", "{}", "CW340.*did you mean 'RandomForestClassifier'"),
        ("sklearn.ensamble:RandomForestClassifier", "{}", "CW340.*'sklearn.ensemble:RandomForestClassifier'"),
        ("no_such_package_at_all:Thing", "{}", "CW340.*cannot be imported"),
        ("json:JSONDecoder", "{}", "CW341"),
        ("sklearn.preprocessing:StandardScaler", "{}", "CW343"),
        ("sklearn.ensemble:BaggingClassifier", "{}", "CW343"),
        ("sklearn.ensemble:RandomForestClassifier", '{"n_estimator": 5}', "CW342.*did you mean 'n_estimators'"),
        ("sklearn.ensemble:RandomForestClassifier", "n_estimators=5", "CW342"),
        ("sklearn.ensemble:RandomForestClassifier", "[1]", "CW342"),
        ("sklearn.ensemble:RandomForestClassifier", '{"class_weight": {"0": 2}}', "CW342"),
    ],
)
def test_mistakes_are_refused_with_what_was_meant(name: str, settings: str, words: str) -> None:
    with pytest.raises(ClasswardError, match=words):
        brought_by_name(name, settings)
