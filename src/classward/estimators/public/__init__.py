"""Each pattern as a scikit-learn estimator of its own, and a calibrator around any estimator."""

from classward.estimators.public.boosted_trees import BoostedTrees
from classward.estimators.public.calibrated import Calibrated
from classward.estimators.public.forest import Forest
from classward.estimators.public.kernel import Kernel
from classward.estimators.public.linear import Linear
from classward.estimators.public.linear_text import LinearText
from classward.estimators.public.network import Network

__all__ = ["BoostedTrees", "Calibrated", "Forest", "Kernel", "Linear", "LinearText", "Network"]
