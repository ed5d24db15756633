"""Small trained models of every kind of piece."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from classward.artifact.write import write_bundle
from classward.domain import ClassDef, Feature, InputSchema, LabelSpace, Recipe
from classward.inference import (
    Blend,
    BlendMember,
    Columns,
    FittedModel,
    FlooredTemperature,
    MatrixScaling,
    Model,
    Temperature,
    VectorScaling,
)
from classward.lifecycle.train import How, LabelledRows, fit_one

N = 200
SPACE = LabelSpace(
    classes=(
        ClassDef(id="c-1", name="billing", definition="invoices & fees", examples=("why a fee?", "Rechnung für März")),
        ClassDef(id="c-2", name="card", is_critical=True, parent="products"),
        ClassDef(id="c-3", name="日本語", is_sensitive=True, owner="team-x", effective_from="2026-01-01"),
        ClassDef(id="c-4", name="never seen"),
    ),
    version=3,
)
SCHEMA = InputSchema(
    features=(
        Feature(name="body", kind="text", is_required=True, description="what they wrote"),
        Feature(name="age", kind="numeric"),
        Feature(name="is_new", kind="boolean"),
        Feature(name="at", kind="date"),
        Feature(name="plan", kind="categorical"),
    )
)


def _columns() -> tuple[dict[str, list[object]], np.ndarray]:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, N)
    said = ("why a fee on my invoice", "my card was lost abroad", "パスワード を 忘れた")
    start = datetime(2025, 1, 1)
    columns: dict[str, list[object]] = {
        "body": [f"{said[k]} {rng.choice(['please', 'now', 'ü'])}" if rng.random() > 0.05 else None for k in y],
        "age": [float(k + rng.normal()) if rng.random() > 0.1 else None for k in y],
        "is_new": [bool(rng.random() < 0.5) for _ in y],
        "at": [start + timedelta(days=int(d)) for d in rng.integers(0, 400, N)],
        "plan": [("free", "gold", "été")[k] if rng.random() > 0.1 else None for k in y],
    }
    return columns, y


@pytest.fixture(scope="session")
def columns() -> Columns:
    return _columns()[0]


@pytest.fixture(scope="session")
def models() -> dict[str, Model]:
    columns, y = _columns()

    def fit(family: str, **params: int) -> FittedModel:
        rows = LabelledRows(columns=columns, n=N, y_index=y, schema=SCHEMA, label_space=SPACE)
        how = How(seed=0, n_threads=1, should_stop=lambda: False)
        return fit_one(Recipe(family=family, params=tuple(params.items())), rows, how)

    linear, trees = fit("linear", iterations=8), fit("lightgbm", iterations=8)
    scaling = VectorScaling(scale=np.array([1.0, 1.5, 0.1 + 0.2, 1.0]), bias=np.array([0.1, 0.0, -0.2, 0.0]))
    mixing = MatrixScaling(temperature=1.5, floor=1e-4, weights=np.eye(4) + 0.1, bias=np.array([0.1, 0.0, -0.2, 0.0]))
    return {
        "linear": linear,
        "linear, vector scaling": replace(linear, calibrator=scaling),
        "trees": trees,
        "trees, temperature": replace(trees, calibrator=Temperature(temperature=1 / 3)),
        "blend": Blend(
            schema=SCHEMA,
            label_space=SPACE,
            members=(
                BlendMember(models=(linear,), calibrator=scaling, weight=1 / 3),
                BlendMember(models=(trees, trees), calibrator=mixing, weight=2 / 3),
            ),
            calibrator=FlooredTemperature(temperature=0.9, share=1 / 201),
        ),
        "forest": fit("forest", trees=20),
        "network": fit("network", epochs=3, first=9, second=5),
        "kernel": fit("kernel"),
    }


@pytest.fixture
def model(models: dict[str, Model]) -> FittedModel:
    found = models["linear, vector scaling"]
    assert isinstance(found, FittedModel)
    return found


@pytest.fixture
def new_folder(tmp_path: Path) -> Callable[[], Path]:
    made: list[Path] = []

    def make() -> Path:
        folder = tmp_path / f"bundle {len(made)}"
        folder.mkdir()
        made.append(folder)
        return folder

    return make


@pytest.fixture
def bundle(new_folder: Callable[[], Path], model: FittedModel) -> tuple[Path, str]:
    folder = new_folder()
    return folder, write_bundle(folder, model, extras={"report.json": b'{"n":1}', "card.md": b"# card"})
