"""What to fit, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from classward.domain.canonical import LATER, content_hash

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

    @property
    def title(self) -> str:
        """How people are told of it: the family, or the class of an estimator that was brought; and how it is treated."""
        params = dict(self.params)
        named = str(params.get("estimator", "")).rpartition(":")[2]
        said = {"balance": "balanced by", "noise": "noise by", "perturb": "perturbed by", "smoothing": "smoothing"}
        treated = "".join(f" {words} {params[name]}" for name, words in said.items() if params.get(name))
        robust = " robust" if params.get("robustness") else ""
        asked = f" {self.frame}" if self.frame else ""
        return self.family + (f" {named}" if named else "") + asked + robust + treated

    @property
    def frame(self) -> str:
        """How the multiclass question is asked by binary ones; empty where one model answers it as it is."""
        return str(dict(self.params).get("frame", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A budget compiled into recipes: what a run executes, resumes and replays.

    ``shares`` says what part of the budget is kept for each recipe until its turn; it may use whatever is not kept for
    those after it. With ``n_folds`` of 1
    the recipes are fitted on the train fold and scored on the calibration fold; otherwise both together are divided.
    ``is_refitted``: recipes that profit are fitted once more on all of these rows. ``encoder`` names what reads texts for
    recipes that need it; empty for none. ``image_encoder`` is name and content hash of what reads images.
    ``is_tuned``: with time left, settings of the best families are tuned.
    ``for_blending`` is the part of the budget kept for weighing.
    """

    recipes: tuple[Recipe, ...]
    shares: tuple[float, ...]
    n_folds: int
    is_refitted: bool
    encoder: str = field(default="", kw_only=True)
    image_encoder: str = field(default="", metadata={LATER: True})
    is_tuned: bool = False
    for_blending: float = 0.06
    budget_s: float
    seed: int
    n_threads: int
    task_hash: str
    dataset_hash: str
    rows_hash: str

    @property
    def hash(self) -> str:
        """Content hash without facts of the host (threads)."""
        return content_hash(
            self.recipes, self.shares, self.n_folds, self.is_refitted, self.encoder, self.is_tuned, self.budget_s,
            self.seed, self.task_hash, self.dataset_hash, self.rows_hash,
            *((self.image_encoder,) if self.image_encoder else ()),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """What a recipe became: scores on rows it was not fitted on, or the reason it failed.

    ``log_loss`` is of ``n_calibration`` such rows after cross-fitted calibration (nats); ``artifact_hash`` names its
    stored models (empty if they are fitted again) and ``scores_hash`` its stored scores; ``weight`` is its share in
    the blend; ``failure`` is empty on success. ``stops`` are (step kept, steps made) of each fold, where a family stops
    early.
    """

    recipe: Recipe
    artifact_hash: str = ""
    scores_hash: str = ""
    log_loss: float | None = None
    n_calibration: int = 0
    calibrator: str = ""
    fit_s: float = 0.0
    weight: float = 0.0
    failure: str = ""
    stops: tuple[tuple[int, int], ...] = ()
