"""Two versions on the same rows."""

from __future__ import annotations

import numpy as np
import pytest
from ticket_answers import answers, measured

from classward.domain import SLO, LabelSpace, PairedCounts
from classward.errors import DataError
from classward.inference import Proba
from classward.lifecycle.evaluate import compare_rows, judge_offline
from classward.statistics import measured_share


def test_counts_by_hand() -> None:
    space = LabelSpace.of(["a", "b", "c"])
    y = np.array([0, 0, 0, 1, 1, 2])
    live = Proba(np.eye(3)[[0, 0, 1, 1, 2, 0]], space)
    candidate = Proba(np.eye(3)[[0, 1, 0, 1, 1, 0]], space)
    assert compare_rows(live, candidate, y) == (
        PairedCounts(class_name="(all)", n=6, n_both=2, n_only_candidate=2, n_only_live=1),
        PairedCounts(class_name="a", n=3, n_both=1, n_only_candidate=1, n_only_live=1),
        PairedCounts(class_name="b", n=2, n_both=1, n_only_candidate=1, n_only_live=0),
        PairedCounts(class_name="c", n=1, n_both=0, n_only_candidate=0, n_only_live=0),
    )


def test_classes_add_up_to_the_whole() -> None:
    (live, y), (candidate, _) = answers(500, seed=1), answers(500, seed=2)
    whole, *classes = compare_rows(live, candidate, y)
    for field in ("n", "n_both", "n_only_candidate", "n_only_live"):
        assert sum(getattr(c, field) for c in classes) == getattr(whole, field)


def test_rows_that_do_not_fit_are_refused() -> None:
    proba, y = answers(5)
    other = Proba(proba.matrix, LabelSpace.of(["a", "b", "c", "d", "e", "f"]))
    shorter = Proba(proba.matrix[:4], proba.label_space)
    for live, labels in ((other, y), (shorter, y), (proba, y[:3])):
        with pytest.raises(DataError, match="CW222"):
            compare_rows(live, proba, labels)


@pytest.mark.parametrize(
    ("k", "n", "said"),
    [
        (95, 100, "recall ≥ 0.80  met"),
        (60, 100, "recall ≥ 0.80  breached"),
        (82, 100, "recall ≥ 0.80  not enough evidence (about 1,437 more)"),
        (19, 19, "recall ≥ 0.80  not enough evidence (about 1 more)"),
        (80, 100, "recall ≥ 0.80  not enough evidence"),
    ],
)
def test_offline_promise(k: int, n: int, said: str) -> None:
    c = measured(*answers(50)).classes[0]
    promised = type(c)(
        class_name="billing", n=n, n_predicted=n, recall=measured_share(k, n), precision=c.precision, f1=c.f1,
        log_loss=c.log_loss,
    )  # fmt: skip
    slos = [
        SLO(indicator="recall", class_name="billing", target=0.8),
        SLO(indicator="recall", class_name="legal", target=0.99),
        SLO(indicator="latency_p95_ms", class_name=None, target=200.0),
    ]
    assert judge_offline(promised, slos) == said
    assert judge_offline(promised, slos[1:]) == "–"
