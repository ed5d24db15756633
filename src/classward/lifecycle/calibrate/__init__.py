"""Scores become probabilities that mean what they say."""

from classward.lifecycle.calibrate.blend import Weighted, weigh
from classward.lifecycle.calibrate.choose import Calibrated, calibrate

__all__ = ["Calibrated", "Weighted", "calibrate", "weigh"]
