"""Rows in: look at a table, infer its columns, refuse what is not multiclass, split honestly."""

from classward.lifecycle.data.columns import check_columns, columns_of
from classward.lifecycle.data.cross_folds import cross_folds
from classward.lifecycle.data.describe import describe
from classward.lifecycle.data.duplicates import alike
from classward.lifecycle.data.folding import apply_folding, fold_rare
from classward.lifecycle.data.folds import FOLD_NAMES, Folds
from classward.lifecycle.data.found import FoundFeature, Inference, LeftOut, TypoSuspect
from classward.lifecycle.data.kinds import kind_of
from classward.lifecycle.data.label_cells import labels_of
from classward.lifecycle.data.label_space import build_label_space
from classward.lifecycle.data.leakage import LeakageLimits, near_groups, scan, unaccepted_stops
from classward.lifecycle.data.looks import looks
from classward.lifecycle.data.optimism import Optimism, optimism
from classward.lifecycle.data.pictures import image_in_text
from classward.lifecycle.data.profile import profile
from classward.lifecycle.data.rounds import NestedRound, Round, forward_rounds, nested_rounds, rounds_of
from classward.lifecycle.data.simple_answers import SimpleAnswer, answer_by_column, answer_by_copy
from classward.lifecycle.data.split import split, together
from classward.lifecycle.data.strategies import STRATEGIES, DealtRounds, deal_rounds
from classward.lifecycle.data.target import check_target
from classward.lifecycle.data.vectors import vector_length

__all__ = [
    "FOLD_NAMES",
    "STRATEGIES",
    "DealtRounds",
    "Folds",
    "FoundFeature",
    "Inference",
    "LeakageLimits",
    "LeftOut",
    "NestedRound",
    "Optimism",
    "Round",
    "SimpleAnswer",
    "TypoSuspect",
    "alike",
    "answer_by_column",
    "answer_by_copy",
    "apply_folding",
    "build_label_space",
    "check_columns",
    "check_target",
    "columns_of",
    "cross_folds",
    "deal_rounds",
    "describe",
    "fold_rare",
    "forward_rounds",
    "image_in_text",
    "kind_of",
    "labels_of",
    "looks",
    "near_groups",
    "nested_rounds",
    "optimism",
    "profile",
    "rounds_of",
    "scan",
    "split",
    "together",
    "unaccepted_stops",
    "vector_length",
]
