"""Two faults are put in, found by the report, mended by what it proposes, and the mending is verified on new rows."""

from __future__ import annotations

import numpy as np

from classward.domain import Feature, InputSchema, LabelSpace, Recipe, Report
from classward.inference import Proba
from classward.lifecycle.calibrate import calibrate
from classward.lifecycle.evaluate import HeldOut, Option, analyse, compare_options, evaluate
from classward.lifecycle.train import How, LabelledRows, fit_one

SPACE = LabelSpace.of(["common", "other", "rare"], critical=["rare"])
FEATURES = tuple(Feature(name=k, kind="numeric") for k in "xz")
RECIPE = Recipe(family="linear", params=(("solver", "logistic"), ("iterations", 200)))


def rows(n: int, seed: int) -> LabelledRows:
    """A rare class (4 %) that lies half inside the common one."""
    rng = np.random.default_rng(seed)
    y = rng.choice(3, n, p=[0.66, 0.3, 0.04])
    x = np.array([0.0, 4.0, 1.2])[y] + rng.normal(size=n)
    z = np.array([0.0, 0.0, 1.2])[y] + rng.normal(size=n)
    return LabelledRows(
        columns={"x": x.tolist(), "z": z.tolist()}, n=n, y_index=y, schema=InputSchema(features=FEATURES),
        label_space=SPACE,
    )  # fmt: skip


def logits(balance: str, at: LabelledRows) -> np.ndarray:
    params = (*RECIPE.params, *((("balance", balance),) if balance else ()))
    how = How(seed=0, n_threads=1, should_stop=lambda: False)
    return fit_one(Recipe(family="linear", params=params), rows(4000, 0), how).logits(at.columns, at.n)


def reported(proba: np.ndarray, at: LabelledRows) -> Report:
    made = Proba(proba, SPACE)
    prior = np.bincount(at.y_index, minlength=3) / at.n
    report = evaluate(
        made, at.y_index, task_name="t", fold="test", dataset_hash="d", prior=prior, rng=np.random.default_rng(0)
    )
    return analyse(report, HeldOut(made, at.y_index, at.columns, FEATURES), rng=np.random.default_rng(0))


def softmax(z: np.ndarray) -> np.ndarray:
    out = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(out / out.sum(axis=1, keepdims=True))


def test_low_recall_of_a_class_is_found_and_a_rebalanced_model_is_shown_to_raise_it() -> None:
    at = rows(3000, 1)
    plain = softmax(logits("", at))
    found = reported(plain, at).analysis
    assert found is not None
    assert ("rare", "recall") in {(a.about, a.kind) for a in found.advice}
    mended = softmax(logits("inverse", at))
    options = [
        Option(name=name, about=name, proba=p, answers=p.argmax(axis=1), raw_answers=p.argmax(axis=1))
        for name, p in (("as is", plain), ("inverse", mended))
    ]
    _, inverse = compare_options(options, at.y_index, SPACE, rng=np.random.default_rng(0)).effects
    change = next(r.change for r in inverse.recalls if r.class_name == "rare")
    assert change.interval is not None
    assert change.interval.low > 0.2  # verified: not by chance, and on rows that fitted nothing


def test_confident_mistakes_are_found_and_a_temperature_mends_the_calibration_error() -> None:
    at, held = rows(3000, 1), rows(3000, 2)
    bold = 6.0
    broken = reported(softmax(bold * logits("", at)), at)
    assert broken.calibration.verdict == "miscalibrated"
    assert broken.analysis is not None
    assert {a.kind for a in broken.analysis.advice} & {"confident errors", "calibration"}
    calibrated = calibrate(bold * logits("", held), held.y_index, rng=np.random.default_rng(0))
    assert calibrated.name != "none"
    mended = reported(calibrated.calibrator.apply(bold * logits("", at)), at)
    assert mended.calibration.ece < 0.05 < broken.calibration.ece
    assert mended.calibration.verdict in {"calibrated", "slightly off"}
    assert mended.analysis is not None
    errors = [dict(r.analysis.figures)["confident_errors"].value or 0.0 for r in (broken, mended) if r.analysis]
    assert errors[1] < errors[0]
