"""A Split and a budget become Candidates."""

from classward.lifecycle.train.afterwards import afterwards_s, with_time_kept
from classward.lifecycle.train.balance import BALANCES, Realism, balance_params, balanced, realism
from classward.lifecycle.train.brought import brought_recipe
from classward.lifecycle.train.cross_fit import CrossFitted, OutOfTime, cross_fit
from classward.lifecycle.train.families import ENCODED, WHOLE, is_refitted
from classward.lifecycle.train.family import How
from classward.lifecycle.train.fit import fit_one
from classward.lifecycle.train.frame_fit import FRAMES, frame_params, framed
from classward.lifecycle.train.frames import BINARY_SPACE, Binary, cross_fit_binary, one_vs_one, pairs_of
from classward.lifecycle.train.knobs import KNOBS, knobs_of, turned
from classward.lifecycle.train.neighbours import NEIGHBOURS, neighbours_alone, neighbours_recipe
from classward.lifecycle.train.noise import NOISES
from classward.lifecycle.train.perturb import PERTURBATIONS, fitting_perturbations, perturbed
from classward.lifecycle.train.plan import plan
from classward.lifecycle.train.rows import FitFold, LabelledRows, take_columns
from classward.lifecycle.train.students import fit_student, students
from classward.lifecycle.train.treatment import ROBUST_LOSS, Treatment, left_untreated, softened, treated
from classward.lifecycle.train.zero_shot import ZERO_SHOT, definitions_of, zero_shot_alone, zero_shot_recipe

__all__ = [
    "BALANCES",
    "BINARY_SPACE",
    "ENCODED",
    "FRAMES",
    "KNOBS",
    "NEIGHBOURS",
    "NOISES",
    "PERTURBATIONS",
    "ROBUST_LOSS",
    "WHOLE",
    "ZERO_SHOT",
    "Binary",
    "CrossFitted",
    "FitFold",
    "How",
    "LabelledRows",
    "OutOfTime",
    "Realism",
    "Treatment",
    "afterwards_s",
    "balance_params",
    "balanced",
    "brought_recipe",
    "cross_fit",
    "cross_fit_binary",
    "definitions_of",
    "fit_one",
    "fit_student",
    "fitting_perturbations",
    "frame_params",
    "framed",
    "is_refitted",
    "knobs_of",
    "left_untreated",
    "neighbours_alone",
    "neighbours_recipe",
    "one_vs_one",
    "pairs_of",
    "perturbed",
    "plan",
    "realism",
    "softened",
    "students",
    "take_columns",
    "treated",
    "turned",
    "with_time_kept",
    "zero_shot_alone",
    "zero_shot_recipe",
]
