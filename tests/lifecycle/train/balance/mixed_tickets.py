"""Labelled rows of unequal classes over columns of every kind, with gaps."""

from __future__ import annotations

import datetime

import numpy as np

from classward.domain import Feature, InputSchema, LabelSpace
from classward.lifecycle.train import LabelledRows

SPACE = LabelSpace.of(["billing", "card", "login", "refund"])
SCHEMA = InputSchema(
    features=(
        Feature(name="amount", kind="numeric"), Feature(name="items", kind="numeric"),
        Feature(name="plan", kind="categorical"), Feature(name="is_new", kind="boolean"),
        Feature(name="opened", kind="date"), Feature(name="body", kind="text"),
    )
)  # fmt: skip


def rows_of(counts: tuple[int, ...] = (300, 120, 30, 8), seed: int = 0) -> LabelledRows:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    n = len(y)
    return LabelledRows(
        columns={
            "amount": [None if rng.random() < 0.1 else float(v) for v in 2.0 * y + rng.normal(size=n)],
            "items": [int(v) for v in rng.poisson(3 + y)],
            "plan": [("free", "gold", "gold", "max")[c] if rng.random() < 0.9 else "trial" for c in y],
            "is_new": [bool(c % 2) if rng.random() < 0.8 else None for c in y],
            "opened": [datetime.date(2026, 1, 1 + int(i % 28)) for i in range(n)],
            "body": [f"text {i}" for i in range(n)],
        },
        n=n, y_index=y, schema=SCHEMA, label_space=SPACE,
    )  # fmt: skip
