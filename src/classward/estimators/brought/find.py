"""Look up a class by ``package.module:Name``; names are imported, never evaluated."""

from __future__ import annotations

import importlib
import re
from types import ModuleType
from typing import Any

from classward.errors import UsageError, nearest
from classward.estimators.brought.freeze import CONVERTERS

__all__ = ["class_named", "public_name"]

_NAME = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*")


def class_named(name: str) -> type[Any]:
    """Find a class by its name.

    Raises
    ------
    UsageError
        CW340 if there is none.
    """
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


def public_name(kind: type[Any]) -> str:
    """Name a class so that :func:`class_named` finds it: ``sklearn.ensemble:RandomForestClassifier``."""
    return f"{_public_module(kind)}:{kind.__qualname__}"


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
