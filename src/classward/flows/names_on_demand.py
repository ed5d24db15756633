"""A package that imports its parts when their names are asked for: what an exported folder never uses is never loaded."""

from __future__ import annotations

import ast

__all__ = ["on_demand"]

_REST = """
from importlib import import_module

_WHERE = {where}
__all__ = {names}


def __getattr__(name):
    if name not in _WHERE:
        raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
    value = globals()[name] = getattr(import_module(_WHERE[name]), name)
    return value
"""


def on_demand(text: str) -> str:
    """Rewrite an ``__init__.py`` that only gathers names from its modules, so that each is imported on first use (PEP 562).

    A text with anything else in it (code, renamed imports, names that ``__all__`` lacks) comes back as it is.

    Examples
    --------
    >>> made = on_demand('from shop.till import Till\\\\n__all__ = ["Till"]')
    >>> "_WHERE = {'Till': 'shop.till'}" in made
    True
    >>> on_demand("import os")
    'import os'
    """
    body = ast.parse(text).body
    doc = ast.get_docstring(ast.Module(body=body, type_ignores=[]), clean=False)
    where: dict[str, str] = {}
    names: list[str] | None = None
    for node in body[doc is not None :]:
        match node:
            case ast.ImportFrom(module=str(module), names=found, level=0) if all(a.asname is None for a in found):
                where |= {alias.name: module for alias in found}
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=values)):
                names = [
                    value.value for value in values if isinstance(value, ast.Constant) and type(value.value) is str
                ]
            case _:
                return text
    where.pop("annotations", None)
    if names is None or set(names) != set(where):
        return text
    return f'"""{doc or "Parts of an exported folder."}"""\n{_REST.format(where=where, names=names)}'
