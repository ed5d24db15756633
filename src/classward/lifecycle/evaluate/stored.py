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

__all__ = ["report_from_json", "report_json"]


def report_json(report: Report) -> str:
    """The report as canonical JSON."""
    return canonical_json(report)


def report_from_json(text: str) -> Report:
    """Read a stored report back, equal to the one that was written."""
    plain: dict[str, Any] = json.loads(text)
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
