"""Estimators by name: ``package.module:Name`` and settings as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline

from classward.errors import DataError, UsageError
from classward.estimators.brought.find import class_named, public_name
from classward.estimators.brought.freeze import freezable
from classward.estimators.brought.plain import changed_settings, known_settings, parsed

__all__ = ["BroughtSettings", "brought_by_name", "brought_instance", "build"]

_STEPS = (
    'write \'{"steps": [["scale", "sklearn.preprocessing:StandardScaler", {}], ["svc", "sklearn.svm:SVC", {"C": 3}]]}\''
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtSettings:
    """Which estimator: its class as ``package.module:Name``, and its settings as a JSON object.

    Those of a pipeline are ``{"steps": [[name, class, settings], …]}``.
    """

    estimator: str
    settings: str = "{}"


def brought_by_name(estimator: str, settings: str = "{}") -> BroughtSettings:
    """Check that an estimator exists, takes these settings and can be frozen; nothing is fitted.

    Parameters
    ----------
    estimator : str
        ``package.module:Name``, such as ``sklearn.ensemble:RandomForestClassifier``. It is imported, never evaluated.
    settings : str
        JSON object of arguments; of a ``Pipeline``, ``{"steps": [[name, class, settings], …]}``.

    Raises
    ------
    UsageError
        CW340 if there is no such class; CW342 if the settings are no JSON object or name arguments it does not have.
    DataError
        CW341 if it is no classifier in scikit-learn's sense; CW343 if it cannot be frozen.
    """
    kind = class_named(estimator)
    if issubclass(kind, Pipeline):
        return _pipeline(estimator, _steps(settings))
    _must_have(kind, ("fit", "get_params", "set_params"), "fit, predict_proba or decision_function, and classes_")
    freezable(kind)
    return BroughtSettings(estimator=estimator, settings=json.dumps(known_settings(kind, settings), sort_keys=True))


def brought_instance(model: Any) -> BroughtSettings:
    """Name an estimator that is not fitted yet: its class, and what it says otherwise than by default.

    Raises
    ------
    UsageError
        CW342 for settings that are no plain numbers, texts, lists or None; CW340 for a class that cannot be found by
        name, such as one defined inside a function.
    DataError
        CW341, CW343 as for :func:`brought_by_name`.
    """
    kind = type(model)
    if not hasattr(model, "get_params"):
        raise DataError("CW341", f"{kind.__name__} is no classifier in scikit-learn's sense", got="no get_params")
    if isinstance(model, Pipeline):
        steps = [(name, step) for name, step in model.steps if step is not None and not isinstance(step, str)]
        named = [(name, public_name(type(step)), json.dumps(changed_settings(step))) for name, step in steps]
        return _pipeline(public_name(kind), named)
    return brought_by_name(public_name(kind), json.dumps(changed_settings(model)))


def build(settings: BroughtSettings, *, seed: int, n_threads: int) -> Any:
    """Make the estimator; ``random_state`` and ``n_jobs`` are set where it has them and nothing else was said.

    Logistic regression warns about ``n_jobs``, which it no longer reads.
    """
    kind = class_named(settings.estimator)
    if issubclass(kind, Pipeline):
        return kind(
            [(name, _made(class_named(of), text, seed, n_threads)) for name, of, text in _steps(settings.settings)]
        )
    freezable(kind)
    return _made(kind, settings.settings, seed, n_threads)


def _made(kind: type[Any], settings: str, seed: int, n_threads: int) -> Any:
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in known_settings(kind, settings).items()}
    model = kind(**given)
    own = model.get_params(deep=False)
    chosen = {"random_state": seed} | ({} if issubclass(kind, LogisticRegression) else {"n_jobs": n_threads})
    model.set_params(**{name: v for name, v in chosen.items() if name in own and name not in given})
    return model


def _pipeline(estimator: str, steps: list[tuple[str, str, str]]) -> BroughtSettings:
    """Check every step: all but the last change columns, the last is a classifier that can be frozen."""
    if not steps:
        raise UsageError("CW342", "a pipeline has no steps", fix=_STEPS)
    noted: list[list[Any]] = []
    for name, of, text in steps[:-1]:
        kind = class_named(of)
        _must_have(kind, ("fit", "transform", "get_params", "set_params"), "steps with fit and transform")
        noted.append([name, of, known_settings(kind, text)])
    name, of, text = steps[-1]
    last = brought_by_name(of, text)
    noted.append([name, last.estimator, json.loads(last.settings)])
    return BroughtSettings(estimator=estimator, settings=json.dumps({"steps": noted}, sort_keys=True))


def _steps(settings: str) -> list[tuple[str, str, str]]:
    given = parsed(settings)
    steps = given.get("steps")
    if set(given) != {"steps"} or not isinstance(steps, list):
        raise UsageError("CW342", "a pipeline needs its steps and nothing else", got=settings[:100], fix=_STEPS)
    found = []
    for step in steps:
        if not (isinstance(step, list) and 2 <= len(step) <= 3 and all(isinstance(part, str) for part in step[:2])):
            raise UsageError(
                "CW342", "a step of a pipeline is no [name, class, settings]", got=str(step)[:100], fix=_STEPS
            )
        found.append((step[0], step[1], json.dumps(step[2] if len(step) == 3 else {})))
    names = [name for name, _, _ in found]
    if len(set(names)) < len(names) or any("__" in name or not name for name in names):
        raise UsageError(
            "CW342", "steps of a pipeline need names of their own, without '__'", got=str(names)[:100], fix=_STEPS
        )
    return found


def _must_have(kind: type[Any], wanted: tuple[str, ...], what: str) -> None:
    lacks = [name for name in wanted if not callable(getattr(kind, name, None))]
    if lacks:
        raise DataError(
            "CW341",
            f"{kind.__module__}.{kind.__qualname__} does not do what its place asks in scikit-learn's sense",
            got=f"no {' and no '.join(lacks)}",
            fix=f"bring {what}",
        )
