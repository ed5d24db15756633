"""A rule survives being stored as plain values, to the last digit."""

from __future__ import annotations

import json

from classward.artifact.construct import noun
from classward.domain import (
    ClassCut,
    Costs,
    DecisionRule,
    LabelSpace,
    PriorCorrection,
    SetRule,
    canonical_json,
)

SPACE = LabelSpace.of(["billing", "refund", "security"])


def test_round_trip_of_every_part() -> None:
    shared = {
        "label_space_hash": SPACE.hash,
        "n_classes": 3,
        "claims": (ClassCut(class_index=2, at=0.1 + 0.2),),
        "floors": (ClassCut(class_index=0, at=2.0),),
        "abstain_costs": (0.3,),
        "abstain_below": 1 / 3,
        "sets": (SetRule(score="raps", alpha=0.1, thresholds=(0.9, 1.0, 1 / 7), penalty=0.01, free_ranks=5),),
        "basis": "abc",
    }
    for part in (
        {"costs": Costs.named(SPACE, [("security", "billing", 20.0)])},
        {"prior": PriorCorrection(exponent=0.5, prior=(0.7, 0.2, 0.1))},
        {},
    ):
        rule = DecisionRule(**shared, **part)  # type: ignore[arg-type]
        back = noun(DecisionRule, json.loads(canonical_json(rule)), "rule")
        assert back == rule
        assert back.hash == rule.hash
