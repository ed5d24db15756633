"""The two models that every server of this benchmark answers with, in each one's own form, and the bodies they are asked with.

Text: TF-IDF of words and word pairs with logistic regression, 20 classes, on English from the comments and docstrings of the running Python's own
library. Table: LightGBM, 30 numbers and 5 categories, 10 classes, 100 rounds (1,000 trees), generated rows. Both are fitted once as scikit-learn
pipelines (what peers load); this project's bundle takes over vocabulary, weights and trees and must give the same probabilities on rows held out.
"""

from __future__ import annotations

import io
import json
import re
import sysconfig
import tokenize
import warnings
from collections.abc import Iterator
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from lightgbm import LGBMClassifier
from sklearn.compose import ColumnTransformer
from sklearn.datasets import make_classification
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from classward import wiring
from classward.artifact.write import write_bundle
from classward.domain import Feature, InputSchema, LabelSpace, ModelVersion
from classward.estimators.tree_arrays import scorer_from_dump
from classward.flows.deploy import ensure_live
from classward.flows.register import append_version
from classward.inference import FittedModel, Identity
from classward.inference.featuriser import Featuriser
from classward.inference.linear import LinearScorer
from classward.inference.numeric_parts import NumericPart
from classward.inference.ordinal_part import OrdinalPart
from classward.inference.text import TextPart
from classward.inference.tokens import words_of

NUMBERS = [f"n{i}" for i in range(30)]
CATEGORIES = [f"c{i}" for i in range(5)]
N_HELD = 512
N_BODIES = {1: 256, 256: 8}
_WORD = r"[^\s\x00-/:-@\[-`{-\xbf]+|[^\s\w]"  # as inference.tokens cuts ASCII


def prepare(folder: Path, model: str) -> None:
    """Fit, prove equal, and write everything that servers need under ``folder``; does nothing if it is there."""
    if (folder / model / "ready").exists():
        return
    (folder / model).mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    pipeline, fitted, rows = _text() if model == "text" else _table()
    columns = {f.name: [row[f.name] for row in rows] for f in fitted.schema.features}
    ours = fitted.predict_proba(columns, len(rows)).matrix
    theirs = pipeline.predict_proba(_asked(model, rows))
    np.testing.assert_allclose(ours, theirs, atol=1e-5)
    joblib.dump(pipeline, folder / model / "pipeline.joblib")
    _workspace(folder / model, fitted)
    _bodies(folder / model, model, rows)
    (folder / model / "ready").write_text("yes\n")


def _asked(model: str, rows: list[dict[str, object]]) -> object:
    return [row["text"] for row in rows] if model == "text" else pd.DataFrame(rows)


def _text() -> tuple[Pipeline, FittedModel, list[dict[str, object]]]:
    texts, y = _corpus()
    cut = len(texts) - N_HELD
    vectors = TfidfVectorizer(ngram_range=(1, 2), token_pattern=_WORD, sublinear_tf=True, dtype=np.float64)
    pipeline = Pipeline([("tfidf", vectors), ("clf", LogisticRegression(max_iter=200, C=10))]).fit(texts[:cut], y[:cut])
    assert all(vectors.build_tokenizer()(t.lower()) == words_of(t) for t in texts[cut:])
    linear = pipeline[-1]
    part = TextPart(
        column="text", words=tuple(vectors.get_feature_names_out()), grams=(), low=1, high=1,
        word_idf=vectors.idf_.astype(np.float32), gram_idf=np.zeros(0, dtype=np.float32),
    )  # fmt: skip
    scorer = LinearScorer(
        mean=np.zeros(0), scale=np.zeros(0), weights=np.ascontiguousarray(linear.coef_.T.astype(np.float32)), intercept=linear.intercept_
    )  # fmt: skip
    fitted = FittedModel(
        schema=InputSchema(features=(Feature(name="text", kind="text", is_required=True),)),
        label_space=LabelSpace.of([str(c) for c in linear.classes_]),
        featuriser=Featuriser(texts=(part,)), scorer=scorer, calibrator=Identity(), family="linear",
    )  # fmt: skip
    return pipeline, fitted, [{"text": text} for text in texts[cut:]]


