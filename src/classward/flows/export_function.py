"""A folder that answers by itself: bundle, handler, the code that predicts, and pins of the few packages it needs."""

from __future__ import annotations

import compileall
import importlib.metadata
import json
import py_compile
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classward.domain import ModelVersion
from classward.errors import ArtifactError, UsageError
from classward.flows.context import Context
from classward.flows.function import Function
from classward.flows.names_on_demand import on_demand
from classward.lifecycle.predict import example_row

__all__ = ["ExportedFunction", "export_function"]

_ROOMS = ("domain", "statistics", "inference", "ports", "lifecycle/predict")
_FILES = (
    "__init__.py", "errors.py", "settings.py", "artifact/__init__.py", "artifact/construct.py", "artifact/files.py",
    "artifact/kinds.py", "artifact/fewer_bits.py", "artifact/layout.py", "artifact/read.py", "backends/__init__.py",
    "backends/clock.py", "flows/__init__.py", "flows/answer_json.py", "flows/bundle_facts.py", "flows/function.py",
    "flows/predict.py", "lifecycle/__init__.py",
)  # fmt: skip

_HANDLER = '''"""Version {version}: point the function at ``handler.handler``, or pipe lines of JSON through this file.

    python handler.py < example.json
"""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
if str(_HERE) not in sys.path:
    sys.path.insert(0, str(_HERE))

from classward.backends.clock import SystemClock, UlidIds  # noqa: E402
from classward.flows.function import Function  # noqa: E402

_function = Function(
    _HERE / "bundle",
    "{bundle_hash}",
    task={task!r},
    version={version},
    clock=SystemClock(),
    ids=UlidIds(),
)
answer, handler = _function.answer, _function.handler

if __name__ == "__main__":
    for line in _function.lines(sys.stdin):
        print(line, flush=True)
'''

_PROVE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import handler
answer = handler.answer(json.loads(sys.argv[2]))
loaded = sorted({name.partition(".")[0] for name, module in sys.modules.items() if getattr(module, "__file__", None)})
print(json.dumps({"answer": answer, "loaded": loaded}))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedFunction:
    """What was written: the folder, its size, and ``package==version`` of what it needs."""

    folder: str
    version: int
    n_bytes: int
    needs: tuple[str, ...]


def export_function(ctx: Context, version: ModelVersion, folder: Path, *, kind: str) -> ExportedFunction:
    """Write the folder and prove it: a process of its own must give the same probabilities for a made-up row.

    What that process loaded beside the folder is what is pinned, so a model that reads texts by an encoder names its runtime,
    and any other NumPy alone.

    Raises
    ------
    UsageError
        CW524 if the folder exists and is not empty.
    ArtifactError
        CW525 if the folder does not answer, or answers differently; it is removed.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "CW524", f"{folder} exists already", why="nothing is overwritten", fix="name another folder, or empty it"
        )
    bundle = ctx.artifacts.path(version.bundle_hash)
    function = Function(
        bundle, version.bundle_hash, task=ctx.task.name, version=version.version, clock=ctx.clock, ids=ctx.ids
    )
    folder.mkdir(parents=True, exist_ok=True)
    try:
        _write(ctx, version, folder, bundle, function)
        needs = _proved(folder, function)
        _compile(folder)
        (folder / "requirements.txt").write_text("".join(f"{pin}\n" for pin in needs), encoding="utf-8")
        note = {"task": ctx.task.name, "version": version.version, "bundle_hash": version.bundle_hash, "kind": kind}
        (folder / "export.json").write_text(json.dumps(note, indent=2) + "\n", encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    n_bytes = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return ExportedFunction(folder=str(folder), version=version.version, n_bytes=n_bytes, needs=needs)


def _write(ctx: Context, version: ModelVersion, folder: Path, bundle: Path, function: Function) -> None:
    shutil.copytree(bundle, folder / "bundle", copy_function=shutil.copyfile)
    source, target = Path(__file__).resolve().parents[1], folder / "classward"
    for room in _ROOMS:
        shutil.copytree(source / room, target / room, ignore=shutil.ignore_patterns("__pycache__"))
        names = target / room / "__init__.py"
        names.write_text(on_demand(names.read_text(encoding="utf-8")), encoding="utf-8")
    for name in _FILES:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target / name)
    example = json.dumps({"rows": [example_row(function.schema)]})
    (folder / "example.json").write_text(f"{example}\n", encoding="utf-8")
    text = _HANDLER.format(task=ctx.task.name, version=version.version, bundle_hash=version.bundle_hash)
    (folder / "handler.py").write_text(text, encoding="utf-8")


def _proved(folder: Path, function: Function) -> tuple[str, ...]:
    """Ask the folder in a process of its own; give the pins of what it loaded."""
    body = {"rows": [example_row(function.schema)], "all": True, "ids": ["example"]}
    command = [sys.executable, "-c", _PROVE, str(folder), json.dumps(body)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, timeout=120)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:] or ["no output"]
        raise ArtifactError(
            "CW525",
            "the exported folder does not answer",
            got=last[0][:200],
            fix="report this with the version's recipe",
        )
    found = json.loads(done.stdout)
    mine = json.loads(json.dumps(function.answer(body)))
    ours, theirs = (np.array(a["predictions"][0]["probabilities"]) for a in (mine, found["answer"]))
    if ours.shape != theirs.shape or np.abs(ours - theirs).max() > 1e-9:
        raise ArtifactError(
            "CW525", "the exported folder answers differently from the version", got="other probabilities"
        )
    known = importlib.metadata.packages_distributions()
    names = {name for module in found["loaded"] if module != "classward" for name in known.get(module, ())}
    names -= {"setuptools", "pip"}
    return tuple(sorted(f"{name}=={importlib.metadata.version(name)}" for name in names if not _is_ours(name)))


def _compile(folder: Path) -> None:
    """Leave compiled code that is checked by content, not by time: it stays good when the folder is packed and copied."""
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(folder / "classward", quiet=2, force=True, stripdir=str(folder), invalidation_mode=mode)


def _is_ours(name: str) -> bool:
    return name.lower() == "classward"
