"""Each pattern as a scikit-learn estimator of its own, and a calibrator around any estimator."""

from classward.estimators.citizens.boosted_trees import BoostedTrees
from classward.estimators.citizens.calibrated import Calibrated
from classward.estimators.citizens.forest import Forest
from classward.estimators.citizens.kernel import Kernel
from classward.estimators.citizens.linear import Linear
from classward.estimators.citizens.linear_text import LinearText
from classward.estimators.citizens.network import Network

__all__ = ["BoostedTrees", "Calibrated", "Forest", "Kernel", "Linear", "LinearText", "Network"]
