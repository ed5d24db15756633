"""The whole analysis: advice names what was planted, the page shows it, and JSON brings it back."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from ticket_answers import NAMES, answers, measured

from classward.domain import Candidate, ClassAttributions, Costs, Feature, LabelSpace, Measure, Recipe, Report
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate import HeldOut, analyse, report_from_json, report_html, report_json

FEATURES = (Feature(name="device", kind="categorical"), Feature(name="text", kind="text"))
COSTS = Costs.named(LabelSpace.of(NAMES), [("security", "billing", 30.0)])

LINEAR = Recipe(family="linear", params=(("c", 1.0), ("solver", "svc"), ("steps", 3)))


def made(n: int = 2400, *, spoil: str = "", **more: object) -> Report:
    proba, y = answers(n)
    rng = np.random.default_rng(1)
    device = rng.choice(["web", "phone"], n, p=[0.7, 0.3])
    matrix = proba.matrix.copy()
    if spoil == "phone":
        matrix[device == "phone"] = np.roll(matrix[device == "phone"], 1, axis=1)
    if spoil == "security":
        hurt = y == NAMES.index("security")
        matrix[hurt] = np.roll(np.eye(6)[y[hurt]], -1, axis=1)
    if spoil == "legal":
        hurt = (y == NAMES.index("billing")) & (np.arange(n) % 2 == 0)
        matrix[hurt] = np.roll(np.eye(6)[y[hurt]], NAMES.index("legal") - NAMES.index("billing"), axis=1)
    if spoil == "sure":
        matrix = 0.99 * np.eye(6)[matrix.argmax(axis=1)] + 0.01 * matrix
    space = LabelSpace.of(NAMES, critical=["security"], sensitive=["legal"])
    text = [f"{NAMES[k]} word{w}" for k, w in zip(y, rng.integers(0, 9, n), strict=True)]
    held = HeldOut(Proba(matrix, space), y, {"device": [str(d) for d in device], "text": text}, FEATURES)
    checks = more.pop("checks", ())
    report = measured(held.proba, y, checks=checks)
    return analyse(report, held, rng=np.random.default_rng(0), **({"costs": COSTS} | more))  # type: ignore[arg-type]


def advice(report: Report) -> dict[str, str]:
    assert report.analysis is not None
    first = reversed(report.analysis.advice)
    return {a.kind: f"{a.urgency} {a.about}: {a.do} ({a.because})" for a in first}


def test_a_hurt_slice_is_advised_upon() -> None:
    assert "device: phone" in advice(made(spoil="phone"))["slice"]
    assert "slice" not in advice(made())


def test_a_critical_class_that_is_missed_is_urgent_and_few_rows_call_for_more() -> None:
    report = made(spoil="security")
    assert advice(report)["recall"].startswith("1 security: Rows are not lacking")
    assert report.analysis is not None
    said = [a.do for a in report.analysis.advice if a.about == "legal"]
    assert any(text.startswith("Collect more rows of legal, or weight it up") for text in said)


def test_false_alarms_of_a_sensitive_class_call_for_its_threshold_and_name_what_overlaps() -> None:
    said = advice(made(spoil="legal"))["precision"]
    assert said.startswith("1 legal: Raise the threshold of legal and measure the recall it costs")
    assert "it overlaps with billing (" in said


def test_confident_errors_call_for_recalibration() -> None:
    said = advice(made(spoil="sure"))
    assert "Recalibrate" in said["confident errors"]
    assert "confident errors" not in advice(made())
    assert "calibration" not in said


def test_checks_that_did_not_pass_come_first() -> None:
    report = made(checks=[("leakage scan", "failed", "column 'id' repeats the label")])
    assert report.analysis is not None
    assert report.analysis.advice[0].kind == "check"


def test_the_dearest_pair_is_advised_upon_with_the_column_that_separates_it() -> None:
    said = advice(made())["confusion"]
    assert "Column text alone tells" in said


def test_same_rows_and_seed_give_the_same_analysis_and_json_brings_it_back() -> None:
    nothing = ClassAttributions(class_name="legal", n=0, columns=(), tokens=(), method="none")
    report = made(900, attributions=[nothing], candidates=[Candidate(recipe=LINEAR, log_loss=0.5)])
    text = report_json(report)
    assert text == report_json(made(900, attributions=[nothing], candidates=[Candidate(recipe=LINEAR, log_loss=0.5)]))
    json.loads(text, parse_constant=lambda name: pytest.fail(name))
    assert report_from_json(text) == report


def test_without_costs_every_error_counts_one() -> None:
    report = made(900, costs=None)
    assert report.analysis is not None
    assert report.analysis.cost_of == "errors"
    cost = dict(report.analysis.figures)["mean_cost"].value
    assert cost == pytest.approx(1 - (report.accuracy.value or 0))


def test_the_page_shows_it_all_and_obeys_nobodys_markup() -> None:
    evil = "<script>alert(1)</script>"
    one = Measure(value=1.0, n=4)
    attributions = [
        ClassAttributions(
            class_name="security", n=4, columns=((evil, one, one),), tokens=((evil, one, one),), method="m"
        ),
        ClassAttributions(class_name="legal", n=0, columns=(), tokens=(), method="none"),
    ]
    candidates = [
        Candidate(recipe=LINEAR, log_loss=0.5, weight=1.0),
        Candidate(recipe=Recipe(family=evil), failure=evil),
    ]
    report = made(spoil="phone", attributions=attributions, candidates=candidates)
    page = report_html(report, title="t", facts=())
    assert "<script" not in page
    for words in (
        "What to do next", "device: phone", "worse", "Classes that suffer there", "dearest first", "Map of the rows",
        "What moves each class", "Models that were tried", "no row was called so", "Cohen&#39;s kappa", "declared costs",
    ):  # fmt: skip
        assert words in page, words
    assert "<th>seconds</th>" not in page
    assert "None" not in page
    timed = replace(report, analysis=replace(report.analysis, candidates=(Candidate(recipe=LINEAR, fit_s=3.25),)))  # type: ignore[type-var]
    assert "<th>seconds</th>" in report_html(timed, title="t", facts=())


def test_every_class_is_on_the_page_hardest_first() -> None:
    names = tuple(f"intent {i:03}" for i in range(60))
    proba, y = answers(900, names=names, shares=np.full(60, 1 / 60))
    page = report_html(measured(proba, y), title="t", facts=())
    assert "40 more classes" in page
    assert all(f'<td class="name">{name}</td>' in page for name in names)


def test_a_tiny_fold_is_analysed_too() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    held = HeldOut(
        Proba(np.eye(3)[[0, 1]], space), np.array([0, 0]), {"x": [1.0, None]}, (Feature(name="x", kind="numeric"),)
    )
    report = analyse(measured(held.proba, held.y_index), held, rng=np.random.default_rng(0))
    assert report_from_json(report_json(report)) == report
    assert "nan" not in report_html(report, title="t", facts=()).lower().replace("nano", "")


def test_rows_of_another_report_are_refused() -> None:
    proba, y = answers(60)
    other, z = answers(50)
    held = HeldOut(other, z, {}, ())
    with pytest.raises(DataError, match="CW222"):
        analyse(measured(proba, y), held, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("word", "n", "expected"),
    [("name", 900, "Column text alone tells"), ("none", 900, "No column alone tells"), ("none", 40, "too few to show")],
)
def test_the_remedy_depends_on_what_the_columns_can_tell(word: str, n: int, expected: str) -> None:
    rng = np.random.default_rng(0)
    space = LabelSpace.of(["a", "b", "c"])
    y = np.arange(n) % 3
    predicted = np.where((y == 0) & (rng.random(n) < 0.5), 1, y)
    text = [f"{'abc'[k] if word == 'name' else 'x'} {rng.integers(5)}" for k in y]
    held = HeldOut(Proba(np.eye(3)[predicted], space), y, {"text": text}, (Feature(name="text", kind="text"),))
    report = analyse(measured(held.proba, y), held, rng=rng)
    assert expected in advice(report)["confusion"]
    assert "of all errors" in advice(report)["confusion"]
