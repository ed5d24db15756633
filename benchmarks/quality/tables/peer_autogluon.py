"""One fit of AutoGluon ``medium_quality``, in its own environment: python peer_autogluon.py FOLDER NAME BUDGET_S SEED OUT."""

import json
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from autogluon.tabular import TabularPredictor

TARGET = "__label__"
folder, name, budget_s, seed, out = (
    Path(sys.argv[1]),
    sys.argv[2],
    float(sys.argv[3]),
    int(sys.argv[4]),
    Path(sys.argv[5]),
)
facts = json.loads((folder / f"{name}.json").read_text())
kinds = dict.fromkeys([*facts["categorical"], TARGET], str)
train, test = (
    pd.read_csv(folder / f"{name}.{part}.csv", dtype=kinds, keep_default_na=False, na_values=[""])
    for part in ("train", "test")
)
train = train.sample(frac=1.0, random_state=seed)  # its own split into training and validation depends on the order
with tempfile.TemporaryDirectory() as models:
    started = time.perf_counter()
    predictor = TabularPredictor(
        label=TARGET, eval_metric="log_loss", path=models, verbosity=0, problem_type="multiclass"
    ).fit(train, presets="medium_quality", time_limit=budget_s, num_cpus=2, num_gpus=0, calibrate="auto")
    fit_s = time.perf_counter() - started
    proba = predictor.predict_proba(test.drop(columns=TARGET), as_pandas=False)
    np.savez_compressed(
        out,
        proba=proba,
        classes=np.array(predictor.class_labels, dtype=str),
        answer=predictor.predict(test.drop(columns=TARGET)).to_numpy(dtype=str),
        y=test[TARGET].to_numpy(dtype=str),
        fit_s=fit_s,
    )
