"""A Split and a budget become Candidates."""

from classward.lifecycle.train.brought import brought_recipe
from classward.lifecycle.train.cross_fit import CrossFitted, OutOfTime, cross_fit
from classward.lifecycle.train.families import is_refitted
from classward.lifecycle.train.family import How
from classward.lifecycle.train.fit import fit_one
from classward.lifecycle.train.knobs import KNOBS, turned
from classward.lifecycle.train.plan import plan
from classward.lifecycle.train.rows import FitFold, LabelledRows, take_columns

__all__ = [
    "KNOBS",
    "CrossFitted",
    "FitFold",
    "How",
    "LabelledRows",
    "OutOfTime",
    "brought_recipe",
    "cross_fit",
    "fit_one",
    "is_refitted",
    "plan",
    "take_columns",
    "turned",
]
