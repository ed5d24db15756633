"""A canary answers its share of rows, keeps everybody's answer in place, and never costs a caller theirs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from serving_fakes import CLASSES, CountingIds, FileWriter, KeywordModel, SystemClock

from classward.domain import Deployment, LabelSpace, Route
from classward.errors import InvalidInput
from classward.flows.predict import LoadedVersion
from classward.flows.split import Candidate, SplitPlane
from classward.lifecycle.predict import choose_route

ROWS = [{"text": f"{name} please"} for name in (*CLASSES, *CLASSES)]


def loaded(version: int, role: str, model: Any) -> LoadedVersion:
    return LoadedVersion(version=version, bundle_hash=f"b{version}", route=role, model=model)


def deployment(role: str, weight: float) -> Deployment:
    live = Route(role="live", version=1, bundle_hash="b1")
    other = Route(role=role, version=2, bundle_hash="b2", weight=weight)
    return Deployment(
        task="tickets", routes=(live, other), since=datetime(2026, 3, 2, tzinfo=UTC), event_seq=9, actor="a", why="w",
        drawn_by=4,
    )  # fmt: skip


@pytest.fixture
def plane(tmp_path: Path) -> Any:
    failures: list[str] = []
    made: Any = SplitPlane(
        task="tickets", clock=SystemClock(), ids=CountingIds(), writer=FileWriter(tmp_path / "log"),
        failed=lambda version, error: failures.append(f"{version.version}: {type(error).__name__}"),
    )  # fmt: skip
    made.current, made.failures = loaded(1, "live", KeywordModel()), failures
    return made


def with_candidate(plane: Any, model: Any, *, role: str = "canary", weight: float = 0.5) -> Deployment:
    routes = deployment(role, weight)
    plane.candidate = Candidate(loaded=loaded(2, role, model), deployment=routes)
    return routes


def test_rows_go_by_key_and_come_back_in_order(plane: Any) -> None:
    routes = with_candidate(plane, KeywordModel(CLASSES[::-1]))
    keys = [f"customer {i}" for i in range(len(ROWS))]
    done = plane.decide(ROWS, keys=keys)
    answer = done.answer
    wanted = [choose_route(routes, key).version for key in keys]
    assert set(wanted) == {1, 2}
    assert [row.version for row in answer.predictions] == wanted
    assert [row.label for row in answer.predictions] == [row["text"].split()[0] for row in ROWS]
    assert [("canary" in row.flags) for row in answer.predictions] == [version == 2 for version in wanted]
    best = [answer.class_names[i] for i in np.argmax(answer.probabilities, axis=1)]
    assert best == [row.label for row in answer.predictions], "probabilities stand in one order of classes"
    assert sorted(p.version for p in done.batch) == sorted(wanted)
    assert {(p.version, p.route) for p in done.batch} == {(1, "live"), (2, "canary")}
    assert sorted(i for part in answer.parts for i in part.places) == list(range(len(ROWS)))


class Renamed(KeywordModel):
    """Calls the first class ``dispute``, and has it last; it is the same class."""

    def __init__(self) -> None:
        super().__init__((*CLASSES[1:], CLASSES[0]))
        self.by_keyword = self.label_space
        last = replace(self.by_keyword.classes[-1], name="dispute")
        self.label_space = LabelSpace(classes=(*self.by_keyword.classes[:-1], last), version=2)

    def predict_proba(self, columns: Any, n: int) -> Any:
        named, self.label_space = self.label_space, self.by_keyword
        said = super().predict_proba(columns, n)
        self.label_space = named
        return replace(said, label_space=named)


@pytest.mark.parametrize("weight", [0.5, 1.0])
def test_while_a_class_is_called_otherwise_callers_get_the_name_they_know(plane: Any, weight: float) -> None:
    model = Renamed()
    candidate = loaded(2, "canary", model)
    plane.candidate = Candidate(loaded=candidate, deployment=deployment("canary", weight))
    done = plane.decide(ROWS, keys=[f"customer {i}" for i in range(len(ROWS))], top_k=2)
    answer = done.answer
    assert 2 in {row.version for row in answer.predictions}
    assert answer.class_names == CLASSES
    assert [row.label for row in answer.predictions] == [row["text"].split()[0] for row in ROWS]
    assert {name for row in answer.predictions for name, _ in row.top} <= set(CLASSES)
    assert [answer.class_names[i] for i in np.argmax(answer.probabilities, axis=1)] == [
        r.label for r in answer.predictions
    ]
    assert answer.label_space_hash == plane.current.label_space_hash
    theirs = [p for p in done.batch if p.version == 2]
    assert {p.label_space_hash for p in theirs} == {candidate.label_space_hash}, (
        "records keep the names of who answered"
    )
    assert {p.label for p in theirs} <= set(model.label_space.names)
    part = next(part for part in answer.parts if part.version == 2)
    assert part.class_names == candidate.class_names
    assert plane.failures == []


def test_a_row_without_a_key_goes_by_its_id(plane: Any) -> None:
    routes = with_candidate(plane, KeywordModel())
    ids = [f"row {i}" for i in range(len(ROWS))]
    answer = plane.decide(ROWS, ids=ids).answer
    assert [row.version for row in answer.predictions] == [choose_route(routes, one).version for one in ids]


def test_who_saw_it_at_five_percent_sees_it_at_twenty_five(plane: Any) -> None:
    small, large = deployment("canary", 0.05), replace(deployment("canary", 0.25), event_seq=30)
    keys = [f"customer {i}" for i in range(2000)]
    first = {k for k in keys if choose_route(small, k).version == 2}
    assert 50 < len(first) < 160
    assert first < {k for k in keys if choose_route(large, k).version == 2}


class Broken(KeywordModel):
    def predict_proba(self, columns: Any, n: int) -> Any:
        raise ZeroDivisionError("one in a thousand")


def test_a_candidate_that_crashes_costs_nobody_an_answer(plane: Any) -> None:
    with_candidate(plane, Broken(), weight=1.0)
    answer = plane.decide(ROWS).answer
    assert {row.version for row in answer.predictions} == {1}
    assert plane.failures == ["2: ZeroDivisionError"]
    assert "canary" not in answer.predictions[0].flags


def test_bad_input_is_the_callers_and_names_its_row(plane: Any) -> None:
    with_candidate(plane, KeywordModel())
    rows: list[dict[str, object]] = [*ROWS[:5], {"text": 5}]
    with pytest.raises(InvalidInput, match="row 5"):
        plane.decide(rows, keys=[f"customer {i}" for i in range(6)])
    assert plane.failures == []
    with pytest.raises(InvalidInput, match="CW408"):
        plane.decide(ROWS, ids=["one"])


def test_shadow_answers_nobody(plane: Any) -> None:
    with_candidate(plane, Broken(), role="shadow", weight=1.0)
    assert {row.version for row in plane.decide(ROWS).answer.predictions} == {1}
    assert plane.failures == []