def _table() -> tuple[Pipeline, FittedModel, list[dict[str, object]]]:
    X, y = make_classification(
        12_000, 35, n_informative=20, n_redundant=5, n_classes=10, n_clusters_per_class=1, flip_y=0.05, random_state=0
    )
    frame = pd.DataFrame(np.round(X[:, :30] * 64) / 64, columns=NUMBERS)  # exact in float32: all round alike
    for j, levels in enumerate((4, 8, 12, 20, 40)):
        cut = pd.qcut(X[:, 30 + j], levels, labels=[f"c{j}_{k}" for k in range(levels)])
        frame[f"c{j}"] = cut.astype(str).astype(object)
    names = np.array([f"class_{k}" for k in range(10)])[y]
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    trees = LGBMClassifier(n_estimators=100, num_leaves=31, n_jobs=1, verbose=-1, random_state=0)
    prepared = ColumnTransformer([("numbers", "passthrough", NUMBERS), ("codes", codes, CATEGORIES)])
    pipeline = Pipeline([("prepared", prepared), ("trees", trees)]).fit(frame[:-N_HELD], names[:-N_HELD])
    known = pipeline[0].named_transformers_["codes"].categories_
    parts = (OrdinalPart(column=c, categories=tuple(map(str, k))) for c, k in zip(CATEGORIES, known, strict=True))
    fitted = FittedModel(
        schema=InputSchema(features=(
            *(Feature(name=n, kind="numeric") for n in NUMBERS), *(Feature(name=c, kind="categorical") for c in CATEGORIES)
        )),
        label_space=LabelSpace.of([str(c) for c in trees.classes_]),
        featuriser=Featuriser(dense=(NumericPart(columns=tuple(NUMBERS)), *parts)),
        scorer=scorer_from_dump(trees.booster_.dump_model(), present=np.arange(10), n_classes=10, n_columns=35),
        calibrator=Identity(), family="lightgbm",
    )  # fmt: skip
    return pipeline, fitted, frame[-N_HELD:].to_dict("records")


def _corpus(n_classes: int = 20, words: int = 25) -> tuple[list[str], list[str]]:
    """Runs of 25 words from comments and docstrings; the class is the package they stand in."""
    found: dict[str, list[str]] = {}
    for top in sorted(Path(sysconfig.get_path("stdlib")).iterdir()):
        if top.name in {"test", "site-packages", "__pycache__", "lib-dynload"} or top.name.startswith("config-"):
            continue
        files = [top] if top.suffix == ".py" else sorted(top.rglob("*.py")) if top.is_dir() else []
        said = [word for file in files if "test" not in file.name for word in _said(file)]
        found[top.stem] = [" ".join(said[i : i + words]) for i in range(0, len(said) - words + 1, words)]
    names = sorted(sorted(found, key=lambda name: (-len(found[name]), name))[:n_classes])
    least = min(220, *(len(found[name]) for name in names))
    rng = np.random.default_rng(0)
    chosen = [(found[name][i], name) for name in names for i in rng.permutation(len(found[name]))[:least]]
    order = rng.permutation(len(chosen))
    return [chosen[i][0] for i in order], [chosen[i][1] for i in order]


def _said(file: Path) -> Iterator[str]:
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(file.read_text("utf-8")).readline))
    except (tokenize.TokenError, SyntaxError, UnicodeDecodeError):
        return
    for token in tokens:
        if token.type == tokenize.COMMENT or (token.type == tokenize.STRING and len(token.string) > 60):
            yield from re.findall(r"[A-Za-z][A-Za-z0-9_'-]*[.,;:]?", token.string)


def _workspace(folder: Path, fitted: FittedModel) -> None:
    kinds = "\n".join(
        f"{f.name} = {{ kind = {f.kind!r}, required = {str(f.is_required).lower()} }}" for f in fitted.schema.features
    )
    file = folder / "classward.toml"
    file.write_text(f"[task]\nname = 'bench'\nlabel = 'label'\n\n[data]\ntrain = 'none.csv'\n\n[features]\n{kinds}\n")
    ctx = wiring.open_context(file, wiring.read_settings({}))
    made = ctx.artifacts.workdir()
    write_bundle(made, fitted, extras={})
    bundle_hash = ctx.artifacts.put(made)
    append_version(ctx, ModelVersion(
        task=ctx.task.name, version=0, bundle_hash=bundle_hash, task_hash=ctx.task.hash, dataset_hash="",
        label_space_hash=fitted.label_space.hash, schema_hash=fitted.schema.hash, plan_hash="", registered_at=ctx.clock.now(),
        registered_by=ctx.actor, code_version="",
    ))  # fmt: skip
    ensure_live(ctx)
    (folder / "bundle.txt").write_text(f"{ctx.artifacts.path(bundle_hash)}\n{bundle_hash}\n")


def _bodies(folder: Path, model: str, rows: list[dict[str, object]]) -> None:
    """Different bodies in a circle, so that no cache wins by accident: 256 of one row, 8 of 256 rows."""
    for shape in ("own", "plain", "mlflow"):
        for n, count in N_BODIES.items():
            lines = []
            for k in range(count):
                chosen = [rows[(k * (1 if n == 1 else 37) + j) % len(rows)] for j in range(n)]
                lines.append(json.dumps(_body(shape, model, chosen), separators=(",", ":")))
            (folder / f"{shape}.{n}.jsonl").write_text("\n".join(lines) + "\n")


def _body(shape: str, model: str, rows: list[dict[str, object]]) -> dict[str, object]:
    if shape == "own":
        return {"rows": rows, "all": True}
    texts = [row["text"] for row in rows] if model == "text" else None
    if shape == "plain":
        return {"rows": texts or rows}
    if texts:
        return {"inputs": texts}
    names = NUMBERS + CATEGORIES
    return {"dataframe_split": {"columns": names, "data": [[row[name] for name in names] for row in rows]}}
