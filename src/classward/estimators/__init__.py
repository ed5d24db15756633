"""What fits the pieces that inference runs; the only room that knows scikit-learn and LightGBM."""

from classward.estimators.binary_scaling import fit_binary_scaling
from classward.estimators.brought import BroughtSettings, brought_by_name, brought_instance, fit_brought
from classward.estimators.clustered import ClusteredSettings, fit_clustered
from classward.estimators.embedding import fit_embedding_featuriser
from classward.estimators.encoders import ENCODERS, encoder_named, export_encoder, pack_encoder
from classward.estimators.featurise import fit_featuriser, fit_ordinal_featuriser, fit_smooth_featuriser
from classward.estimators.forest import ForestSettings, fit_forest
from classward.estimators.image_encoders import IMAGE_ENCODERS, image_encoder_named, pack_image_encoder
from classward.estimators.images import fit_picture_reader, image_parts, vector_parts
from classward.estimators.inner_fold import inner_fold
from classward.estimators.kernel import KernelSettings, fit_kernel
from classward.estimators.likeness import LikenessFit, LikenessSettings, fit_likeness
from classward.estimators.linear import LinearSettings, fit_linear
from classward.estimators.matrix_scaling import fit_matrix_scaling
from classward.estimators.nearest import NearestSettings, fit_nearest
from classward.estimators.network import NetworkSettings, fit_network
from classward.estimators.patience import Patience, Stop
from classward.estimators.prune import pruned, rescaled
from classward.estimators.public import BoostedTrees, Calibrated, Forest, Kernel, Linear, LinearText, Network
from classward.estimators.search import Knob, Search, can_search
from classward.estimators.smooth import SCALINGS, fit_smooth_part
from classward.estimators.soft_loss import SoftLoss, spread
from classward.estimators.temperature import fit_temperature
from classward.estimators.threads import blas_threads, one_blas_thread
from classward.estimators.trees import TreeSettings, fit_trees
from classward.estimators.vector_scaling import fit_vector_scaling
from classward.estimators.vocabulary import fit_text
from classward.estimators.zero_shot import MEANING, ZeroShotAdapter, adapter_named, describe_by_meaning

__all__ = [
    "ENCODERS",
    "IMAGE_ENCODERS",
    "MEANING",
    "SCALINGS",
    "BoostedTrees",
    "BroughtSettings",
    "Calibrated",
    "ClusteredSettings",
    "Forest",
    "ForestSettings",
    "Kernel",
    "KernelSettings",
    "Knob",
    "LikenessFit",
    "LikenessSettings",
    "Linear",
    "LinearSettings",
    "LinearText",
    "NearestSettings",
    "Network",
    "NetworkSettings",
    "Patience",
    "Search",
    "SoftLoss",
    "Stop",
    "TreeSettings",
    "ZeroShotAdapter",
    "adapter_named",
    "blas_threads",
    "brought_by_name",
    "brought_instance",
    "can_search",
    "describe_by_meaning",
    "encoder_named",
    "export_encoder",
    "fit_binary_scaling",
    "fit_brought",
    "fit_clustered",
    "fit_embedding_featuriser",
    "fit_featuriser",
    "fit_forest",
    "fit_kernel",
    "fit_likeness",
    "fit_linear",
    "fit_matrix_scaling",
    "fit_nearest",
    "fit_network",
    "fit_ordinal_featuriser",
    "fit_picture_reader",
    "fit_smooth_featuriser",
    "fit_smooth_part",
    "fit_temperature",
    "fit_text",
    "fit_trees",
    "fit_vector_scaling",
    "image_encoder_named",
    "image_parts",
    "inner_fold",
    "one_blas_thread",
    "pack_encoder",
    "pack_image_encoder",
    "pruned",
    "rescaled",
    "spread",
    "vector_parts",
]
