"""What serving has to know of a bundle beside its model: was its calibration shown, and what does a typical row look like."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from classward.artifact.read import read_extra
from classward.domain import is_uncalibrated
from classward.errors import ArtifactError

__all__ = ["NO_FACTS", "BundleFacts", "bundle_facts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFacts:
    """``calibration`` is the verdict of the report (``not checked`` without one); ``typical`` one value per column."""

    calibration: str = "not checked"
    typical: Mapping[str, object] = field(default_factory=dict)

    @property
    def is_calibrated(self) -> bool:
        """Whether a check on labelled rows has shown that probabilities mean what they say."""
        return not is_uncalibrated(self.calibration)


NO_FACTS = BundleFacts()


def bundle_facts(folder: Path, bundle_hash: str) -> BundleFacts:
    """Read them from a verified bundle; one without report or reference gives nothing, which is no error."""
    report, reference = (_extra(folder, bundle_hash, name) for name in ("report.json", "reference.json"))
    calibration = report.get("calibration")
    verdict = str(calibration.get("verdict")) if isinstance(calibration, dict) else "not checked"
    typical = reference.get("typical")
    return BundleFacts(calibration=verdict, typical=typical if isinstance(typical, dict) else {})


def _extra(folder: Path, bundle_hash: str, name: str) -> dict[str, object]:
    try:
        found = json.loads(read_extra(folder, name, expected_hash=bundle_hash))
    except ArtifactError as error:
        if error.code == "CW507":
            return {}
        raise
    return found if isinstance(found, dict) else {}
