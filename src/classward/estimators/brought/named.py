"""Estimators by name: ``package.module:Name`` and settings as JSON."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import json
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sklearn.linear_model import LogisticRegression

from classward.errors import DataError, UsageError, nearest
from classward.estimators.brought.freeze import CONVERTERS, freezable

__all__ = ["BroughtSettings", "brought_by_name", "brought_instance", "build"]

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class BroughtSettings:
    """Which estimator: its class as ``package.module:Name``, and its settings as a JSON object."""

    estimator: str
    settings: str = "{}"


def brought_by_name(estimator: str, settings: str = "{}") -> BroughtSettings:
    """Check that an estimator exists, takes these settings and can be frozen; nothing is fitted.

    Parameters
    ----------
    estimator : str
        ``package.module:Name``, such as ``sklearn.ensemble:RandomForestClassifier``. It is imported, never evaluated.
    settings : str
        JSON object of arguments.

    Raises
    ------
    UsageError
        CW340 if there is no such class; CW342 if the settings are no JSON object or name arguments it does not have.
    DataError
        CW341 if it is no classifier in scikit-learn's sense; CW343 if it cannot be frozen.
    """
    kind = _find(estimator)
    if not all(callable(getattr(kind, name, None)) for name in ("fit", "get_params", "set_params")):
        raise DataError(
            "CW341",
            f"{estimator!r} is no classifier in scikit-learn's sense",
            got=f"{kind.__name__} without fit, get_params or set_params",
            fix="bring a class with fit, predict_proba or decision_function, and classes_",
        )
    freezable(kind)
    given = _parsed(settings)
    known = [p for p in inspect.signature(kind).parameters if p not in ("self", "args", "kwargs")]
    unknown = sorted(set(given) - set(known))
    if unknown and "kwargs" not in inspect.signature(kind).parameters:
        raise UsageError(
            "CW342",
            f"{kind.__name__} has no setting {unknown[0]!r}{nearest(unknown[0], known)}",
            fix=f"use {', '.join(known)}",
        )
    return BroughtSettings(estimator=estimator, settings=json.dumps(given, sort_keys=True))


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
    signature = inspect.signature(kind).parameters
    defaults = {name: p.default for name, p in signature.items()}
    given = model.get_params(deep=False)
    changed = {name: v for name, v in given.items() if name not in defaults or not _same(v, defaults[name])}
    for name, value in changed.items():
        if not _is_plain(value):
            raise UsageError(
                "CW342",
                f"setting {name!r} of {kind.__name__} cannot be written down",
                got=type(value).__name__,
                why="a recipe is stored as text, so that training can be repeated and resumed",
                fix="give numbers, texts, lists of them, or None",
            )
    return brought_by_name(f"{_public_module(kind)}:{kind.__qualname__}", json.dumps(changed))


def build(settings: BroughtSettings, *, seed: int, n_threads: int) -> Any:
    """Make the estimator; ``random_state`` and ``n_jobs`` are set where it has them and nothing else was said.

    Logistic regression warns about ``n_jobs``, which it no longer reads.
    """
    kind = _find(settings.estimator)
    freezable(kind)
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in _parsed(settings.settings).items()}
    model = kind(**given)
    own = model.get_params(deep=False)
    chosen = {"random_state": seed} | ({} if issubclass(kind, LogisticRegression) else {"n_jobs": n_threads})
    model.set_params(**{name: v for name, v in chosen.items() if name in own and name not in given})
    return model


def _find(name: str) -> type[Any]:
    if not _NAME.fullmatch(name):
        raise UsageError(
            "CW340",
            "an estimator is not named as it should be",
            got=repr(name)[:100],
            fix="write 'package.module:Name', such as 'sklearn.ensemble:RandomForestClassifier'",
        )
    path, _, wanted = name.partition(":")
    found = getattr(_module(path, wanted), wanted, None)
    if not isinstance(found, type):
        names = [n for n in dir(_module(path, wanted)) if not n.startswith("_")]
        raise UsageError(
            "CW340",
            f"{path} has no class {wanted!r}{nearest(wanted, names)}",
            fix="write 'package.module:Name', such as 'sklearn.ensemble:RandomForestClassifier'",
        )
    return found


def _module(path: str, wanted: str) -> ModuleType:
    try:
        return importlib.import_module(path)
    except ImportError as error:
        homes = {k.__name__: f"{_public_module(k)}:{k.__name__}" for k in CONVERTERS}
        meant = f"; did you mean {homes[wanted]!r}?" if wanted in homes else nearest(path, _homes())
        raise UsageError(
            "CW340",
            f"the module {path!r} cannot be imported{meant}",
            got=str(error),
            fix="install its package into this environment, or mend the name",
        ) from error


def _homes() -> list[str]:
    return sorted({_public_module(kind) for kind in CONVERTERS})


def _public_module(kind: type[Any]) -> str:
    """The shortest module that shows a class under its name: ``sklearn.ensemble``, not ``sklearn.ensemble._forest``."""
    parts = kind.__module__.split(".")
    for n in range(1, len(parts)):
        path = ".".join(parts[:n])
        if getattr(importlib.import_module(path), kind.__name__, None) is kind:
            return path
    return kind.__module__


def _parsed(settings: str) -> dict[str, Any]:
    try:
        given = json.loads(settings)
    except json.JSONDecodeError as error:
        raise UsageError("CW342", "settings of an estimator are no JSON", got=str(error), fix=_EXAMPLE) from None
    if not isinstance(given, dict) or not all(_is_plain(value) for value in given.values()):
        raise UsageError(
            "CW342", "settings of an estimator are no JSON object of plain values", got=settings[:100], fix=_EXAMPLE
        )
    return given


_EXAMPLE = "write '{\"n_estimators\": 200}'"


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    return value is None or (isinstance(value, bool | int | float | str) and value == value)


def _same(value: Any, default: Any) -> bool:
    return value is default or (_is_plain(value) and _is_plain(default) and bool(value == default))
