"""Shared by the peers: load the scikit-learn pipeline and ask it as its users do."""

from __future__ import annotations

import os
from pathlib import Path

import joblib

FOLDER, MODEL = Path(os.environ["BENCH_FOLDER"]), os.environ["BENCH_MODEL"]


def load():
    return joblib.load(FOLDER / "pipeline.joblib")


def probabilities(pipeline, rows):
    if MODEL != "text":
        import pandas as pd

        rows = pd.DataFrame(rows)
    return pipeline.predict_proba(rows)
