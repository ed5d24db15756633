from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from decision_draws import NONE, SPACE, draw

from classward.domain import ClassPromise, DecisionRule
from classward.errors import UnknownClass
from classward.inference import Proba
from classward.lifecycle.calibrate import choose_thresholds, recheck_promises

PROMISES = (
    ClassPromise(class_name="security", indicator="recall", target=0.8),
    ClassPromise(class_name="billing", indicator="precision", target=0.85),
)
PLAIN = DecisionRule.plain(SPACE)


def rule() -> DecisionRule:
    p, y = draw(0, 2000)
    done = choose_thresholds(p, y, PROMISES, rule=PLAIN, rows=np.arange(2000), fitted_rows=NONE)
    return replace(PLAIN, claims=done.claims, floors=done.floors)


def test_new_rows_of_the_same_kind_keep_the_promises() -> None:
    p, y = draw(1, 20_000)
    assert [one.state for one in recheck_promises(p, y, rule(), PROMISES)] == ["met", "met"]


def test_other_probabilities_break_them() -> None:
    p, y = draw(1, 20_000, sharper=5.0)
    states = recheck_promises(p, y, rule(), PROMISES)
    assert "breached" in {one.state for one in states}


def test_few_rows_say_how_many_more() -> None:
    p, y = draw(1, 60)
    states = recheck_promises(p, y, rule(), PROMISES)
    assert {one.state for one in states} == {"not enough evidence"}
    assert all(one.n_more is None or one.n_more > 0 for one in states)
    only = y != 3
    none = recheck_promises(Proba(p.matrix[only], SPACE), y[only], rule(), PROMISES[:1])[0]
    assert (none.state, none.evidence.value) == ("not enough evidence", None)
    assert none.n_more is not None


def test_unknown_class_is_named() -> None:
    p, y = draw(1, 60)
    with pytest.raises(UnknownClass, match="CW301"):
        recheck_promises(p, y, PLAIN, (replace(PROMISES[0], class_name="nobody"),))
