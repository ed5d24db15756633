"""Reports as JSON and back."""

from __future__ import annotations

import json
from typing import Any

from classward.domain import (
    Baseline,
    CalibrationReport,
    ClassReport,
    ConfusedPair,
    Interval,
    Measure,
    ReliabilityBin,
    Report,
    canonical_json,
)
from classward.errors import DataError

__all__ = ["report_from_json", "report_json"]

_FORMAT = 1


def report_json(report: Report) -> str:
    """The report as canonical JSON."""
    return canonical_json(report)


def report_from_json(text: str) -> Report:
    """Read a stored report back, equal to the one that was written.

    Raises
    ------
    DataError
        CW224 if the report has a format that this version does not know.
    """
    plain: dict[str, Any] = json.loads(text)
    if plain.get("format_version") != _FORMAT:
        raise DataError(
            "CW224", "the stored report cannot be read", got=f"format {plain.get('format_version')!r}",
            why="figures read in another format could mean something else", fix="read it with a newer Classward",
        )  # fmt: skip
    measures = ("accuracy", "macro_f1", "micro_f1", "weighted_f1", "log_loss", "brier")
    plain |= {name: _measure(plain[name]) for name in measures}
    plain["class_names"] = tuple(plain["class_names"])
    plain["top_k"] = tuple((k, _measure(m)) for k, m in plain["top_k"])
    plain["classes"] = tuple(_with(ClassReport, c, ("recall", "precision", "f1", "log_loss")) for c in plain["classes"])
    calibration = plain["calibration"]
    calibration["bins"] = tuple(_with(ReliabilityBin, b, ("accuracy",)) for b in calibration["bins"])
    plain["calibration"] = CalibrationReport(**calibration)
    plain["confusion"] = tuple(tuple(row) for row in plain["confusion"])
    plain["confused_pairs"] = tuple(_with(ConfusedPair, p, ("rate",)) for p in plain["confused_pairs"])
    plain["baselines"] = tuple(_with(Baseline, b, ("accuracy", "macro_f1", "log_loss")) for b in plain["baselines"])
    plain["checks"] = tuple((a, b, c) for a, b, c in plain["checks"])
    plain["notes"] = tuple(plain["notes"])
    return Report(**plain)


def _measure(plain: dict[str, Any]) -> Measure:
    interval = Interval(**plain["interval"]) if plain["interval"] else None
    return Measure(**(plain | {"interval": interval}))


def _with(noun: Any, plain: dict[str, Any], measures: tuple[str, ...]) -> Any:
    return noun(**(plain | {name: _measure(plain[name]) for name in measures}))
