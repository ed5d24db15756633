"""Images and vectors through every flow, beside text and numbers, over real backends."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from classward_project import START
from drawn_images import drawings

from classward import wiring
from classward.artifact.read import read_bundle
from classward.backends.clock import SeededIds, VirtualClock
from classward.domain import DataSource
from classward.errors import ClasswardError, DataError, InvalidInput
from classward.flows.compare import compare
from classward.flows.context import Context
from classward.flows.init import Asked, init
from classward.flows.predict_file import predict_file
from classward.flows.reproduce import reproduce
from classward.flows.simulate import labelled_rows
from classward.flows.snapshot import take_snapshot
from classward.flows.train import train
from classward.inference import ImagePart
from classward.settings import Settings

TASK = """
[task]
name = "signs"
label = "sign"
[data]
train = "signs/table.{kind}"
[features]
photo = "image"
note = "text"
size = "numeric"
{more}
"""
N = 90


def write_project(folder: Path, *, with_vectors: bool = True, n: int = N) -> list[bytes]:
    """Files, table and task: the photo tells nearly all, the note a little, the vector something."""
    images, kinds = drawings(n)
    rng = np.random.default_rng(1)
    (folder / "signs" / "files").mkdir(parents=True)
    for i, data in enumerate(images):
        (folder / "signs" / "files" / f"{i}.png").write_bytes(data)
    table = pl.DataFrame(
        {
            "photo": [f"files/{i}.png" for i in range(n)],
            "note": [f"seen near {rng.choice(['river', 'road', 'hill'])} {rng.integers(9999)} by day" for _ in kinds],
            "size": [float(len(k)) + rng.normal() for k in kinds],
            "sign": kinds,
        }
    )
    more = ""
    if with_vectors:
        near = {"bar": 0.0, "cross": 1.0, "ring": 2.0}
        table = table.with_columns(vec=pl.Series([list(rng.normal(near[k], 2.0, 5)) for k in kinds]))
        more = 'vec = { kind = "vector", length = 5, encoder = "toy-1" }'
    kind = "parquet" if with_vectors else "csv"
    getattr(table, f"write_{kind}")(folder / "signs" / f"table.{kind}")
    (folder / "classward.toml").write_text(TASK.format(kind=kind, more=more), encoding="utf-8")
    return images


def opened(folder: Path, seed: int = 1) -> Context:
    file = folder / "classward.toml"
    return wiring._context(file, wiring.load_task(file), Settings(), VirtualClock(START), SeededIds(seed))


def trained(ctx: Context, **asked: Any) -> Any:
    return train(
        ctx, budget_s=7, n_threads=1, tell=lambda stage, what: None, accepted=asked.pop("accepted", ()), **asked
    )


@pytest.fixture(scope="module")
def signs(tmp_path_factory: pytest.TempPathFactory) -> tuple[Context, Any, list[bytes], Path]:
    folder = tmp_path_factory.mktemp("signs")
    images = write_project(folder)
    ctx = opened(folder)
    return ctx, trained(ctx), images, folder


def test_one_model_learns_from_images_texts_numbers_and_vectors(signs: Any) -> None:
    ctx, result, _, _ = signs
    assert result.report.accuracy.value >= 0.85
    assert result.plan.image_encoder == "plain-1"
    model = read_bundle(ctx.artifacts.path(result.version.bundle_hash), expected_hash=result.version.bundle_hash).model
    parts = [p for m in model.members for one in m.models for p in one.featuriser.dense if isinstance(p, ImagePart)]
    assert parts
    assert all(p.reader is parts[0].reader for p in parts), "members of a restored blend share one reader"
    lineage = ctx.artifacts.path(result.version.bundle_hash) / "extras" / "lineage.json"
    assert json.loads(lineage.read_text())["encoders"]["image"] == "plain-1"
    assert b"photo" in (lineage.parent / "report.html").read_bytes()


def test_edited_files_do_not_change_the_training_set(signs: Any) -> None:
    ctx, result, images, folder = signs
    path = folder / "signs" / "files" / "0.png"
    path.write_bytes(images[1])
    try:
        stored = ctx.snapshots.get(result.version.dataset_hash)
        assert stored["photo"].dtype == pl.Binary
        assert set(stored["photo"].to_list()) == set(images)
        assert take_snapshot(ctx, lambda *_: None).dataset.hash != result.version.dataset_hash
    finally:
        path.write_bytes(images[0])
    assert trained(opened(folder, 3)).is_new is False


def test_requests_carry_base64_and_nothing_is_opened_for_them(signs: Any) -> None:
    ctx, result, images, _ = signs
    plane = wiring.data_plane(ctx, Settings(), kind="library", version=result.version.version, writer=None)
    row = {"photo": base64.b64encode(images[0]).decode(), "note": "seen near road", "size": 4.0, "vec": [0.0] * 5}
    answer = plane.answer([row, row | {"photo": images[0]}, row | {"photo": None}])
    first, same, missing = answer.probabilities
    assert (first == same).all()
    assert answer.predictions[2].flags[0] == "missing:photo"
    assert np.isfinite(missing).all()
    for bad in (
        "files/0.png",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://localhost/x.png",
        "data:image/png,abc",
        3,
        ["x"],
    ):
        with pytest.raises(InvalidInput, match="CW272 row 0: 'photo'"):
            plane.answer([row | {"photo": bad}])
    with pytest.raises(InvalidInput, match=r"(?s)CW272 row 1: 'photo'.*cut short"):
        plane.answer([row, row | {"photo": base64.b64encode(images[0][:200]).decode()}])
    for bad in ([0.0] * 4, [0.0] * 4 + [float("nan")], [0.0] * 4 + ["x"], "x", [0.0] * 4 + [1e300], [0.0] * 4 + [True]):
        with pytest.raises(InvalidInput, match="CW273 row 0: 'vec'"):
            plane.answer([row | {"vec": bad}])
    assert plane.answer([row | {"vec": {"encoder": "toy-1", "vector": [0.0] * 5}}]).probabilities[0] == pytest.approx(
        first
    )
    with pytest.raises(InvalidInput, match="CW274 row 0: 'vec'"):
        plane.answer([row | {"vec": {"encoder": "toy-2", "vector": [0.0] * 5}}])


def test_the_log_keeps_the_hash_of_an_image_and_the_numbers_of_a_vector(signs: Any) -> None:
    ctx, result, images, _ = signs
    writer = wiring.open_writer(ctx, Settings())
    plane = wiring.data_plane(ctx, Settings(), kind="library", version=result.version.version, writer=writer)
    row = {"photo": base64.b64encode(images[0]).decode(), "vec": [1.0] * 5}
    answered = plane.answer([row])
    ids = [answered.predictions[0].id]
    kept = json.loads(ctx.log.predictions(ids=ids)["features"][0])
    assert kept["photo"]["n_bytes"] == len(images[0])
    assert len(kept["photo"]["sha256"]) == 64
    assert kept["vec"] == [1.0] * 5


def test_files_are_scored_by_paths_beside_them_and_a_bad_image_stops_the_whole(signs: Any, tmp_path: Path) -> None:
    ctx, result, _, folder = signs
    plane = wiring.data_plane(ctx, Settings(), kind="batch", version=result.version.version, writer=None)
    source, target = folder / "signs" / "table.parquet", tmp_path / "out.parquet"
    scored = predict_file(
        plane, wiring.table_stream(), str(source), str(target), id_column=None, batch_rows=40, tell=lambda *_: None
    )
    assert scored.n_rows == N
    truth = pl.read_parquet(source)["sign"]
    assert (pl.read_parquet(target)["label"] == truth).mean() >= 0.9
    bad = pl.read_parquet(source).with_columns(
        photo=pl.when(pl.int_range(pl.len()) == 50).then(pl.lit("files/gone.png")).otherwise("photo")
    )
    bad.write_parquet(folder / "signs" / "bad.parquet")
    with pytest.raises(DataError, match=r"CW271.*row 51 \(photo\): no such file"):
        predict_file(
            plane, wiring.table_stream(), str(folder / "signs" / "bad.parquet"), str(tmp_path / "no.csv"),
            id_column=None, batch_rows=40, tell=lambda *_: None,
        )  # fmt: skip
    assert not (tmp_path / "no.csv").exists()


def test_a_simulator_sends_the_images_themselves(signs: Any) -> None:
    ctx, _, images, _ = signs
    rows, _ = labelled_rows(ctx, ctx.task.train)
    assert rows[0]["photo"] == images[0]


def test_versions_over_images_can_be_compared(signs: Any) -> None:
    ctx, result, _, folder = signs
    text = (folder / "classward.toml").read_text()
    (folder / "classward.toml").write_text(text.replace('table.parquet"', 'table.parquet"\ntest_share = 0.3'))
    try:
        other = trained(opened(folder, 2))
        assert other.version.version == 2
        assert compare(ctx, result.version.version, 2).n_rows > 0
    finally:
        (folder / "classward.toml").write_text(text)


def test_a_version_over_images_can_be_made_again(signs: Any) -> None:
    ctx, result, _, _ = signs
    again = reproduce(ctx, result.version.version, n_threads=1, tell=lambda stage, what: None)
    assert again.members
    assert all(member.is_same for member in again.members if "lightgbm" not in member.title)


def test_few_unreadable_images_are_left_out_and_listed_many_are_refused(tmp_path: Path) -> None:
    write_project(tmp_path, with_vectors=False)
    files = tmp_path / "signs" / "files"
    (files / "3.png").write_bytes(b"")
    (files / "7.png").write_bytes((files / "7.png").read_bytes()[:150])
    (files / "9.png").unlink()
    data = take_snapshot(opened(tmp_path), lambda *_: None)
    assert data.table.height == N - 3
    (note,) = (n for n in data.split.notes if "left out" in n)
    assert "row 4 (photo): an empty file; row 8 (photo): cut short" in note
    assert "row 10 (photo): no such file" in note
    for i in range(20, 24):
        (files / f"{i}.png").write_bytes(b"GIF89a nothing")
    with pytest.raises(DataError, match=r"CW271.*7 images cannot be read"):
        take_snapshot(opened(tmp_path), lambda *_: None)


def test_init_finds_paths_that_exist_bytes_base64_and_vectors(tmp_path: Path) -> None:
    write_project(tmp_path, with_vectors=False)
    ctx = opened(tmp_path)
    source = DataSource(location="signs/table.csv")
    begun = init(ctx.tables, source, None, Asked(label="sign"), name="signs")
    assert 'photo = "image"' in begun.text
    images, kinds = drawings(60, seed=4)
    other = pl.DataFrame(
        {
            "raw": images,
            "coded": [base64.b64encode(data).decode() for data in images],
            "gone": [f"away/{i}.jpg" for i in range(60)],
            "vec": [[float(i), 1.0, 2.0] for i in range(60)],
            "ragged": [[1.0] * (1 + i % 2) for i in range(60)],
            "sign": kinds,
        }
    )
    other.write_parquet(tmp_path / "signs" / "other.parquet")
    begun = init(ctx.tables, DataSource(location="signs/other.parquet"), None, Asked(label="sign"), name="signs")
    assert 'raw   = "image"' in begun.text
    assert 'coded = "image"' in begun.text
    assert 'vec   = { kind = "vector", length = 3 }' in begun.text
    left_out = {item.column: item.reason for item in begun.looks.left_out}
    assert "no such file" in left_out["gone"]
    assert "ragged" in left_out


def test_vectors_of_another_encoder_or_length_are_refused(tmp_path: Path) -> None:
    write_project(tmp_path)
    path = tmp_path / "signs" / "table.parquet"
    table = pl.read_parquet(path)

    def with_vec(values: list[Any]) -> None:
        table.with_columns(vec=pl.Series(values, strict=False)).write_parquet(path)

    lists = table["vec"].to_list()
    for wrong in ([1.0], [1.0, None, 1.0, 1.0, 1.0], [float("inf")] * 5):
        with_vec([*lists[:6], wrong, *lists[7:]])
        with pytest.raises(DataError, match="CW273 column 'vec': row 7 "):
            take_snapshot(opened(tmp_path), lambda *_: None)
    with_vec([{"encoder": "toy-1" if i else "toy-2", "vector": v} for i, v in enumerate(lists)])
    with pytest.raises(DataError, match="CW274 column 'vec': row 1 "):
        take_snapshot(opened(tmp_path), lambda *_: None)
    with_vec([{"encoder": "toy-1", "vector": v} for v in lists])
    assert take_snapshot(opened(tmp_path), lambda *_: None).table.height == N


def test_a_vector_without_a_length_is_a_mistake_of_the_task_file(tmp_path: Path) -> None:
    write_project(tmp_path)
    file = tmp_path / "classward.toml"
    file.write_text(file.read_text().replace(", length = 5", ""))
    with pytest.raises(ClasswardError, match=r"CW105.*line 11.*'vec' has no length"):
        wiring.load_task(file)
