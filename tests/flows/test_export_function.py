"""An exported folder answers by itself, with nothing but NumPy beside it, as the version does."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from classward import wiring
from classward.artifact.write import write_bundle
from classward.domain import Feature, InputSchema, LabelSpace, ModelVersion
from classward.errors import ArtifactError, ClasswardError, UsageError
from classward.flows.export_function import export_function
from classward.flows.register import append_version
from classward.inference import CategoryPart, Featuriser, FittedModel, Identity, LinearScorer, NumericPart, TextPart

NAME = 'tea """ {x} \\ party'
TASK = f"""
[task]
name = {json.dumps(NAME)}
label = "team"
[data]
train = "none.csv"
[features]
text = {{ kind = "text", required = true }}
"""


def model() -> FittedModel:
    rng = np.random.default_rng(0)
    text = TextPart(
        column="text",
        words=("late", "tea"),
        grams=(),
        word_idf=np.ones(2, np.float32),
        gram_idf=np.zeros(0, np.float32),
        low=1,
        high=1,
    )
    featuriser = Featuriser(
        dense=(NumericPart(columns=("size",)),),
        categories=(CategoryPart(column="kind", categories=("a", "b")),),
        texts=(text,),
    )
    scorer = LinearScorer(
        mean=np.zeros(1),
        scale=np.ones(1),
        weights=rng.normal(size=(featuriser.n_columns, 3)).astype(np.float32),
        intercept=np.zeros(3),
    )
    features = (
        Feature(name="size", kind="numeric"),
        Feature(name="kind", kind="categorical"),
        Feature(name="text", kind="text", is_required=True),
    )
    return FittedModel(
        schema=InputSchema(features=features),
        label_space=LabelSpace.of(["x", "y", "z"]),
        featuriser=featuriser,
        scorer=scorer,
        calibrator=Identity(),
        family="linear",
    )


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory):
    place = tmp_path_factory.mktemp("export")
    (place / "classward.toml").write_text(TASK)
    ctx = wiring.open_context(place / "classward.toml", wiring.read_settings({}))
    folder = ctx.artifacts.workdir()
    write_bundle(folder, model(), extras={})
    version, _ = append_version(
        ctx,
        ModelVersion(
            task=ctx.task.name,
            version=0,
            bundle_hash=ctx.artifacts.put(folder),
            task_hash="",
            dataset_hash="",
            label_space_hash="",
            schema_hash="",
            plan_hash="",
            registered_at=ctx.clock.now(),
            registered_by="a",
            code_version="",
        ),
    )
    made = export_function(ctx, version, place / "function", kind="serverless")
    return ctx, version, made


