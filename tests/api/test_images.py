"""The estimator takes images and vectors as people have them."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from drawn_images import drawings

from classward.api.classifier import Classifier
from classward.api.inputs import columns_for, frame_of, is_images, schema_of
from classward.errors import DataError, WrongType
from classward.inference import read_picture

Image = pytest.importorskip("PIL.Image")
IMAGES, KINDS = drawings(60)


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


def read(X: Any) -> list[Any]:
    table = frame_of(X)
    schema = schema_of(table)
    assert [f.kind for f in schema.features] == ["image"]
    return list(columns_for(table, schema)[schema.names[0]])


def test_bytes_paths_pixels_and_pillow_images_are_the_same_images(tmp_path: Path) -> None:
    few = IMAGES[:4]
    paths = [tmp_path / f"{i}.png" for i in range(4)]
    for path, data in zip(paths, few, strict=True):
        path.write_bytes(data)
    wanted = [read_picture(data, height=20, width=24).pixels for data in few]
    stacked = np.stack([pixels(data) for data in few])
    for X in (
        few,
        paths,
        [str(p) for p in paths],
        [pixels(data) for data in few],
        [Image.open(io.BytesIO(data)) for data in few],
        stacked,
        np.array([*few, None], dtype=object)[:4],
        pd.DataFrame({"photo": few}),
        pd.DataFrame({"photo": paths}),
        pl.DataFrame({"photo": few}),
        pl.DataFrame({"photo": [str(p) for p in paths]}),
    ):
        got = [read_picture(data, height=20, width=24).pixels for data in read(X)]
        assert all((a == b).all() for a, b in zip(got, wanted, strict=True)), type(X)
    grey = read(stacked[..., 0])
    assert (read_picture(grey[0], height=20, width=24).pixels[..., 0] == stacked[0, ..., 0]).all()


def test_tables_and_texts_are_no_images() -> None:
    assert not is_images(np.zeros((5, 4), dtype=np.uint8))
    assert not is_images(["a text", "another"])
    assert not is_images([[1.0, 2.0], [3.0, 4.0]])
    assert not is_images([])
    with pytest.raises(WrongType, match="CW251"):
        frame_of(pd.DataFrame({"x": [{"a": 1}, {"b": 2}]}))


def test_an_image_that_cannot_be_read_names_its_row() -> None:
    with pytest.raises(DataError, match=r"CW271.*row 3 \(image\)"):
        Classifier(budget="3s").fit([*IMAGES[:2], IMAGES[2][:90], *IMAGES[3:]], KINDS)


def test_it_learns_from_images_beside_numbers_and_vectors_in_a_frame() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {"photo": IMAGES, "size": rng.normal(size=60), "vec": [rng.normal(size=4).tolist() for _ in KINDS]}
    )
    X.loc[5, "photo"] = None
    made = Classifier(budget="7s").fit(X, KINDS)
    kinds = {f.name: (f.kind, f.length) for f in made.schema_.features}
    assert kinds == {"photo": ("image", 0), "size": ("numeric", 0), "vec": ("vector", 4)}
    fresh, truth = drawings(60, seed=8)
    asked = pd.DataFrame({"photo": fresh, "size": 0.0, "vec": [[0.0] * 4 for _ in fresh]})
    assert (made.predict(asked) == np.array(truth)).mean() >= 0.8
    with pytest.raises(DataError, match="CW273"):
        made.predict(pd.DataFrame({"photo": fresh[:2], "size": 0.0, "vec": [[0.0] * 3] * 2}))
