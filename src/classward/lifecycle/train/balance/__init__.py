"""Training rows of rare classes counted more, or made more."""

from classward.lifecycle.train.balance.apply import BALANCES, COPYING, balance_params, balanced
from classward.lifecycle.train.balance.realism import Realism, realism
from classward.lifecycle.train.balance.synthesis import synthesised

__all__ = ["BALANCES", "COPYING", "Realism", "balance_params", "balanced", "realism", "synthesised"]
