"""What to fit, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from classward.domain.canonical import content_hash

__all__ = ["Candidate", "Plan", "Recipe"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """One model to fit: family and settings, as data. ``params`` are name–value pairs in a fixed order."""

    family: str
    params: tuple[tuple[str, str | int | float | bool], ...] = ()

    @property
    def hash(self) -> str:
        """Content hash: the same recipe on the same fold gives the same model."""
        return content_hash(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A budget compiled into recipes: what a run executes, resumes and replays."""

    recipes: tuple[Recipe, ...]
    budget_s: float
    seed: int
    n_threads: int
    task_hash: str
    dataset_hash: str
    rows_hash: str

    @property
    def hash(self) -> str:
        """Content hash without facts of the host (threads)."""
        return content_hash(self.recipes, self.budget_s, self.seed, self.task_hash, self.dataset_hash, self.rows_hash)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a recipe became: scores on the calibration fold, or the reason it failed.

    ``log_loss`` is cross-fitted on the calibration fold after calibration (nats); ``failure`` is empty on success.
    """

    recipe: Recipe
    artifact_hash: str = ""
    log_loss: float | None = None
    n_calibration: int = 0
    calibrator: str = ""
    fit_s: float = 0.0
    failure: str = ""
