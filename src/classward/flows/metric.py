"""A metric by name: ``package.module:function``, imported from the folder of the command or from what is installed."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

from classward.errors import UsageError

__all__ = ["metric_by_name"]


def metric_by_name(name: str) -> Callable[..., Any]:
    """Import a function; it is never evaluated from text.

    Raises
    ------
    UsageError
        CW354 if there is no such function.
    """
    module, _, attribute = name.partition(":")
    problem = "no colon" if not attribute else ""
    found: object = None
    if module and attribute:
        try:
            found = getattr(importlib.import_module(module), attribute)
        except (ImportError, AttributeError, ValueError) as error:
            problem = str(error)
    if not callable(found):
        raise UsageError(
            "CW354", f"there is no metric {name!r}", got=problem or f"a {type(found).__name__}, not a function",
            why="the difference of two versions is computed by the function that is named",
            fix="give package.module:function, such as sklearn.metrics:cohen_kappa_score; your own file must be importable",
        )  # fmt: skip
    return found
