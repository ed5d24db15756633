"""Scores become probabilities that mean what they say."""

from classward.lifecycle.calibrate.abstain import choose_abstention, risk_coverage, value_of_abstaining
from classward.lifecycle.calibrate.blend import Weighted, weigh
from classward.lifecycle.calibrate.choose import Calibrated, calibrate
from classward.lifecycle.calibrate.coverage import measure_sets
from classward.lifecycle.calibrate.frames import binary_figures, calibrate_frame, put_together
from classward.lifecycle.calibrate.gates import ProvedGate, prove_gate, unproved_gate
from classward.lifecycle.calibrate.novelty import NoveltyChoice, SimulatedNews, choose_novelty, left_out_groups
from classward.lifecycle.calibrate.priors import choose_prior
from classward.lifecycle.calibrate.recheck import recheck_promises
from classward.lifecycle.calibrate.sets import choose_sets
from classward.lifecycle.calibrate.thresholds import choose_thresholds

__all__ = [
    "Calibrated",
    "NoveltyChoice",
    "ProvedGate",
    "SimulatedNews",
    "Weighted",
    "binary_figures",
    "calibrate",
    "calibrate_frame",
    "choose_abstention",
    "choose_novelty",
    "choose_prior",
    "choose_sets",
    "choose_thresholds",
    "left_out_groups",
    "measure_sets",
    "prove_gate",
    "put_together",
    "recheck_promises",
    "risk_coverage",
    "unproved_gate",
    "value_of_abstaining",
    "weigh",
]
