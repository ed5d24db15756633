"""An explanation is shown with its sum kept, its warnings told and nobody's markup obeyed."""

from __future__ import annotations

import re

import pytest

from classward.domain import Contribution, Explanation
from classward.lifecycle.evaluate import explanation_html


def made(n: int = 20) -> Explanation:
    contributions = tuple(
        Contribution(column="text", token=f"<i>{i}", value=2.0 / (i + 1) * (-1) ** i, standard_error=0.1)
        for i in range(n)
    )
    return Explanation(
        class_name="<b>", contrast=None, score=1.0 + sum(c.value for c in contributions), base=1.0,
        contributions=contributions, method="m", scale="calibrated log odds", n_background=9, n_evaluations=9,
        warnings=("<u>not a cause</u>",),
    )  # fmt: skip


def test_shown_contributions_sum_to_the_score() -> None:
    found = made()
    page = explanation_html(found)
    shown = [float(v) for v in re.findall(r"<td>([+-][\d.]+)</td>", page)]
    assert len(shown) == 13
    assert sum(shown) + found.base == pytest.approx(found.score, abs=0.1)
    assert "8 others" in page


def test_markup_is_escaped_and_warnings_are_told() -> None:
    page = explanation_html(made())
    for tag in ("<b>&lt;b&gt;</b>", "&lt;u&gt;not a cause", "&lt;i&gt;0"):
        assert tag in page
    assert "<u>" not in page
    assert "<i>" not in page


def test_no_contribution_at_all() -> None:
    assert "rather than any other class" in explanation_html(made(0))
