"""Families that read texts by an encoder: each text encoded once over folds, mixtures with tables, and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.errors import DataError
from classward.inference import EmbeddingPart, StaticEncoder
from classward.lifecycle.train import FitFold, How, LabelledRows, cross_fit, fit_one, is_refitted

TOPICS = {
    "card": ("card", "lost", "stolen", "arrived"),
    "payment": ("payment", "charged", "twice", "refund"),
    "rate": ("interest", "rate", "savings", "percent"),
}
WORDS = tuple(w for words in TOPICS.values() for w in words)
PAD = ("please", "my", "the", "help")
N = 120


def encoder() -> StaticEncoder:
    """Words of one topic point in one direction, as a trained encoder's would."""
    rng = np.random.default_rng(0)
    topic = np.repeat(np.eye(3), 4, axis=0)
    vectors = np.concatenate([topic, np.zeros((len(PAD), 3))]) + 0.3 * rng.normal(size=(len(WORDS) + len(PAD), 3))
    n = len(WORDS) + len(PAD)
    return StaticEncoder(
        tokens=(*WORDS, *PAD), vectors=np.hstack([rng.normal(size=(n, 2)), vectors]).astype(np.float16),
        weights=np.ones(n, np.float32),
    )  # fmt: skip


def rows(kind: str = "text") -> LabelledRows:
    rng = np.random.default_rng(1)
    y = np.arange(N) % 3
    texts = [
        " ".join(rng.permutation([*rng.choice(list(TOPICS.values())[label], 1), *rng.choice(PAD, 2)])) for label in y
    ]
    features = (Feature(name="t", kind="text"), Feature(name="x", kind="numeric"))
    return LabelledRows(
        columns={"t": texts, "x": rng.normal(size=N).tolist()}, n=N, y_index=y.astype(np.int64),
        schema=InputSchema(features=features if kind == "both" else features[:1]),
        label_space=LabelSpace.of(list(TOPICS)),
    )  # fmt: skip


def how(given: StaticEncoder | None) -> How:
    return How(seed=3, n_threads=1, should_stop=lambda: False, encoder=given)


@pytest.mark.parametrize("family", ["embedding", "likeness"])
@pytest.mark.parametrize("kind", ["text", "both"])
def test_words_never_seen_are_understood_by_their_vectors(family: str, kind: str) -> None:
    params = (("solver", "logistic"), ("c", 1.0)) if family == "embedding" else ()
    seen = rows(kind)
    keep = np.array([i for i, t in enumerate(seen.columns["t"]) if "stolen" not in str(t)])
    model = fit_one(Recipe(family=family, params=params), seen.take(keep), how(encoder()))
    logits = model.logits({"t": ["my stolen", "please charged twice", None], "x": [0.0, 0.0, 0.0]}, 3)
    assert logits[:2].argmax(1).tolist() == [0, 1]
    assert np.isfinite(logits).all()


def test_terms_stand_beside_vectors_and_width_takes_the_last_numbers() -> None:
    given = rows("both")
    recipe = Recipe(family="embedding", params=(("solver", "svc"), ("terms", True), ("width", 3)))
    featuriser = fit_one(recipe, given, how(encoder())).featuriser
    assert featuriser.texts
    assert featuriser.n_dense == 1 + 3
    block = featuriser.dense[-1]
    assert isinstance(block, EmbeddingPart)
    made = block.transform(given.columns, N)
    np.testing.assert_array_equal(made, encoder().encode(list(map(str, given.columns["t"])))[:, 2:])
    with pytest.raises(ValueError, match="numbers from"):
        EmbeddingPart(column="t", encoder=encoder(), first=5)


def test_cross_fitting_encodes_each_text_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    real = StaticEncoder._encode

    def counting(self: StaticEncoder, texts: Sequence[str]) -> np.ndarray:
        seen.extend(texts)
        return real(self, texts)

    monkeypatch.setattr(StaticEncoder, "_encode", counting)
    given, shared = rows(), encoder()
    shared.remember(N)
    folds = [
        FitFold(fit=np.flatnonzero(np.arange(N) % 5 != i), held=np.flatnonzero(np.arange(N) % 5 == i)) for i in range(5)
    ]
    recipe = Recipe(family="likeness", params=())
    made = cross_fit(recipe, given, folds, seed=0, n_threads=1, seconds_left=lambda: 1e9, encoder=shared)
    assert sorted(seen) == sorted(set(map(str, given.columns["t"])))
    y = np.concatenate([given.y_index[f.held] for f in folds])
    assert (made.logits.argmax(1) == y).mean() > 0.9


def test_a_family_without_its_encoder_or_without_texts_is_refused() -> None:
    with pytest.raises(DataError, match="CW326"):
        fit_one(Recipe(family="likeness", params=()), rows(), how(None))
    given = rows()
    empty = LabelledRows(
        columns={"t": [None] * N}, n=N, y_index=given.y_index, schema=given.schema, label_space=given.label_space
    )
    with pytest.raises(DataError, match="CW230"):
        fit_one(Recipe(family="embedding", params=()), empty, how(encoder()))
    with pytest.raises(DataError, match=r"CW233(.|\n)*ridge"):
        fit_one(Recipe(family="likeness", params=(("rigde", 1.0),)), given, how(encoder()))


def test_likeness_is_cross_fitted_by_one_fit_on_all_rows() -> None:
    given, shared = rows(), encoder()
    fold = np.arange(N) // 3 % 4
    folds = [FitFold(fit=np.flatnonzero(fold != i), held=np.flatnonzero(fold == i)) for i in range(4)]
    recipe = Recipe(family="likeness", params=())
    assert not is_refitted(Recipe(family="likeness"))
    made = cross_fit(recipe, given, folds, seed=0, n_threads=1, seconds_left=lambda: 1e9, encoder=shared)
    assert len(made.models) == 1
    whole = fit_one(recipe, given, how(shared))
    np.testing.assert_allclose(
        made.models[0].logits(given.columns, N).argmax(1), whole.logits(given.columns, N).argmax(1)
    )
    shuffled = replace(given, y_index=np.random.default_rng(0).permutation(given.y_index))
    blind = cross_fit(recipe, shuffled, folds, seed=0, n_threads=1, seconds_left=lambda: 1e9, encoder=shared)
    held = np.concatenate([f.held for f in folds])
    assert (blind.logits.argmax(1) == shuffled.y_index[held]).mean() < 0.55  # labels of held rows do not leak
    with pytest.raises(ValueError, match="each row once"):
        cross_fit(recipe, given, folds[:2], seed=0, n_threads=1, seconds_left=lambda: 1e9, encoder=shared)