@pytest.fixture(scope="module")
def alone(exported, tmp_path_factory: pytest.TempPathFactory):
    """Run Python with the folder and NumPy on the path, and nothing else."""
    only = tmp_path_factory.mktemp("only")
    for name in ("numpy", "numpy.libs"):
        found = Path(np.__file__).parents[1] / name
        if found.is_dir():
            (only / name).symlink_to(found)
    folder = exported[2].folder

    def run(code: str, text: str = "") -> str:
        begin = f"import sys; sys.path[:0] = [{folder!r}, {str(only)!r}]\n"
        done = subprocess.run(
            [sys.executable, "-I", "-S", "-c", begin + code], input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_folder_needs_numpy_alone_and_answers_as_the_version(exported, alone) -> None:
    ctx, version, made = exported
    assert [pin.partition("==")[0] for pin in made.needs] == ["numpy"]
    rows = [
        {"size": 1.5, "kind": "b", "text": "tea is late"},
        {"text": "nothing"},
        {"size": -3, "kind": "new", "text": "tea tea"},
    ]
    bodies = [
        json.dumps({"rows": rows, "all": True}),
        "{",
        '{"rows":[{"text":5}]}',
        '{"rows":[],"rows":[]}',
        "",
        '{"rows":[{"text":"tea"}]}',
    ]
    said = alone(
        f"import runpy; runpy.run_path({made.folder + '/handler.py'!r}, run_name='__main__')", "\n".join(bodies)
    )
    first, *rest = map(json.loads, said.splitlines())
    columns = {name: [row.get(name) for row in rows] for name in ("size", "kind", "text")}
    expected = wiring.load_model(ctx, version.bundle_hash).predict_proba(columns, 3).matrix
    np.testing.assert_array_equal([row["probabilities"] for row in first["predictions"]], expected)
    assert [row["flags"] for row in first["predictions"]] == [
        ["unlogged"],
        ["missing:size", "missing:kind", "unlogged"],
        ["unseen:kind", "unlogged"],
    ]
    assert [answer.get("code") for answer in rest] == ["CW410", "CW403", "CW409", None]


def test_a_cold_start_loads_what_it_uses_and_no_more(alone) -> None:
    said = alone(
        'import handler, json, sys; handler.answer({"rows": [{"text": "tea"}]}); print(json.dumps(sorted(sys.modules)))'
    )
    loaded = set(json.loads(said))
    assert {"classward.domain.label_space", "classward.inference.linear", "classward.statistics"} <= loaded
    unwanted = {"classward.domain.analysis", "classward.domain.answers",
                "classward.statistics.two_samples", "classward.ports.stores", "numpy.ma"}  # fmt: skip
    assert loaded & unwanted == set()


def test_compiled_code_survives_a_copy_with_other_times(exported, tmp_path) -> None:
    folder = shutil.copytree(exported[2].folder, tmp_path / "copy", copy_function=shutil.copyfile)
    compiled = sorted((folder / "classward").rglob("*.pyc"))
    sources = sorted((folder / "classward").rglob("*.py"))
    assert len(compiled) == len(sources) > 50
    assert all(int.from_bytes(file.read_bytes()[4:8], "little") == 3 for file in compiled)  # PEP 552: by hash, checked
    assert str(exported[2].folder).encode() not in b"".join(file.read_bytes() for file in compiled)


def test_events_of_a_cloud_are_answered(alone) -> None:
    body = '{"rows":[{"text":"tea"}]}'
    events = [
        {"body": body},
        {"body": base64.b64encode(body.encode()).decode(), "isBase64Encoded": True},
        json.loads(body),
        {"body": None},
        {"body": "[1]"},
        {"body": '{"rows":[{"nope":1}]}'},
        {"body": "!", "isBase64Encoded": True},
        {"body": '{"rowz":1}'},
    ]
    said = alone(f"import handler, json\nfor event in {events!r}: print(json.dumps(handler.handler(event, None)))")
    answers = [json.loads(line) for line in said.splitlines()]
    assert [a.get("statusCode") for a in answers] == [200, 200, None, 400, 422, 422, 400, 422]
    assert json.loads(answers[0]["body"])["predictions"][0]["label"] == answers[2]["predictions"][0]["label"]
    assert answers[0]["headers"] == {"content-type": "application/json"}


def test_a_changed_bundle_is_not_loaded(exported, alone) -> None:
    array = next((Path(exported[2].folder) / "bundle" / "arrays").glob("*weights*"))
    original = array.read_bytes()
    array.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    try:
        assert "CW502" in alone("try:\n import handler\nexcept Exception as error: print(error)")
    finally:
        array.write_bytes(original)


def test_nothing_is_overwritten_and_what_failed_leaves_nothing(exported, tmp_path, monkeypatch) -> None:
    ctx, version, made = exported
    with pytest.raises(UsageError, match="CW524"):
        export_function(ctx, version, Path(made.folder), kind="edge")
    monkeypatch.setattr("classward.flows.export_function._FILES", ("__init__.py",))
    with pytest.raises(ArtifactError, match="CW525"):
        export_function(ctx, version, tmp_path / "new", kind="edge")
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"rows": 5},
        {"rows": []},
        {"rows": [5]},
        {"rows": [{}], "top_k": 0},
        {"rows": [{}], "top_k": True},
        {"rows": [{}], "all": 1},
        {"rows": [{}], "ids": [1]},
        {"rows": [{"text": "a"}], "ids": []},
        {"rows": [{}], "keys": "a"},
        {"rows": [{"text": "a"}], "sets": True},
    ],
)
def test_bodies_of_another_shape_are_refused(exported, body) -> None:
    from classward.flows.function import Function

    ctx, version, made = exported
    function = Function(
        Path(made.folder) / "bundle", version.bundle_hash, task="t", version=1, clock=ctx.clock, ids=ctx.ids
    )
    with pytest.raises(ClasswardError, match="CW"):
        function.answer(body)
