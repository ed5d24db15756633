"""A verdict of the gate as JUnit XML, which continuous integration reads."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as Xml

from classward.domain import FAILED, NOT_ENOUGH

if TYPE_CHECKING:
    from classward.flows.gate import GateJudged

__all__ = ["junit_xml", "write_junit"]

_UNSAID = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold."""


def junit_xml(judged: GateJudged, *, task: str) -> bytes:
    """One test case per criterion: failed ones have a ``failure``, those without enough evidence an ``error``.

    Neither is ever ``skipped``, which tools count as success. Criteria that do not apply are told in ``system-out``.
    """
    verdict = judged.verdict
    counts = {
        "tests": str(len(verdict.criteria)), "failures": str(len(verdict.of(FAILED))),
        "errors": str(len(verdict.of(NOT_ENOUGH))), "skipped": "0",
    }  # fmt: skip
    root = Xml.Element("testsuites", {"name": "classward gate", **counts})
    suite = Xml.SubElement(
        root, "testsuite",
        {"name": _clean(f"{task} version {judged.version}"), "timestamp": f"{judged.decision.at:%Y-%m-%dT%H:%M:%S}",
         "time": "0", **counts},
    )  # fmt: skip
    for one in verdict.criteria:
        name = _clean(f"{one.name}: {one.subject}" if one.subject else one.name)
        case = Xml.SubElement(suite, "testcase", {"classname": _clean(f"{task}.gate"), "name": name, "time": "0"})
        if one.outcome in {FAILED, NOT_ENOUGH}:
            kind = "failure" if one.outcome == FAILED else "error"
            Xml.SubElement(case, kind, {"type": one.outcome, "message": _clean(one.said)})
    told = (*(f"left out: {text}" for text in verdict.left_out), f"decision {judged.decision.id}")
    Xml.SubElement(suite, "system-out").text = _clean("\n".join(told))
    Xml.indent(root)
    return bytes(Xml.tostring(root, encoding="utf-8", xml_declaration=True))


def write_junit(path: str, judged: GateJudged, *, task: str) -> None:
    """Write :func:`junit_xml` to a file."""
    Path(path).write_bytes(junit_xml(judged, task=task))


def _clean(text: str) -> str:
    return _UNSAID.sub("�", text)
