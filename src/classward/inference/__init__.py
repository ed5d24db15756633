"""What predicts: featurise, score, calibrate. NumPy and the standard library only."""

from classward.inference.calibrators import Identity, Temperature, VectorScaling, log_softmax, softmax
from classward.inference.category import CategoryPart
from classward.inference.columns import Columns
from classward.inference.decide import Decided, Decider, cost_matrix, decide, prediction_sets
from classward.inference.features import Csr, Features
from classward.inference.featuriser import Featuriser
from classward.inference.linear import ABSENT_LOGIT, LinearScorer, standardise
from classward.inference.model import Calibrator, FittedModel, Scorer
from classward.inference.numeric_parts import BooleanPart, DatePart, NumericPart
from classward.inference.proba import Proba
from classward.inference.text import TextPart
from classward.inference.tokens import grams_of, words_of
from classward.inference.tree import TreeScorer

__all__ = [
    "ABSENT_LOGIT",
    "BooleanPart",
    "Calibrator",
    "CategoryPart",
    "Columns",
    "Csr",
    "DatePart",
    "Decided",
    "Decider",
    "Features",
    "Featuriser",
    "FittedModel",
    "Identity",
    "LinearScorer",
    "NumericPart",
    "Proba",
    "Scorer",
    "Temperature",
    "TextPart",
    "TreeScorer",
    "VectorScaling",
    "cost_matrix",
    "decide",
    "grams_of",
    "log_softmax",
    "prediction_sets",
    "softmax",
    "standardise",
    "words_of",
]
