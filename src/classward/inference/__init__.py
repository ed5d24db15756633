"""What predicts: featurise, score, calibrate. NumPy and the standard library; one runtime for texts, loaded on use."""

from classward.inference.calibrators import Identity, Temperature, VectorScaling, log_softmax, softmax
from classward.inference.category import CategoryPart
from classward.inference.columns import Columns
from classward.inference.embedding import EmbeddingPart, Encoder
from classward.inference.features import Csr, Features
from classward.inference.featuriser import Featuriser
from classward.inference.likeness import LikenessScorer, bend, likeness
from classward.inference.linear import ABSENT_LOGIT, LinearScorer, standardise
from classward.inference.model import Calibrator, FittedModel, Scorer
from classward.inference.numeric_parts import BooleanPart, DatePart, NumericPart
from classward.inference.onnx_encoder import OnnxEncoder
from classward.inference.proba import Proba
from classward.inference.static_encoder import StaticEncoder
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
    "EmbeddingPart",
    "Encoder",
    "Features",
    "Featuriser",
    "FittedModel",
    "Identity",
    "LikenessScorer",
    "LinearScorer",
    "NumericPart",
    "OnnxEncoder",
    "Proba",
    "Scorer",
    "StaticEncoder",
    "Temperature",
    "TextPart",
    "TreeScorer",
    "VectorScaling",
    "bend",
    "grams_of",
    "likeness",
    "log_softmax",
    "softmax",
    "standardise",
    "words_of",
]
