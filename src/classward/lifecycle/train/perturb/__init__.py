"""Rows written, typed and measured a little differently than they came."""

from classward.lifecycle.train.perturb.apply import PERTURBATIONS, fitting_perturbations, perturbed, with_perturbed

__all__ = ["PERTURBATIONS", "fitting_perturbations", "perturbed", "with_perturbed"]
