"""What stands in for bad values, and what may be logged, column by column."""

from __future__ import annotations

from classward.domain import Feature, Repair
from classward.lifecycle.predict import Fault, checker_of
from classward.taskfile.convert import Place
from classward.taskfile.format import FeaturePart, TaskFile

__all__ = ["check_repairs", "private_in", "repairs_of"]


def repairs_of(file: TaskFile) -> tuple[Repair, ...]:
    """The columns whose bad values do not refuse a row."""
    return tuple(
        Repair(feature=name, value=part.default)
        for name, part in file.features.items()
        if isinstance(part, FeaturePart) and part.on_bad != "reject"
    )


def private_in(file: TaskFile) -> tuple[tuple[str, str], ...]:
    """The columns whose values never reach the log, each with ``hash`` or ``drop``."""
    return tuple(
        (name, part.log) for name, part in file.features.items() if isinstance(part, FeaturePart) and part.log != "keep"
    )


def check_repairs(file: TaskFile, place: Place) -> None:
    """Make sure that values which stand in are declared and fit their columns.

    Raises
    ------
    TaskFileError
        CW105 for a default that is not used or not declared, CW103 for one that the column cannot hold.
    """
    for name, part in file.features.items():
        if not isinstance(part, FeaturePart):
            continue
        if (part.default is not None) != (part.on_bad == "default"):
            place.error(
                "CW105",
                f"features.{name}: 'default' and on_bad = \"default\" go together",
                ("features", name),
                got=f'on_bad = "{part.on_bad}" {"without" if part.default is None else "with"} a default',
                why="a value that stands in is declared, and used only where that is asked for",
                fix='write both, or neither (on_bad = "missing" needs no value)',
            )
        if part.default is None:
            continue
        if part.kind in {"image", "vector"}:
            place.error(
                "CW105",
                f"features.{name}: no default stands in for a value of kind {part.kind}",
                ("features", name),
                why="an answer about something that was never sent would be a guess",
                fix='write on_bad = "missing"',
            )
        checked = checker_of(Feature(name=name, kind=part.kind, length=part.length))(part.default)
        if isinstance(checked, Fault):
            place.error(
                "CW103",
                f"features.{name}.default must be {checked.allowed}",
                ("features", name),
                got=checked.got,
                why=f"the column is {part.kind}",
                fix="write a value that a request could hold",
            )
