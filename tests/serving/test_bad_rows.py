"""Rows that a model cannot read, at the server's door: refused with row and field, whatever the kind of column."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from serving_fakes import Client, make_parts

from classward.domain import Feature, InputSchema, LabelSpace, Recipe
from classward.inference import FittedModel, picture_bytes
from classward.lifecycle.train import How, LabelledRows, fit_one
from classward.serving.app import create_app

FEATURES = (
    Feature(name="text", kind="text", is_required=True),
    Feature(name="size", kind="numeric"),
    Feature(name="plan", kind="categorical"),
    Feature(name="is_new", kind="boolean"),
    Feature(name="since", kind="date"),
    Feature(name="photo", kind="image"),
    Feature(name="v", kind="vector", length=3),
)
N = 24


def pixels(seed: int) -> bytes:
    return picture_bytes(np.random.default_rng(seed).integers(0, 255, size=(20, 24, 3)).astype(np.uint8))


PHOTO = base64.b64encode(pixels(0)).decode()
GOOD: dict[str, object] = {
    "text": "refund", "size": 1.5, "plan": "gold", "is_new": True, "since": "2026-01-31", "photo": PHOTO,
    "v": [0.1, 0.2, 0.3],
}  # fmt: skip


@cache
def fitted() -> FittedModel:
    """A linear model over a text, a table, an image and a vector."""
    rng = np.random.default_rng(0)
    y = (np.arange(N) % 3).astype(np.int64)
    columns: dict[str, list[object]] = {
        "text": [("refund money", "outage down", "billing invoice")[c] for c in y],
        "size": rng.normal(size=N).tolist(),
        "plan": [("gold", "free")[i % 2] for i in range(N)],
        "is_new": [bool(i % 2) for i in range(N)],
        "since": [None] * N,
        "photo": [pixels(i) for i in range(N)],
        "v": list(rng.normal(size=(N, 3)).astype(np.float32)),
    }
    rows = LabelledRows(
        columns=columns, n=N, y_index=y, schema=InputSchema(features=FEATURES),
        label_space=LabelSpace.of(["a", "b", "c"]),
    )  # fmt: skip
    how = How(seed=0, n_threads=1, should_stop=lambda: False)
    return fit_one(Recipe(family="linear", params=(("iterations", 5),)), rows, how)


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Client]:
    parts = replace(make_parts(tmp_path), load_bundle=lambda bundle_hash: fitted())
    parts.journal.deploy(1, "hash-1")
    client = Client(create_app(parts))
    yield client
    client.close()


WRONG: dict[str, tuple[str, object]] = {
    "text: number": ("text", 7),
    "text: null": ("text", None),
    "text: list": ("text", ["refund"]),
    "text: NUL": ("text", "a\0b"),
    "text: half a surrogate pair": ("text", "\ud83d"),
    "number: text": ("size", "1.5"),
    "number: true": ("size", True),
    "number: list": ("size", [1.5]),
    "number: too large": ("size", 10**400),
    "category: number": ("plan", 3),
    "boolean: text": ("is_new", "true"),
    "boolean: 1": ("is_new", 1),
    "date: number": ("since", 20260131),
    "date: impossible": ("since", "2026-02-31"),
    "image: a path": ("photo", "/etc/passwd"),
    "image: an address": ("photo", "https://example.org/a.png"),
    "image: not base64": ("photo", "£££"),
    "image: text in base64": ("photo", base64.b64encode(b"just words").decode()),
    "image: cut short": ("photo", base64.b64encode(pixels(0)[:60]).decode()),
    "image: number": ("photo", 3),
    "image: empty": ("photo", ""),
    "vector: short": ("v", [0.1, 0.2]),
    "vector: long": ("v", [0.1] * 4),
    "vector: empty": ("v", []),
    "vector: text": ("v", "0.1,0.2,0.3"),
    "vector: number": ("v", 0.1),
    "vector: null inside": ("v", [0.1, None, 0.3]),
    "vector: text inside": ("v", [0.1, "0.2", 0.3]),
    "vector: nested": ("v", [[0.1, 0.2, 0.3]]),
    "vector: beyond float32": ("v", [0.1, 1e39, 0.3]),
    "vector: of another encoder": ("v", {"encoder": "other", "vector": [0.1, 0.2, 0.3]}),
    "unknown column": ("colour", "red"),
    "misspelt column": ("sise", 1.0),
    "huge name": ("x" * 5000, 1.0),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_bad_value_is_refused_with_its_row_and_field(door: Client, name: str) -> None:
    field, value = WRONG[name]
    response = door.post("/predict", {"rows": [GOOD, {**GOOD, field: value}]})
    told = response.json()
    assert 400 <= response.status < 500, told
    if name not in {"text: half a surrogate pair", "number: too large"}:  # no JSON that can be read: no rows yet
        assert "row 1" in told["what"], told
        assert field[:50] in told["what"], told
    assert all(told[part] for part in ("code", "what", "got", "fix")), told
    assert len(response.body) < 3000
    assert "passwd" not in str(told)
    assert door.app.worker.parts.writer.rows() == []


def test_a_missing_required_column_is_named(door: Client) -> None:
    row = {name: value for name, value in GOOD.items() if name != "text"}
    response = door.post("/predict", {"rows": [GOOD, GOOD, row]})
    assert response.status == 422
    assert "row 2: 'text' is required" in response.json()["what"]


@pytest.mark.parametrize("field", ["size", "v"])
@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(door: Client, field: str, word: str) -> None:
    value = [0.1, 777.0, 0.3] if field == "v" else 777.0
    body = json.dumps({"rows": [{**GOOD, field: value}]}).replace("777.0", word).encode()
    response = door.post("/predict", body)
    assert 400 <= response.status < 500
    assert response.json()["fix"]
    assert door.app.worker.parts.writer.rows() == []


ODD: dict[str, tuple[str, object]] = {
    "emoji": ("text", "👩‍👩‍👧‍👦💳 refund 🙏🏽"),
    "right to left": ("text", "استرداد المال \u202erefund\u202c החזר"),
    "combining marks": ("text", "e" + "\u0301" * 500),
    "huge text": ("text", "refund " * 20_000),
    "one huge word": ("text", "x" * 100_000),
    "empty text": ("text", ""),
    "only spaces": ("text", " \t\n\u3000"),
    "emoji as a category": ("plan", "🥇"),
    "huge category": ("plan", "g" * 100_000),
    "number null": ("size", None),
    "number huge": ("size", 1e300),
    "image null": ("photo", None),
    "vector null": ("v", None),
    "vector largest": ("v", [3e38, -3e38, 0.0]),
}


@pytest.mark.parametrize("name", ODD)
def test_odd_but_valid_values_are_answered_with_probabilities(door: Client, name: str) -> None:
    field, value = ODD[name]
    response = door.post("/predict", {"rows": [GOOD, {**GOOD, field: value}], "all": True})
    assert response.status == 200, response.json()
    for row in response.json()["predictions"]:
        assert np.isfinite(row["probabilities"]).all()
        assert sum(row["probabilities"]) == pytest.approx(1.0)


def test_many_bad_rows_make_a_short_answer(door: Client) -> None:
    response = door.post("/predict", {"rows": [{**GOOD, "size": "x"}] * 200})
    assert response.status == 422
    assert "at least 20 problems" in response.json()["what"]
    assert len(response.body) < 8000
