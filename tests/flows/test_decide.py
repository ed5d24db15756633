"""From the task's policy to answers that follow it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from classward_project import WORDS, Project, tickets

from classward import wiring
from classward.domain import SLO, DecisionPolicy, LabelSpace
from classward.errors import UnknownClass
from classward.flows import decide
from classward.flows.decide import make_rule
from classward.flows.deploy import ensure_live
from classward.flows.status import status
from classward.flows.train import train
from classward.inference import Decider, Proba

SPACE = LabelSpace.of(["billing", "refund", "security"], critical=["security"])


def rows(n: int = 1500, seed: int = 0) -> tuple[Proba, np.ndarray]:
    rng = np.random.default_rng(seed)
    logits = rng.normal(loc=[1.0, 0.5, -1.0], scale=2.0, size=(n, 3))
    matrix = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return Proba(matrix, SPACE), (matrix.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1)


def made(policy: DecisionPolicy, slos: tuple[SLO, ...] = ()) -> Any:
    proba, y = rows()
    return make_rule(
        policy, slos, SPACE.critical, proba=proba, y_index=y, fold=np.arange(len(y)) % 5, basis="b",
        rng=np.random.default_rng(0),
    )  # fmt: skip


def test_nothing_asked_changes_no_answer_but_gives_sets() -> None:
    done = made(DecisionPolicy())
    assert done.rule.is_plain
    assert [one.alpha for one in done.rule.sets] == [0.1]
    assert len(done.remarks) == 1


def test_costs_move_answers_towards_what_must_not_be_missed() -> None:
    done = made(DecisionPolicy(costs=(("security", "billing", 20.0), ("security", "refund", 20.0))))
    proba, y = rows(seed=1)
    decided = Decider(done.rule, SPACE).decide(proba).predicted
    plain = proba.matrix.argmax(axis=1)
    is_security = y == 2
    assert (decided[is_security] == 2).mean() > (plain[is_security] == 2).mean() + 0.2


def test_leaning_towards_rare_classes_is_tried_with_one_fold_too() -> None:
    proba, y = rows()
    one_fold = make_rule(
        DecisionPolicy(corrects_prior=True), (), (), proba=proba, y_index=y, fold=np.zeros(len(y), np.int64), basis="b",
        rng=np.random.default_rng(0),
    )  # fmt: skip
    assert len(one_fold.remarks) == len(made(DecisionPolicy(corrects_prior=True)).remarks) == 2


def test_an_accuracy_is_promised_by_abstaining_and_holds_on_new_rows() -> None:
    done = made(DecisionPolicy(accuracy=0.85))
    proba, y = rows(seed=1)
    decided = Decider(done.rule, SPACE).decide(proba)
    answered = ~decided.is_abstained
    assert 0.2 < answered.mean() < 0.95
    assert (decided.predicted[answered] == y[answered]).mean() > 0.85
    assert any("0.85" in r or "85" in r for r in done.remarks), done.remarks


def test_promises_get_thresholds_that_hold_on_new_rows() -> None:
    slo = SLO(indicator="recall", class_name="security", target=0.8)
    done = made(DecisionPolicy(keeps_promises=True), (slo,))
    proba, y = rows(seed=1)
    decided = Decider(done.rule, SPACE).decide(proba)
    assert [cut.class_index for cut in done.rule.claims] == [2]
    assert (decided.predicted[y == 2] == 2).mean() > 0.8


def test_costs_of_classes_that_do_not_exist_are_refused() -> None:
    with pytest.raises(UnknownClass, match="CW301"):
        made(DecisionPolicy(costs=(("securty", "billing", 2.0),)))


def test_rows_left_to_a_person_are_no_answer_of_any_class(project: Project) -> None:
    text = project.task_file.read_text(encoding="utf-8")
    project.task_file.write_text(text + "\n[decision]\nabstain_cost = 0.1\n", encoding="utf-8")
    ctx = project.open()
    train(ctx, budget_s=5, n_threads=1, tell=lambda stage, what: None)
    ensure_live(ctx)
    writer = wiring.open_writer(ctx, project.settings)
    plane = wiring.data_plane(ctx, project.settings, kind="library", writer=writer)
    unclear = {"text": " ".join(word for words in WORDS.values() for word in words)}
    answer = plane.answer([unclear, *tickets(60, seed=3).drop("team").to_dicts()], top_k=3)
    writer.close()
    left = [p for p in answer.predictions if "abstained" in p.flags]
    kept = [p for p in answer.predictions if "abstained" not in p.flags]
    assert left
    assert kept
    assert {(p.label, p.path) for p in left} == {("(abstained)", "abstain:cost")}
    assert all(p.top[0][1] <= 0.9 for p in left)
    assert {p.path for p in kept} == {"model"}
    assert all(p.top[0] == (p.label, p.probability) for p in kept)
    now = status(ctx, now=project.clock.now())
    assert sum(c.n_predicted for c in now.classes) == len(kept)


def test_nothing_is_proved_on_rows_that_another_part_of_the_rule_was_chosen_by(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, tuple[int, ...]] = {}

    def watched(name: str, plain: Any) -> Any:
        def choose(proba: Proba, y: np.ndarray, *given: Any, **kw: Any) -> Any:
            # a prior gets its rows alone; what is in them is told by their probabilities
            own = proba.matrix if name == "choose_prior" else proba.matrix[kw["rows"]]
            seen[name] = tuple(np.unique(own[:, 0]))
            return plain(proba, y, *given, **kw)

        return choose

    for name in ("choose_prior", "choose_thresholds", "choose_abstention"):
        monkeypatch.setattr(decide, name, watched(name, getattr(decide, name)))
    slo = SLO(indicator="recall", class_name="security", target=0.8)
    made(DecisionPolicy(corrects_prior=True, keeps_promises=True, accuracy=0.85), (slo,))
    assert [len(own) for own in seen.values()] == [500, 500, 500]
    assert len({value for own in seen.values() for value in own}) == 1500
    made(DecisionPolicy(keeps_promises=True), (slo,))
    assert len(seen["choose_thresholds"]) == 1500
