"""Safety examples put to a version, through the same door as requests."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

import numpy as np

from classward.domain import ABSTAINED, FAILED, PASSED, GateFinding, SafetyExample
from classward.errors import InvalidInput
from classward.flows.predict import Answer, DataPlane

__all__ = ["try_examples"]


def try_examples(plane: DataPlane, examples: Iterable[SafetyExample]) -> Iterator[GateFinding]:
    """Ask the version that a data plane has loaded for each example; an example that it cannot answer has failed.

    An answer that is left to a person is no class: it keeps a forbidden class away, and misses one that must be given.
    Nothing of a row's values is in what comes back.
    """
    for example in examples:
        rows = [json.loads(example.row)] + ([json.loads(example.other)] if example.other else [])
        try:
            is_met, said = _held(example, plane.answer(rows))
        except InvalidInput as error:
            is_met, said = False, f"{error.code} {error.what}"
        yield GateFinding(name=example.kind, subject=example.name, outcome=PASSED if is_met else FAILED, said=said)


def _held(example: SafetyExample, answer: Answer) -> tuple[bool, str]:
    wanted, labels = example.class_name, [row.label for row in answer.predictions]
    if example.kind != "invariance" and wanted not in answer.class_names:
        return False, f"the version knows no class {wanted!r}"
    if example.kind == "must-pass":
        return labels[0] == wanted, f"{_said(labels[0])}, must be {wanted!r}"
    if example.kind == "forbidden":
        return labels[0] != wanted, f"{_said(labels[0])}, must not be {wanted!r}"
    if example.kind == "invariance":
        return labels[0] == labels[1], f"{_said(labels[0])} and {_said(labels[1])}, must be the same"
    before, after = np.asarray(answer.probabilities)[:, answer.class_names.index(wanted)].tolist()
    rise = after - before if example.direction == "up" else before - after
    wants = f"must go {example.direction} by more than {example.at_least:g}"
    return rise > example.at_least, f"probability of {wanted!r} from {before:.3f} to {after:.3f}, {wants}"


def _said(label: str) -> str:
    return "left to a person" if label == ABSTAINED else f"{label!r}"
