"""What predicts: featurise, score, calibrate. NumPy and the standard library; one runtime for texts, loaded on use."""

from classward.inference.affine import AffineScorer, OverNumbers
from classward.inference.bells import BellScorer
from classward.inference.blend import Blend, BlendMember, Model, mean_log_proba
from classward.inference.calibrators import (
    Calibrator,
    FlooredTemperature,
    Identity,
    MatrixScaling,
    Temperature,
    VectorScaling,
    log_softmax,
    softmax,
)
from classward.inference.category import CategoryPart
from classward.inference.clustered import ClusteredScorer
from classward.inference.columns import Columns
from classward.inference.decide import Decided, Decider, cost_matrix, decide, prediction_sets
from classward.inference.described import DescribedScorer
from classward.inference.embedding import EmbeddingPart, Encoder
from classward.inference.examples import nearest_examples
from classward.inference.features import Csr, Features
from classward.inference.featuriser import DensePart, Featuriser
from classward.inference.forest import ForestScorer
from classward.inference.frame import FrameScorer
from classward.inference.frame_scaling import OrderScaling, RestScaling
from classward.inference.gate import Gate
from classward.inference.image_part import ImagePart
from classward.inference.kernel import KernelScorer, pairs_to_scores
from classward.inference.layers import LayersScorer
from classward.inference.likeness import LikenessScorer, bend, likeness
from classward.inference.linear import ABSENT_LOGIT, LinearScorer, standardise
from classward.inference.model import FittedModel
from classward.inference.nearest import NearestScorer, unit_rows
from classward.inference.neighbours import NeighbourScorer
from classward.inference.network import NetworkScorer
from classward.inference.novelty import NoveltyRule
from classward.inference.numeric_parts import BooleanPart, DatePart, NumericPart
from classward.inference.onnx_encoder import OnnxEncoder
from classward.inference.onnx_pictures import OnnxPictures
from classward.inference.ordinal_part import OrdinalPart
from classward.inference.picture import BadPicture, Picture, check_pillow, picture_bytes, read_picture
from classward.inference.picture_reader import PictureEncoder, PictureReader, whole_steps
from classward.inference.plain_pictures import PlainPictures
from classward.inference.proba import Proba
from classward.inference.scorer import Scorer
from classward.inference.smooth_part import SmoothPart
from classward.inference.static_encoder import StaticEncoder
from classward.inference.text import TextPart
from classward.inference.tokens import grams_of, words_of
from classward.inference.tree import TreeScorer
from classward.inference.vector_part import VectorPart

__all__ = [
    "ABSENT_LOGIT",
    "AffineScorer",
    "BadPicture",
    "BellScorer",
    "Blend",
    "BlendMember",
    "BooleanPart",
    "Calibrator",
    "CategoryPart",
    "ClusteredScorer",
    "Columns",
    "Csr",
    "DatePart",
    "Decided",
    "Decider",
    "DensePart",
    "DescribedScorer",
    "EmbeddingPart",
    "Encoder",
    "Features",
    "Featuriser",
    "FittedModel",
    "FlooredTemperature",
    "ForestScorer",
    "FrameScorer",
    "Gate",
    "Identity",
    "ImagePart",
    "KernelScorer",
    "LayersScorer",
    "LikenessScorer",
    "LinearScorer",
    "MatrixScaling",
    "Model",
    "NearestScorer",
    "NeighbourScorer",
    "NetworkScorer",
    "NoveltyRule",
    "NumericPart",
    "OnnxEncoder",
    "OnnxPictures",
    "OrderScaling",
    "OrdinalPart",
    "OverNumbers",
    "Picture",
    "PictureEncoder",
    "PictureReader",
    "PlainPictures",
    "Proba",
    "RestScaling",
    "Scorer",
    "SmoothPart",
    "StaticEncoder",
    "Temperature",
    "TextPart",
    "TreeScorer",
    "VectorPart",
    "VectorScaling",
    "bend",
    "check_pillow",
    "cost_matrix",
    "decide",
    "grams_of",
    "likeness",
    "log_softmax",
    "mean_log_proba",
    "nearest_examples",
    "pairs_to_scores",
    "picture_bytes",
    "prediction_sets",
    "read_picture",
    "softmax",
    "standardise",
    "unit_rows",
    "whole_steps",
    "words_of",
]
