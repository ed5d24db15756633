"""Pictures of the analysis hold what they claim to hold."""

from __future__ import annotations

import re

import numpy as np
import pytest
from ticket_answers import NAMES, answers

from classward.domain import Interval, Measure
from classward.lifecycle.evaluate import class_figures, class_map
from classward.lifecycle.evaluate.drawings import curves_svg, gain_svg, map_svg


def test_every_point_is_drawn_once_as_dot_or_cross() -> None:
    proba, y = answers(300)
    found = class_map(proba, y, most_coloured=3)
    svg = map_svg(found, NAMES).split('<p class="legend">')[0]
    wrong = sum(p.true != p.predicted for p in found.points)
    assert svg.count("h.01") == 300 - wrong
    assert svg.count("l6 6m-6 0l6-6") == wrong
    assert set(re.findall(r"class=\"dots (\w+)\"", svg)) == {"c0", "c1", "c2", "rest"}
    numbers = [float(x) for x in re.findall(r"M(-?[\d.]+) ", svg)]
    assert min(numbers) >= 0
    assert max(numbers) <= 420


def test_legend_names_coloured_classes_and_counts_the_rest() -> None:
    proba, y = answers(300)
    legend = map_svg(class_map(proba, y, most_coloured=3), ("<b>", *NAMES[1:])).split('<p class="legend">')[1]
    assert "3 others" in legend
    assert "&lt;b&gt;" in legend


def test_curves_are_of_the_hardest_classes_with_enough_rows() -> None:
    names = tuple(f"c{i}" for i in range(12))
    proba, y = answers(600, names=names, shares=np.array([0.15] * 6 + [0.016] * 6))
    figures = class_figures(proba, y)
    svg = curves_svg(figures)
    assert svg.count("<polyline") == 6
    enough = sorted((f.average_precision.value or 0, f.class_name) for f in figures if f.n >= 20)
    assert f"{enough[0][1]} ({enough[0][0]:.2f})" in svg


@pytest.mark.parametrize(("value", "kind"), [(0.5, "hit"), (-0.5, "miss")])
def test_bars_lean_to_the_side_of_their_sign(value: float, kind: str) -> None:
    span = Interval(low=value - 0.1, high=value + 0.1, level=0.95, method="m")
    svg = gain_svg(Measure(value=value, n=9, interval=span), 1.0)
    x, width = (float(v) for v in re.search(r'rect class="\w+" x="([\d.]+)" y="2" width="([\d.]+)"', svg).groups())  # type: ignore[union-attr]
    assert kind in svg
    assert (x, x + width) == pytest.approx((75, 75 + 71 * value) if value > 0 else (75 + 71 * value, 75), abs=0.1)


def test_nothing_to_draw() -> None:
    assert "–" in gain_svg(Measure(value=None, n=0), 1.0)
    assert "–" in gain_svg(Measure(value=0.0, n=3), 0.0)
    assert "<polyline" not in curves_svg(())
