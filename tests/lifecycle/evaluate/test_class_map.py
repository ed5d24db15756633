"""The map is thinned without chance, keeps classes apart, and refuses what does not fit."""

from __future__ import annotations

import numpy as np
import pytest
from ticket_answers import NAMES, answers

from classward.errors import DataError
from classward.lifecycle.evaluate import class_map


def test_all_rows_or_an_even_thinning_of_them() -> None:
    proba, y = answers(400)
    assert len(class_map(proba, y).points) == 400
    proba, y = answers(9000)
    found = class_map(proba, y, most_points=800)
    assert len(found.points) == 800
    assert found.n_rows == 9000
    shares = np.bincount([p.true for p in found.points], minlength=6) / 800
    assert shares == pytest.approx(np.bincount(y, minlength=6) / 9000, abs=0.01)
    wrong = np.mean([p.true != p.predicted for p in found.points])
    assert wrong == pytest.approx(np.mean(proba.predicted != y), abs=0.01)
    assert class_map(proba, y, most_points=800) == found


def test_rows_answered_alike_lie_closer_than_others() -> None:
    proba, y = answers(800, sharpness=4.0)
    found = class_map(proba, y)
    places = np.array([(p.x, p.y) for p in found.points])
    called = np.array([p.predicted for p in found.points])
    distance = np.linalg.norm(places[:, None] - places[None], axis=2)
    same = called[:, None] == called[None]
    assert distance[same].mean() < 0.7 * distance[~same].mean()
    assert 0 < found.explained <= 1


def test_largest_classes_get_the_colours() -> None:
    proba, y = answers(800)
    assert [NAMES[i] for i in class_map(proba, y, most_coloured=2).coloured] == ["billing", "shipping"]


def test_an_embedding_is_laid_out_instead() -> None:
    proba, y = answers(100)
    embedding = np.random.default_rng(0).standard_normal((100, 30))
    assert class_map(proba, y, embedding=embedding).source == "embedding"
    embedding[3, 3] = np.nan
    for bad in (embedding, np.zeros((99, 4))):
        with pytest.raises(DataError, match="CW222"):
            class_map(proba, y, embedding=bad)
