"""A Split and a budget become Candidates."""

from classward.lifecycle.train.fit import fit_one
from classward.lifecycle.train.plan import plan

__all__ = ["fit_one", "plan"]
