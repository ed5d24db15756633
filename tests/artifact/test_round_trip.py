"""What was trained is what answers, bit for bit, and equal content has an equal hash."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.artifact.read import read_bundle, read_extra, verify_bundle
from classward.artifact.write import check_equal, write_bundle
from classward.domain import LabelSpace
from classward.errors import ArtifactError
from classward.inference import (
    CategoryPart,
    Columns,
    Featuriser,
    FittedModel,
    Identity,
    LinearScorer,
    Model,
    Temperature,
)

NewFolder = Callable[[], Path]


@pytest.mark.parametrize(
    "name", ["linear", "linear, vector scaling", "trees", "trees, temperature", "forest", "network", "kernel", "blend"]
)
def test_restored_models_answer_bit_for_bit(
    name: str, models: dict[str, Model], columns: Columns, new_folder: NewFolder
) -> None:
    model, folder = models[name], new_folder()
    bundle = read_bundle(folder, expected_hash=write_bundle(folder, model, extras={}))
    n = len(columns["age"])
    np.testing.assert_array_equal(bundle.model.predict_proba(columns, n).matrix, model.predict_proba(columns, n).matrix)
    assert bundle.model.schema == model.schema
    assert bundle.model.label_space == model.label_space
    assert bundle.model.family == model.family
    assert bundle.model.unseen(columns, n) == model.unseen(columns, n)
    check_equal(model, bundle.model, columns=columns, n=n)


def test_writing_a_restored_model_again_gives_the_same_hash(models: dict[str, Model], new_folder: NewFolder) -> None:
    for model in models.values():
        first, second = new_folder(), new_folder()
        first_hash = write_bundle(first, model, extras={"a": b"1"})
        restored = read_bundle(first, expected_hash=first_hash).model
        assert write_bundle(second, restored, extras={"a": b"1"}) == first_hash


def test_the_hash_tells_models_and_extras_apart(models: dict[str, Model], new_folder: NewFolder) -> None:
    hashes = [write_bundle(new_folder(), model, extras={}) for model in models.values()]
    hashes += [write_bundle(new_folder(), models["linear"], extras={"a": b"1"})]
    hashes += [write_bundle(new_folder(), models["linear"], extras={"a": b"2"})]
    hashes += [write_bundle(new_folder(), models["linear"], extras={"b": b"1"})]
    assert len(set(hashes)) == len(hashes)


def test_extras_are_listed_and_read(bundle: tuple[Path, str]) -> None:
    folder, bundle_hash = bundle
    assert read_bundle(folder, expected_hash=bundle_hash).extras == ("card.md", "report.json")
    assert read_extra(folder, "report.json", expected_hash=bundle_hash) == b'{"n":1}'
    verify_bundle(folder, expected_hash=bundle_hash)
    with pytest.raises(ArtifactError, match=r"CW507(.|\n)*card.md, report.json"):
        read_extra(folder, "nothing.json", expected_hash=bundle_hash)


def test_arrays_are_views_of_the_files_and_cannot_be_written(bundle: tuple[Path, str]) -> None:
    scorer = read_bundle(bundle[0], expected_hash=bundle[1]).model.scorer
    assert isinstance(scorer, LinearScorer)
    assert not scorer.weights.flags.owndata
    assert type(scorer.weights) is np.ndarray
    with pytest.raises(ValueError, match="read-only"):
        scorer.weights[0, 0] = 1.0


def test_no_pickle_and_no_library_version_in_the_bundle(bundle: tuple[Path, str]) -> None:
    folder, _ = bundle
    assert {p.suffix for p in folder.rglob("*") if p.is_file()} <= {".json", ".npy", ".md"}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest) == {"format_version", "family", "schema", "label_space", "model", "files"}
    assert str(np.__version__) not in json.dumps(manifest)


TEXTS = st.lists(st.text(st.characters(codec="utf-8"), max_size=8), unique=True, max_size=90)


@settings(deadline=None, max_examples=25)
@given(categories=TEXTS, temperature=st.floats(1e-6, 1e6), seed=st.integers(0, 999))
def test_any_categories_and_numbers_survive(
    tmp_path_factory: pytest.TempPathFactory, categories: list[str], temperature: float, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    part = CategoryPart(column="c", categories=tuple(categories), grouped=("a grouped category",))
    model = FittedModel(
        schema=_schema_of_one(),
        label_space=LabelSpace.of(["x", "y", "z"]),
        featuriser=Featuriser(categories=(part,)),
        scorer=LinearScorer(
            mean=np.zeros(0), scale=np.ones(0),
            weights=rng.normal(size=(part.n_columns, 3)).astype(np.float32), intercept=rng.normal(size=3),
        ),
        calibrator=Temperature(temperature=temperature),
        family="linear",
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("bundle")
    restored = read_bundle(folder, expected_hash=write_bundle(folder, model, extras={})).model
    assert restored.featuriser == model.featuriser
    assert restored.calibrator == model.calibrator
    values = {"c": [*categories, None, "unseen value"]}
    np.testing.assert_array_equal(
        restored.predict_proba(values, len(values["c"])).matrix, model.predict_proba(values, len(values["c"])).matrix
    )


def _schema_of_one():  # type: ignore[no-untyped-def]
    from classward.domain import Feature, InputSchema

    return InputSchema(features=(Feature(name="c", kind="categorical"),))


def test_check_equal_tells_how_many_rows_moved(model: FittedModel, columns: Columns) -> None:
    assert isinstance(model.scorer, LinearScorer)
    bent = replace(model, scorer=replace(model.scorer, intercept=model.scorer.intercept + np.array([9.0, 0, 0, 0])))
    with pytest.raises(ArtifactError, match=r"CW506(.|\n)*golden rows change class"):
        check_equal(model, bent, columns=columns, n=200)


def test_check_equal_sees_a_small_change_of_probability_and_of_meaning(model: FittedModel, columns: Columns) -> None:
    hot = replace(model, calibrator=Identity())
    with pytest.raises(ArtifactError, match="CW506"):
        check_equal(model, hot, columns=columns, n=200)
    renamed = LabelSpace(classes=tuple(replace(c, definition="other") for c in model.label_space.classes), version=3)
    with pytest.raises(ArtifactError, match="CW506"):
        check_equal(model, replace(model, label_space=renamed), columns=columns, n=200)


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".hidden", "/etc/passwd", "a b", "x" * 300])
def test_extras_cannot_lead_elsewhere(name: str, model: FittedModel, new_folder: NewFolder) -> None:
    folder = new_folder()
    with pytest.raises(ArtifactError, match="CW508"):
        write_bundle(folder, model, extras={name: b""})
    assert list(folder.iterdir()) == []


def test_a_folder_with_something_in_it_is_refused(model: FittedModel, new_folder: NewFolder) -> None:
    folder = new_folder()
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ArtifactError, match="CW508"):
        write_bundle(folder, model, extras={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreign:
    n_classes: int = 4


def test_what_a_bundle_cannot_hold_is_refused(model: FittedModel, new_folder: NewFolder) -> None:
    assert isinstance(model.scorer, LinearScorer)
    with pytest.raises(ArtifactError, match=r"CW508(.|\n)*Foreign"):
        write_bundle(new_folder(), replace(model, calibrator=Foreign()), extras={})  # type: ignore[arg-type]
    odd = replace(model.scorer, intercept=model.scorer.intercept.astype(object))
    with pytest.raises(ArtifactError, match=r"CW508(.|\n)*object"):
        write_bundle(new_folder(), replace(model, scorer=odd), extras={})
