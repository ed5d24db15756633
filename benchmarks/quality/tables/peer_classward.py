"""One fit of ``classward.Classifier``: python peer_classward.py FOLDER NAME BUDGET_S SEED OUT."""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

import classward

TARGET = "__label__"
folder, name, budget_s, seed, out = (
    Path(sys.argv[1]),
    sys.argv[2],
    float(sys.argv[3]),
    int(sys.argv[4]),
    Path(sys.argv[5]),
)
facts = json.loads((folder / f"{name}.json").read_text())
kinds = dict.fromkeys([*facts["categorical"], TARGET], pl.String)
train, test = (
    pl.read_csv(folder / f"{name}.{part}.csv", schema_overrides=kinds, infer_schema_length=None)
    for part in ("train", "test")
)
classifier = classward.Classifier(f"{budget_s:g}s", random_state=seed, decision="macro_f1")
started = time.perf_counter()
classifier.fit(train.drop(TARGET), train[TARGET].to_numpy())
fit_s = time.perf_counter() - started
rows = test.drop(TARGET)
proba, answer = classifier.predict_proba(rows), classifier.predict(rows)
sets = classifier.predict_set(rows, alpha=0.1)
columns, n = classifier._columns(rows[:1])
one_ms = []
for _ in range(50):
    started = time.perf_counter()
    classifier.model_.predict_proba(columns, n)
    one_ms.append(1000.0 * (time.perf_counter() - started))
with tempfile.TemporaryDirectory() as bundle:
    classifier.export(bundle)
    n_bytes = sum(p.stat().st_size for p in Path(bundle).rglob("*") if p.is_file())
parts = " ".join(
    f"{c.recipe.family}:{c.weight:.2f}/{c.log_loss or 9:.4f}/{c.fit_s:.0f}s"
    + (f"({c.failure[:40]})" if c.failure else "")
    for c in classifier.candidates_
)
print(
    f"{name} {seed}: fit {fit_s:.1f} s, one row {np.median(one_ms):.2f} ms, {n_bytes / 1e6:.1f} MB, {parts}",
    file=sys.stderr,
)
np.savez_compressed(
    out, proba=proba, classes=classifier.classes_.astype(str), answer=answer.astype(str), sets=sets, y=test[TARGET].to_numpy().astype(str), fit_s=fit_s,
    one_ms=np.median(one_ms), n_bytes=n_bytes,
)  # fmt: skip
