"""Evidence about versions, made up."""

from __future__ import annotations

from typing import Any

from classward.domain import (
    CalibrationFacts,
    FloorCount,
    GateEvidence,
    GateFinding,
    GateFloor,
    PairedCounts,
    SealedFacts,
    SliceCount,
)


def floor(n_right: int, n: int, at: float = 0.8) -> FloorCount:
    return FloorCount(floor=GateFloor(class_name="a", indicator="recall", floor=at), n=n, n_right=n_right)


def pair(name: str, *, won: int = 0, lost: int = 0, both: int = 200) -> PairedCounts:
    return PairedCounts(class_name=name, n=both + won + lost, n_both=both, n_only_candidate=won, n_only_live=lost)


def calibration(verdict: str = "calibrated") -> CalibrationFacts:
    return CalibrationFacts(n=500, error=0.02, null_mean=0.015, null_p95=0.03, verdict=verdict)


def part(n_right: int, n: int, *, rest_right: int = 900, rest: int = 1000, column: str = "country") -> SliceCount:
    return SliceCount(column=column, level="de", n=n, n_right=n_right, n_rest=rest, n_rest_right=rest_right)


def finding(outcome: str = "passed", name: str = "rollback drill") -> GateFinding:
    return GateFinding(name=name, subject="", outcome=outcome, said="said")


def evidence(**changes: Any) -> GateEvidence:
    """A version about which everything is fine, but for what is changed."""
    fine: dict[str, Any] = {
        "version": 2, "bundle_hash": "b", "live": 1, "live_hash": "l",
        "sealed": SealedFacts(n=500, is_sealed=True, n_reads=1, most_reads=20), "floors": (floor(190, 200),),
        "pairs": (pair("(all)", both=500), pair("a")), "calibration": calibration(), "found": (finding(),),
    }  # fmt: skip
    return GateEvidence(**(fine | changes))
