"""Bundles written by the first release of format 1 still open and still give the same answers.

The folders in ``format-1`` are never written again. A new format gets a folder of its own beside them.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

from classward.artifact.read import read_bundle, read_extra

HERE = Path(__file__).parent / "format-1"
GOLDEN = json.loads((HERE / "golden.json").read_text(encoding="utf-8"))
COLUMNS = GOLDEN["columns"] | {"at": [t and datetime.fromisoformat(t) for t in GOLDEN["columns"]["at"]]}


@pytest.mark.parametrize("name", ["linear", "trees"])
def test_stored_bundle_opens_and_answers_as_it_did(name: str) -> None:
    expected = GOLDEN["bundles"][name]
    bundle = read_bundle(HERE / name, expected_hash=expected["hash"])
    n = len(COLUMNS["body"])
    np.testing.assert_allclose(
        bundle.model.predict_proba(COLUMNS, n).matrix, expected["probabilities"], rtol=0, atol=1e-6
    )
    assert [list(flags) for flags in bundle.model.featuriser.unseen(COLUMNS, n)] == expected["unseen"]
    assert bundle.model.label_space.names == ("billing", "card", "日本語", "never seen")
    assert bundle.model.schema.names == ("body", "age", "is_new", "at", "plan")
    assert read_extra(HERE / name, "report.json", expected_hash=expected["hash"]) == b'{"n":12}'
