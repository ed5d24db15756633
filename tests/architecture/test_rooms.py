"""Import contracts hold, imports stay light, files stay small, rooms ask only for what was made before them."""

from __future__ import annotations

import ast
import importlib
import inspect
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import classward

SOURCE = Path(classward.__file__).parent
FILES = sorted(SOURCE.rglob("*.py"))
STAGES = ("data", "train", "calibrate", "evaluate", "release", "predict", "label", "monitor", "retrain")


def loaded_by(statement: str) -> set[str]:
    """Top-level packages in memory after a statement in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(' '.join({{m.partition('.')[0] for m in sys.modules}}))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_import_classward_loads_the_standard_library_only() -> None:
    foreign = loaded_by("import classward") - set(sys.stdlib_module_names) - loaded_by("pass") - {"classward"}
    assert foreign == set()


def test_serving_loads_nothing_that_trains() -> None:
    heavy = {"sklearn", "lightgbm", "scipy", "pandas", "optuna", "jinja2"}
    assert loaded_by("import classward.serving.app, classward.artifact.read") & heavy == set()


def test_status_loads_nothing_that_trains() -> None:
    heavy = {"sklearn", "lightgbm", "scipy", "pandas", "optuna"}
    assert loaded_by("import classward.cli.status, classward.wiring, classward.flows.status") & heavy == set()


def test_help_loads_no_table_library() -> None:
    assert loaded_by("import classward.cli.main") & {"numpy", "polars", "sklearn", "rich"} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(SOURCE)))
def test_public_names_exist_and_are_listed(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if path.name == "__main__.py":
        return
    name = ".".join(["classward", *path.relative_to(SOURCE).with_suffix("").parts]).removesuffix(".__init__")
    module = importlib.import_module(name)
    own = {n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")}
    listed = getattr(module, "__all__", ())
    if own:
        assert own <= set(listed), f"public but not in __all__: {own - set(listed)}"
    assert all(hasattr(module, n) for n in listed)


def test_files_and_functions_stay_small() -> None:
    lengths = [len(p.read_text(encoding="utf-8").splitlines()) for p in FILES]
    assert statistics.median(lengths) <= 150
    assert max(lengths) <= 600
    functions = [
        (p, node)
        for p in FILES
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = [f for _, f in functions if (f.end_lineno or 0) - f.lineno + 1 > 50]
    assert len(long) <= 0.05 * len(functions)


def test_no_room_for_odds_and_ends() -> None:
    banned = {"utils", "helpers", "common", "base", "misc", "manager"}
    assert [p for p in FILES if p.stem in banned or set(p.relative_to(SOURCE).parts) & banned] == []


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_asks_only_for_nouns_and_companions(stage: str) -> None:
    """What a room asks for comes from the user, from nouns, or from rooms below: never from ports or another stage."""
    module = importlib.import_module(f"classward.lifecycle.{stage}")
    for name in module.__all__:
        function = getattr(module, name)
        if not inspect.isfunction(function):
            continue
        for hint in inspect.get_annotations(function, eval_str=True).values():
            for origin in _modules_in(hint):
                assert not origin.startswith(("classward.ports", "classward.flows", "classward.backends")), (
                    name,
                    hint,
                )
                if origin.startswith("classward.lifecycle"):
                    assert origin.startswith(f"classward.lifecycle.{stage}"), (name, hint)
                assert "LazyFrame" not in str(hint), (name, hint)


def _modules_in(hint: object) -> set[str]:
    found = {str(getattr(hint, "__module__", ""))}
    for arg in getattr(hint, "__args__", ()):
        found |= _modules_in(arg)
    return found
