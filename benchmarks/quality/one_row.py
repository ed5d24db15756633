"""One row through the artifact beside the same model through its scikit-learn API, in one process, p50 of many calls.

    python benchmarks/quality/one_row.py [--calls 300]

LightGBM is fitted by its scikit-learn class behind an ordinal encoder and its trees are taken over by the artifact: the answers
are compared first. Word and character TF-IDF with a linear support vector machine is fitted by both on the same sentences
(Home Assistant's templates, packaged). A bundle is written and read back before it answers..
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import lightgbm
import numpy as np
import pandas as pd
from million import table as generated
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_digits, load_wine
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import OrdinalEncoder
from sklearn.svm import LinearSVC

from classward.api.inputs import columns_for, frame_of, schema_of
from classward.artifact.read import read_bundle
from classward.artifact.write import write_bundle
from classward.domain import LabelSpace, Recipe
from classward.estimators import fit_ordinal_featuriser
from classward.estimators.tree_arrays import scorer_from_dump
from classward.inference import FittedModel, Identity
from classward.lifecycle.train import How, LabelledRows, fit_one

LEAST_TREES, LEAST_TEXT, MOST_MS = 1 / 20, 1 / 5, 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--calls", type=int, default=300)
    calls = parser.parse_args().calls
    warnings.filterwarnings("ignore")
    print(
        "| model | classes | trees | artifact, ms | scikit-learn API, ms | ratio | limit |\n|---|---|---|---|---|---|---|"
    )
    for name, rows, y in tables():
        print(trees(name, rows, y, calls), flush=True)
    print(text(calls))


def tables() -> list[tuple[str, pd.DataFrame, np.ndarray]]:
    wine, digits = load_wine(as_frame=True), load_digits(as_frame=True)
    mixed = generated(6_000).drop("day")
    mixed = pd.DataFrame({name: mixed[name].to_list() for name in mixed.columns})
    return [
        ("LightGBM, wine", wine.data, wine.target.to_numpy().astype(str)),
        ("LightGBM, digits", digits.data, digits.target.to_numpy().astype(str)),
        ("LightGBM, mixed columns", mixed.drop(columns="team"), mixed["team"].to_numpy()),
    ]


def trees(name: str, frame: pd.DataFrame, y: np.ndarray, calls: int) -> str:
    rows = labelled(frame, y)
    featuriser = fit_ordinal_featuriser(rows.schema, rows.columns, rows.n)
    encoder = ColumnTransformer(
        [("codes", OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1), [c for c in frame if frame[c].dtype == object or frame[c].dtype == "str"])],
        remainder="passthrough",
    )  # fmt: skip
    booster = lightgbm.LGBMClassifier(n_estimators=100, num_leaves=31, n_jobs=1, verbose=-1)
    usual = make_pipeline(encoder, booster).fit(frame, y)
    own = lightgbm.LGBMClassifier(n_estimators=100, num_leaves=31, n_jobs=1, verbose=-1)
    own.fit(featuriser.transform(rows.columns, rows.n).dense, y)
    scorer = scorer_from_dump(
        own.booster_.dump_model(), present=np.arange(len(rows.label_space)), n_classes=len(rows.label_space),
        n_columns=featuriser.n_columns,
    )  # fmt: skip
    model = stored(FittedModel(
        schema=rows.schema, label_space=rows.label_space, featuriser=featuriser, scorer=scorer, calibrator=Identity(), family="lightgbm"
    ))  # fmt: skip
    expected = own.predict_proba(featuriser.transform(rows.columns, rows.n).dense)
    np.testing.assert_allclose(model.predict_proba(rows.columns, rows.n).matrix, expected, atol=1e-6)
    ours = median_ms([single(rows, i % rows.n) for i in range(calls)], lambda row: model.predict_proba(row, 1))
    theirs = median_ms([frame.iloc[i % rows.n : i % rows.n + 1] for i in range(calls)], usual.predict_proba)
    matrix = featuriser.transform(rows.columns, rows.n).dense
    bare = median_ms([matrix[i % rows.n : i % rows.n + 1] for i in range(calls)], own.predict_proba)
    return line(
        f"{name} (numbers ready made: {bare:.2f} ms)",
        len(rows.label_space),
        len(scorer.root),
        ours,
        theirs,
        LEAST_TREES,
    )


def text(calls: int) -> str:
    texts, y = sentences()
    rows = labelled(pd.DataFrame({"text": texts}), y, is_text=True)
    model = stored(fit_one(Recipe(family="linear"), rows, How(seed=0, n_threads=1, should_stop=lambda: False)))
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    grams = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2)
    vectors = FeatureUnion([("words", words), ("grams", grams)])
    usual = make_pipeline(vectors, CalibratedClassifierCV(LinearSVC(C=0.3), method="temperature", ensemble=False)).fit(
        texts, y
    )
    order = np.random.default_rng(0).permutation(len(texts))[:calls]
    ours = median_ms([single(rows, i) for i in order], lambda row: model.predict_proba(row, 1))
    theirs = median_ms([[texts[i]] for i in order], usual.predict_proba)
    return line("word + character TF-IDF, linear", len(rows.label_space), 0, ours, theirs, LEAST_TEXT)


def sentences(n: int = 4_000) -> tuple[list[str], np.ndarray]:
    """Sentences of Home Assistant's English intents with what they ask for."""
    import json

    import home_assistant_intents

    found = json.loads((Path(home_assistant_intents.__file__).parent / "data" / "en.json").read_text(encoding="utf-8"))
    rng = np.random.default_rng(0)
    pairs = [
        (str(said), intent)
        for intent, what in found["intents"].items()
        for block in what["data"]
        for said in block["sentences"]
    ]
    counts = pd.Series([intent for _, intent in pairs]).value_counts()
    pairs = [pair for pair in pairs if counts[pair[1]] >= 10]
    chosen = [pairs[i] for i in rng.permutation(len(pairs))[:n]]
    return [said for said, _ in chosen], np.array([intent for _, intent in chosen])


def labelled(frame: pd.DataFrame, y: np.ndarray, *, is_text: bool = False) -> LabelledRows:
    table = frame_of(frame)
    names, codes = np.unique(y, return_inverse=True)
    schema = schema_of(table, is_text=is_text)
    return LabelledRows(
        columns=columns_for(table, schema), n=len(y), y_index=codes.astype(np.int64), schema=schema,
        label_space=LabelSpace.of([str(n) for n in names]),
    )  # fmt: skip


def stored(model: FittedModel) -> FittedModel:
    with tempfile.TemporaryDirectory() as folder:
        return read_bundle(Path(folder), expected_hash=write_bundle(Path(folder), model, extras={})).model


def single(rows: LabelledRows, i: int) -> dict[str, list[object]]:
    return {name: [values[i]] for name, values in rows.columns.items()}


def median_ms(rows: list, ask: Callable[[object], object]) -> float:
    took = []
    for row in rows:
        started = time.perf_counter()
        ask(row)
        took.append(1e3 * (time.perf_counter() - started))
    return float(np.median(took[len(took) // 10 :]))


def line(name: str, n_classes: int, n_trees: int, ours: float, theirs: float, limit: float) -> str:
    verdict = "met" if ours / theirs <= limit and ours <= MOST_MS else "not met"
    return f"| {name} | {n_classes} | {n_trees or '–'} | {ours:.3f} | {theirs:.3f} | 1/{theirs / ours:.0f} | 1/{1 / limit:.0f} and {MOST_MS:g} ms: {verdict} |"


if __name__ == "__main__":
    main()
