"""Store the pipeline as an MLflow model that answers probabilities."""

import shutil
import sys

import mlflow
import pandas as pd
import pipeline as shared
from mlflow.models import infer_signature

model, signature = shared.load(), None
if shared.MODEL != "text":
    row = {f"n{i}": [0.5] for i in range(30)} | {f"c{i}": [f"c{i}_1"] for i in range(5)}
    signature = infer_signature(pd.DataFrame(row), model.predict_proba(pd.DataFrame(row)))
shutil.rmtree(sys.argv[1], ignore_errors=True)
mlflow.sklearn.save_model(
    model,
    sys.argv[1],
    signature=signature,
    pyfunc_predict_fn="predict_proba",
    serialization_format="cloudpickle",
    pip_requirements=["scikit-learn"],
)
