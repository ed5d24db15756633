"""One row alone is featurised by shorter ways, to the same numbers."""

from __future__ import annotations

import numpy as np
import pytest

from classward.domain import Feature, InputSchema
from classward.estimators import SCALINGS, fit_featuriser, fit_ordinal_featuriser, fit_smooth_featuriser
from classward.inference import Featuriser

SCHEMA = InputSchema(
    features=(
        Feature(name="plan", kind="categorical"),
        Feature(name="land", kind="categorical"),
        Feature(name="age", kind="numeric"),
        Feature(name="rate", kind="numeric"),
        Feature(name="is_new", kind="boolean"),
    )
)
COLUMNS = {
    "plan": ["a", "b", "a", None, "b", "rare"] * 8,
    "land": ["x", None, "y", "x", "y", "x"] * 8,
    "age": [1.0, 2.5, None, 4.0, 1e9, -3.0] * 8,
    "rate": [float(i) / 7 for i in range(48)],
    "is_new": [True, False, None, True, False, False] * 8,
}
ASKED = {"plan": [*COLUMNS["plan"][:7], "new"], "land": [*COLUMNS["land"][:7], "new"]} | {
    name: COLUMNS[name][:8] for name in ("age", "rate", "is_new")
}


def featurisers() -> list[Featuriser]:
    plain = [fit(SCHEMA, COLUMNS, 48) for fit in (fit_featuriser, fit_ordinal_featuriser)]
    return plain + [fit_smooth_featuriser(SCHEMA, COLUMNS, 48, scaling=name) for name in SCALINGS]


@pytest.mark.parametrize("number", range(5))
def test_a_row_alone_has_the_features_it_has_among_others(number: int) -> None:
    featuriser = featurisers()[number]
    among = featuriser.transform(ASKED, 8).rows(0, 8)
    for i in range(8):
        alone = featuriser.transform({name: [values[i]] for name, values in ASKED.items()}, 1)
        np.testing.assert_array_equal(alone.rows(0, 1)[0], among[i])


def test_straight_curves_give_what_interpolation_gives() -> None:
    (part,) = fit_smooth_featuriser(SCHEMA, COLUMNS, 48, scaling="spread").dense
    found = part.transform(ASKED, 8)
    raw = np.concatenate([p.transform(ASKED, 8) for p in part.parts], axis=1)
    for j in range(raw.shape[1]):
        curve = slice(part.starts[j], part.starts[j + 1])
        known = ~np.isnan(raw[:, j])
        expected = np.interp(raw[known, j], part.knots[curve], part.heights[curve])
        np.testing.assert_allclose(found[known, j], expected, atol=1e-6)
