"""Rows in: look at a table, infer its columns, refuse what is not multiclass, split honestly."""

from classward.lifecycle.data.columns import columns_of
from classward.lifecycle.data.cross_folds import cross_folds
from classward.lifecycle.data.describe import describe
from classward.lifecycle.data.folds import Folds
from classward.lifecycle.data.found import FoundFeature, Inference, LeftOut, TypoSuspect
from classward.lifecycle.data.kinds import kind_of
from classward.lifecycle.data.label_cells import labels_of
from classward.lifecycle.data.label_space import build_label_space
from classward.lifecycle.data.looks import looks
from classward.lifecycle.data.profile import profile
from classward.lifecycle.data.split import split, together
from classward.lifecycle.data.target import check_target

__all__ = [
    "Folds",
    "FoundFeature",
    "Inference",
    "LeftOut",
    "TypoSuspect",
    "build_label_space",
    "check_target",
    "columns_of",
    "cross_folds",
    "describe",
    "kind_of",
    "labels_of",
    "looks",
    "profile",
    "split",
    "together",
]
